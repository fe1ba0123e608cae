// Evidence that is wrong in exactly one way, for the tests and the simulation: every check of the
// verifier has a flaw here that only it can see. Linked by tests and by sim/ alone, never by a
// program.
#pragma once

#include <span>
#include <string_view>

#include "platform/platform.hpp"

namespace cloister::platform {

enum class Flaw : std::uint8_t {
    None,
    // the quote's bytes
    Truncated,
    OtherVersion,
    OtherAttestationKeyType,
    OtherTeeType,
    OtherQeVendor,
    OtherCertificationType,
    SignatureLengthWrong,
    MeasurementAltered,
    ReportDataAltered,
    HeaderAltered,
    QuoteSignatureAltered,
    // the quoting enclave
    AttestationKeyUnbound,
    AttestationKeySwapped,
    QeReportAltered,
    QeReportSignatureAltered,
    QeSignerForeign,
    QeProductForeign,
    QeDebug,
    QeMiscSelect,
    QeSvnBelowEveryLevel,
    // certificates
    PlatformForeign,    // quote and collateral of another platform, whole in themselves
    QuoteForeign,       // another platform's quote beside this one's collateral
    CollateralForeign,  // and the other way round
    PckCrlForeign,      // one part of the collateral alone is the other platform's, whole in itself
    TcbInfoForeign,
    QeIdentityForeign,
    ChainOrderWrong,
    ChainWithoutRoot,
    LeafSignatureAltered,
    PckExpired,
    PckNotYetValid,
    PckRevoked,
    IntermediateRevoked,
    TcbSignerRevoked,
    // CRLs
    PckCrlExpired,
    RootCrlExpired,
    PckCrlSignatureAltered,
    RootCrlSignatureAltered,
    PckCrlMissing,
    // TCB info and QE identity
    TcbInfoExpired,
    TcbInfoSignatureAltered,
    TcbInfoAltered,
    TcbInfoOtherFmspc,
    TcbInfoOtherPceid,
    TcbInfoOtherTee,
    TcbInfoMissing,
    QeIdentityExpired,
    QeIdentitySignatureAltered,
    QeIdentityMissing,
    TcbBelowEveryLevel,
    TcbRevoked,
    QeTcbRevoked,
    BeforeEverything,  // appraised at a time before all of it was issued
    // authentic, and for a policy to refuse
    EnclaveDebug,
    TcbOutOfDate,
    TcbConfigurationNeeded,
    TcbSWHardeningNeeded,
    QeOutOfDate,
};

// What the verifier owes a flaw: refusal with this code, or else a verdict with this status.
struct FlawCase {
    Flaw flaw{};
    std::string_view name;
    std::optional<attest::Code> refused_as;
    attest::TcbStatus status = attest::TcbStatus::UpToDate;
    bool debug = false;
};
// All of them, `None` first, in the order of the enum.
std::span<const FlawCase> flaw_cases();

struct Evidence {
    Bytes quote;
    attest::Collateral collateral;
    std::uint64_t unix_time = 0;  // when to appraise it
};

// Flawed evidence about the enclave of `report`. It is to be held against the root of
// Platform(seed, not_before), whose honest evidence `Flaw::None` gives byte for byte.
class Forge {
  public:
    Forge(Secret<32> seed, std::uint64_t not_before);
    Evidence make(Flaw flaw, const Report& report) const;
    const Hash256& root_fingerprint() const { return root_fingerprint_; }

  private:
    Secret<32> seed_;
    std::uint64_t not_before_;
    Hash256 root_fingerprint_;
};

}  // namespace cloister::platform
