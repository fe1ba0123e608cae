// Internal: Intel's signed statements about security versions (PCS API v3 and v4): TCB info
// versions 2 and 3 for SGX, and the QE identity version 2. Parsed from the exact bytes that were
// signed.
#pragma once

#include "attest/fault.hpp"
#include "attest/pck.hpp"
#include "attest/quote.hpp"

namespace cloister::attest {

constexpr std::size_t tcb_levels_max = 1024;

struct LevelStatus {
    TcbStatus status = TcbStatus::UpToDate;
    std::string date;  // RFC 3339, checked
    std::vector<std::string> advisory_ids;
};

struct TcbLevel : LevelStatus {
    std::array<std::uint8_t, 16> component_svns{};
    std::uint16_t pce_svn = 0;
};

struct TcbInfo {
    std::uint64_t version = 0;
    std::uint64_t issue_date = 0;
    std::uint64_t next_update = 0;
    std::uint32_t evaluation_number = 0;
    Bytes fmspc;                   // 6
    Bytes pce_id;                  // 2
    std::vector<TcbLevel> levels;  // in document order

    // The first level that the platform reaches in every component (Intel QVL 4.1.2.5.1.3).
    const TcbLevel* find_level(const PckExtension& pck) const;
};
Parsed<TcbInfo> parse_tcb_info(ByteView json);

struct QeLevel : LevelStatus {
    std::uint16_t svn = 0;
};

struct QeIdentity {
    std::uint64_t issue_date = 0;
    std::uint64_t next_update = 0;
    std::uint32_t evaluation_number = 0;
    Bytes misc_select, misc_select_mask;  // 4, in the report's byte order
    Bytes attributes, attributes_mask;    // 16
    Bytes mr_signer;                      // 32
    std::uint16_t product_id = 0;
    std::vector<QeLevel> levels;

    // Intel QVL 4.1.2.6 (enclave identity): all but the SVN.
    bool matches(const ReportBody& report) const;
    const QeLevel* find_level(std::uint16_t svn) const;
};
Parsed<QeIdentity> parse_qe_identity(ByteView json);

std::optional<TcbStatus> parse_tcb_status(std::string_view name);

// Intel QVL, convergeTcbStatusWithQeTcbStatus: an old QE lowers the platform's status.
TcbStatus converge(TcbStatus platform, TcbStatus qe);

}  // namespace cloister::attest
