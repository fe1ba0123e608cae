// Attestation: evidence plus collateral at a time gives claims, a platform status and a platform
// identity, or a precise error. Words as in RFC 9334. `verify` is cryptography and the vendor's own
// status; `appraise` (policy.hpp) is policy; the two verdicts are never mixed. Pure, and bounded by
// the input's size.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "codec/scale/scale.hpp"

namespace cloister::attest {

enum class Technology : std::uint8_t { IntelSgx = 0 };
constexpr Technology scale_last(Technology) { return Technology::IntelSgx; }
std::string_view name_of(Technology technology);  // "intel-sgx"

// Why evidence is not authentic. Each enumerator cites the check of attestation.md (b), Intel part,
// or the Intel QVL clause that it enforces.
enum class Code : std::uint8_t {
    Truncated,                     // (1) a field ends behind the buffer
    LengthMismatch,                // (1) a length field that disagrees with its contents
    TooLarge,                      // (1) above a documented limit
    UnsupportedVersion,            // (2)
    UnsupportedAttestationKey,     // (2) attestation key type other than ECDSA-P256
    UnsupportedTeeType,            // (2)
    UnknownQeVendor,               // (2)
    UnsupportedCertificationData,  // (3) certification data type other than 5
    MalformedCertificate,          // (3) not DER X.509, or not of Intel's profile
    WrongChain,               // (3) not leaf, intermediate, root in this order and by these names
    UntrustedRoot,            // (3) the root is none of the pinned roots
    BadCertificateSignature,  // (3)
    CertificateNotYetValid,   // (3)
    CertificateExpired,       // (3)
    CertificateRevoked,       // (4)
    MissingCollateral,        // (4)(6)(9) a needed part is absent
    MalformedCollateral,      // (4)(6)(9) not the documented form
    BadCrlSignature,          // (4)
    CrlExpired,               // (4) before thisUpdate or after nextUpdate
    BadTcbInfoSignature,      // (6)
    TcbInfoExpired,           // (6) before issueDate or after nextUpdate
    TcbInfoMismatch,          // (5)(6) version, id, FMSPC or PCEID of another platform
    BadQeIdentitySignature,   // (9)
    QeIdentityExpired,        // (9)
    QeIdentityMismatch,    // (9) the QE is not Intel's: MRSIGNER, product, attributes, miscselect
    BadQeReportSignature,  // (8)
    BadQeReportData,       // (8) does not bind the attestation key
    BadQuoteSignature,     // (10)
    TcbNotSupported,       // (11) no TCB level matches
    TcbRevoked,            // (12) the matching level is Revoked
};
std::string_view name_of(Code code);
std::string_view clause_of(Code code);

// Where: the offset counts from the start of the part named by `part` ("quote", "pck_crl",
// "tcb_info", ...).
struct Error {
    Code code{};
    std::string_view part = "quote";
    std::size_t offset = 0;
    std::string message;  // a sentence for people; no secrets in any evidence
};

// Intel's words (PCS API). Order by document, not by severity.
enum class TcbStatus : std::uint8_t {
    UpToDate = 0,
    SWHardeningNeeded = 1,
    ConfigurationNeeded = 2,
    ConfigurationAndSWHardeningNeeded = 3,
    OutOfDate = 4,
    OutOfDateConfigurationNeeded = 5,
    Revoked = 6,
};
constexpr TcbStatus scale_last(TcbStatus) { return TcbStatus::Revoked; }
std::string_view name_of(TcbStatus status);

// Everything that a verdict rests on besides the evidence. The JSON members are the *exact* signed
// bytes.
struct Collateral {
    static constexpr std::size_t part_bytes_max = 256U << 10;

    Bytes pck_crl_issuer_chain;   // PEM, leaf first
    Bytes pck_crl;                // DER
    Bytes root_ca_crl;            // DER
    Bytes tcb_info_issuer_chain;  // PEM
    Bytes tcb_info;               // the JSON object that was signed
    Bytes tcb_info_signature;     // 64 bytes r || s
    Bytes qe_identity_issuer_chain;
    Bytes qe_identity;
    Bytes qe_identity_signature;

    static constexpr auto scale_fields(auto& s) {
        constexpr std::size_t m = part_bytes_max;
        return scale::fields(
            scale::bounded<m>(s.pck_crl_issuer_chain), scale::bounded<m>(s.pck_crl),
            scale::bounded<m>(s.root_ca_crl), scale::bounded<m>(s.tcb_info_issuer_chain),
            scale::bounded<m>(s.tcb_info), scale::bounded<64>(s.tcb_info_signature),
            scale::bounded<m>(s.qe_identity_issuer_chain), scale::bounded<m>(s.qe_identity),
            scale::bounded<64>(s.qe_identity_signature));
    }
    friend bool operator==(const Collateral&, const Collateral&) = default;
};

// Trust anchors. Intel's is pinned in the source by the SHA-256 of its DER; a simulated root is
// trusted only where genesis (or an explicit flag) names it, and every verdict that rests on it
// says so.
struct Roots {
    enum class Intel : std::uint8_t { Refused, Pinned } intel = Intel::Pinned;
    std::optional<Hash256> simulated;  // SHA-256 of the simulated root certificate's DER
};

// What the evidence says about the enclave. Sizes as in the SGX report body.
struct Claims {
    Measurement measurement;       // MRENCLAVE
    Hash256 signer;                // MRSIGNER
    std::uint16_t product_id = 0;  // ISVPRODID
    std::uint16_t svn = 0;         // ISVSVN
    bool debug = false;            // ATTRIBUTES.DEBUG
    std::uint64_t attributes = 0;  // ATTRIBUTES.FLAGS
    std::uint64_t xfrm = 0;        // ATTRIBUTES.XFRM
    std::uint32_t misc_select = 0;
    FixedBytes<64, struct ReportDataTag> report_data;
};

struct Platform {
    TcbStatus status = TcbStatus::UpToDate;
    std::vector<std::string> advisory_ids;  // union over platform and QE, in document order
    std::string tcb_date;                   // the earliest of all levels, as in the JSON
    std::uint32_t tcb_evaluation_number = 0;
    FixedBytes<16, struct PpidTag> ppid;
    std::optional<FixedBytes<16, struct PlatformInstanceTag>> instance;
    FixedBytes<6, struct FmspcTag> fmspc;
};

struct Verdict {
    Technology technology = Technology::IntelSgx;
    bool simulated = false;  // rests on Roots::simulated
    Claims claims;
    Platform platform;
};

// `unix_time` in seconds. Evidence is an SGX quote v3; bytes after the quote's end are ignored,
// never used.
Result<Verdict, Error> verify(ByteView evidence, const Collateral& collateral,
                              std::uint64_t unix_time, const Roots& roots);

// The bundle format found in ../shared/evidence (dcap-qvl's JSON): members as above, CRLs and
// signatures hex.
Result<Collateral, Error> parse_collateral_json(ByteView json);

// The claims alone, nothing verified: for `attest inspect`.
Result<Claims, Error> parse_claims(ByteView evidence);

}  // namespace cloister::attest
