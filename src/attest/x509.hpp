// Internal: X.509 certificates and revocation lists (RFC 5280) in Intel's profile: ECDSA with P-256
// and SHA-256 only, version 3 certificates, version 2 lists. Everything is a view into the DER
// given.
#pragma once

#include "attest/fault.hpp"
#include "crypto/p256.hpp"

namespace cloister::attest {

struct Certificate {
    ByteView der;
    ByteView tbs;      // what is signed
    ByteView serial;   // without sign octet
    ByteView issuer;   // Name, DER
    ByteView subject;  // Name, DER
    std::string_view subject_common_name;
    std::uint64_t not_before = 0;
    std::uint64_t not_after = 0;
    crypto::P256Public key;
    crypto::P256Signature signature;
    bool is_ca = false;
    std::uint64_t path_length_max = 255;  // CA certificates that may follow, the leaf not counted
    der::BitString key_usage;
    ByteView sgx_extension;  // contents of extension 1.2.840.113741.1.13.1; empty when absent

    bool may_sign_certificates() const { return is_ca && key_usage.bit(5); }
    bool may_sign_crls() const { return key_usage.bit(6); }
    bool is_self_issued() const { return equal(issuer, subject); }
};

Parsed<Certificate> parse_certificate(ByteView encoded);

struct Crl {
    ByteView tbs;
    ByteView issuer;
    std::uint64_t this_update = 0;
    std::uint64_t next_update = 0;
    ByteView revoked;  // contents of revokedCertificates, checked to be well formed
    crypto::P256Signature signature;

    bool is_revoked(ByteView serial) const;
};

// A list without nextUpdate is refused: its freshness could not be told.
Parsed<Crl> parse_crl(ByteView encoded);

}  // namespace cloister::attest
