// Makes the X.509 certificates and CRLs of the simulated vendor: DER, P-256 with SHA-256, the
// profile of Intel's SGX PCK certificates (Intel, "SGX PCK Certificate and CRL Profile
// Specification"; RFC 5280). Names carry the CN of the real profile and O = "Cloister SIMULATED".
// Deterministic.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/p256.hpp"

namespace cloister::platform::x509 {

using Serial = FixedBytes<20, struct SerialTag>;

struct CertificateFields {
    std::string_view subject;  // CN
    std::string_view issuer;   // CN
    crypto::P256Public key;
    Serial serial;
    std::uint64_t not_before = 0;  // unix seconds
    std::uint64_t not_after = 0;
    std::optional<std::uint8_t> ca_path_length;  // a CA if present
    std::string_view crl_url;
    Bytes sgx_extension;  // the value of 1.2.840.113741.1.13.1; empty: none
};
Bytes make_certificate(const CertificateFields& fields, const crypto::P256Key& issuer_key);

struct CrlFields {
    std::string_view issuer;  // CN
    std::uint64_t this_update = 0;
    std::uint64_t next_update = 0;
    std::vector<Serial> revoked;
};
Bytes make_crl(const CrlFields& fields, const crypto::P256Key& issuer_key);

// What the SGX extension of a PCK certificate says, in Intel's order (section 1.3.5 of the
// profile).
struct SgxExtension {
    FixedBytes<16, struct PckPpidTag> ppid;
    std::array<std::uint8_t, 16> components{};
    std::uint16_t pcesvn = 0;
    std::array<std::uint8_t, 2> pceid{};
    std::array<std::uint8_t, 6> fmspc{};
    FixedBytes<16, struct PckInstanceTag> platform_instance;
};
Bytes encode_sgx_extension(const SgxExtension& extension);

// "-----BEGIN CERTIFICATE-----", 64 columns, a newline at the end.
std::string pem_of(ByteView certificate_der);

}  // namespace cloister::platform::x509
