// Internal: the layout of an SGX quote, version 3 with ECDSA-P256 ("Intel SGX ECDSA
// QuoteLibReference DCAP API", appendix A.4). Views into the evidence; every length is checked,
// nothing is verified.
#pragma once

#include "attest/fault.hpp"
#include "crypto/p256.hpp"

namespace cloister::attest {

constexpr std::size_t evidence_bytes_max = 64U << 10;

// Report body, 384 bytes (Intel SDM volume 3D, table 36-21).
struct ReportBody {
    static constexpr std::size_t size = 384;
    ByteView bytes;  // exactly `size`

    ByteView misc_select() const { return bytes.subspan(16, 4); }
    ByteView attributes() const { return bytes.subspan(48, 16); }
    ByteView mr_enclave() const { return bytes.subspan(64, 32); }
    ByteView mr_signer() const { return bytes.subspan(128, 32); }
    std::uint16_t product_id() const { return u16_at(256); }
    std::uint16_t svn() const { return u16_at(258); }
    ByteView report_data() const { return bytes.subspan(320, 64); }

  private:
    std::uint16_t u16_at(std::size_t at) const {
        return static_cast<std::uint16_t>(bytes[at] | (bytes[at + 1] << 8));
    }
};

struct Quote {
    ByteView signed_part;  // header and report body
    ReportBody body;
    crypto::P256Signature signature;  // by the attestation key over signed_part
    crypto::P256Public attestation_key;
    ReportBody qe_report;
    crypto::P256Signature qe_signature;  // by the PCK over the QE report
    ByteView qe_auth_data;
    ByteView pck_chain;  // PEM
    std::size_t pck_chain_offset = 0;
};

Parsed<Quote> parse_quote(ByteView evidence);

// The claims of a report body.
Claims claims_of(const ReportBody& body);

}  // namespace cloister::attest
