#include "attest/x509.hpp"

namespace cloister::attest {
namespace {

// Contents octets of object identifiers.
constexpr std::array<std::uint8_t, 8> oid_ecdsa_sha256 = {0x2a, 0x86, 0x48, 0xce,
                                                          0x3d, 0x04, 0x03, 0x02};
constexpr std::array<std::uint8_t, 7> oid_ec_public_key = {0x2a, 0x86, 0x48, 0xce,
                                                           0x3d, 0x02, 0x01};
constexpr std::array<std::uint8_t, 8> oid_p256 = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 3> oid_common_name = {0x55, 0x04, 0x03};
constexpr std::array<std::uint8_t, 3> oid_subject_key_id = {0x55, 0x1d, 0x0e};
constexpr std::array<std::uint8_t, 3> oid_key_usage = {0x55, 0x1d, 0x0f};
constexpr std::array<std::uint8_t, 3> oid_basic_constraints = {0x55, 0x1d, 0x13};
constexpr std::array<std::uint8_t, 3> oid_crl_number = {0x55, 0x1d, 0x14};
constexpr std::array<std::uint8_t, 3> oid_reason_code = {0x55, 0x1d, 0x15};
constexpr std::array<std::uint8_t, 3> oid_distribution_points = {0x55, 0x1d, 0x1f};
constexpr std::array<std::uint8_t, 3> oid_authority_key_id = {0x55, 0x1d, 0x23};
constexpr std::array<std::uint8_t, 9> oid_sgx = {0x2a, 0x86, 0x48, 0x86, 0xf8,
                                                 0x4d, 0x01, 0x0d, 0x01};

constexpr std::size_t extensions_max = 32;

// AlgorithmIdentifier must be ecdsa-with-SHA256 without parameters (RFC 5758, 3.2).
Parsed<void> read_signature_algorithm(der::Reader& reader) {
    const std::size_t at = reader.offset();
    CLOISTER_TRY(der::Reader algorithm, reader.sequence());
    CLOISTER_TRY(const ByteView oid, algorithm.oid());
    if (!equal(oid, oid_ecdsa_sha256) || !algorithm.at_end()) {
        return fault(Code::MalformedCertificate, at, "the signature is not ECDSA with SHA-256");
    }
    return {};
}

Parsed<crypto::P256Public> read_public_key(der::Reader& reader) {
    const std::size_t at = reader.offset();
    CLOISTER_TRY(der::Reader info, reader.sequence());
    CLOISTER_TRY(der::Reader algorithm, info.sequence());
    CLOISTER_TRY(const ByteView kind, algorithm.oid());
    if (!equal(kind, oid_ec_public_key)) {
        return fault(Code::MalformedCertificate, at, "the key is no elliptic curve key");
    }
    CLOISTER_TRY(const ByteView curve, algorithm.oid());
    CLOISTER_CHECK(algorithm.finish());
    CLOISTER_TRY(const der::BitString point, info.bit_string());
    CLOISTER_CHECK(info.finish());
    // RFC 5480, 2.2: uncompressed form.
    const bool uncompressed =
        point.unused == 0 && point.octets.size() == 65 && point.octets[0] == 0x04;
    if (!equal(curve, oid_p256) || !uncompressed) {
        return fault(Code::MalformedCertificate, at, "the key is no uncompressed P-256 point");
    }
    return crypto::P256Public(point.octets.subspan(1));
}

struct Name {
    ByteView der;
    std::string_view common_name;
};

Parsed<Name> read_name(der::Reader& reader) {
    CLOISTER_TRY(const der::Element whole, reader.read(der::tag::sequence));
    Name name{.der = whole.whole, .common_name = {}};
    for (der::Reader names(whole); !names.at_end();) {
        CLOISTER_TRY(der::Reader set, names.enter(der::tag::set));
        do {
            const std::size_t at = set.offset();
            CLOISTER_TRY(der::Reader attribute, set.sequence());
            CLOISTER_TRY(const ByteView kind, attribute.oid());
            CLOISTER_TRY(const std::string_view text, attribute.text());
            CLOISTER_CHECK(attribute.finish());
            if (!equal(kind, oid_common_name)) continue;
            if (!name.common_name.empty()) {
                return fault(Code::MalformedCertificate, at, "a name has two common names");
            }
            name.common_name = text;
        } while (!set.at_end());
    }
    return name;
}

// The outer shell that certificates and lists share: SEQUENCE { tbs, algorithm, signature }.
struct Signed {
    der::Element tbs;
    crypto::P256Signature signature;
};

Parsed<Signed> read_signed(ByteView encoded) {
    der::Reader outer(encoded);
    CLOISTER_TRY(der::Reader reader, outer.sequence());
    CLOISTER_CHECK(outer.finish());
    Signed out;
    CLOISTER_TRY(out.tbs, reader.read(der::tag::sequence));
    CLOISTER_CHECK(read_signature_algorithm(reader));
    const std::size_t at = reader.offset();
    CLOISTER_TRY(const der::BitString bits, reader.bit_string());
    CLOISTER_CHECK(reader.finish());
    if (bits.unused != 0) {
        return fault(Code::MalformedCertificate, at, "the signature is no whole number of octets");
    }
    CLOISTER_TRY(const auto raw,
                 der::parse_ecdsa_signature(bits.octets, reader.offset() - bits.octets.size()));
    out.signature = crypto::P256Signature(raw);
    return out;
}

struct Extension {
    ByteView oid;
    bool critical = false;
    ByteView value;
    std::size_t value_offset = 0;
};

Parsed<Extension> read_extension(der::Reader& list) {
    Extension e;
    const std::size_t at = list.offset();
    CLOISTER_TRY(der::Reader reader, list.sequence());
    CLOISTER_TRY(e.oid, reader.oid());
    if (reader.peek() == der::tag::boolean) {
        CLOISTER_TRY(e.critical, reader.boolean());
        // DEFAULT FALSE is never encoded (X.690, 11.5).
        if (!e.critical) return fault(Code::MalformedCertificate, at, "a default is encoded");
    }
    CLOISTER_TRY(e.value, reader.octet_string());
    e.value_offset = reader.offset() - e.value.size();
    CLOISTER_CHECK(reader.finish());
    return e;
}

Parsed<void> read_basic_constraints(Certificate& certificate, const Extension& e) {
    der::Reader outer(e.value, e.value_offset);
    CLOISTER_TRY(der::Reader reader, outer.sequence());
    CLOISTER_CHECK(outer.finish());
    if (reader.peek() == der::tag::boolean) {
        CLOISTER_TRY(certificate.is_ca, reader.boolean());
        if (!certificate.is_ca) {
            return fault(Code::MalformedCertificate, e.value_offset, "a default is encoded");
        }
        if (reader.peek() == der::tag::integer) {
            CLOISTER_TRY(certificate.path_length_max, reader.small_integer(255));
        }
    }
    CLOISTER_CHECK(reader.finish());
    return {};
}

// Extensions that are known, or that may be ignored; each at most once, no unknown critical one
// (4.2).
Parsed<void> read_extensions(Certificate& certificate, der::Reader& tbs) {
    CLOISTER_TRY(der::Reader wrapper, tbs.enter(der::tag::context_constructed(3)));
    CLOISTER_TRY(der::Reader list, wrapper.sequence());
    CLOISTER_CHECK(wrapper.finish());
    std::vector<ByteView> seen;
    bool has_constraints = false;
    while (!list.at_end()) {
        const std::size_t at = list.offset();
        CLOISTER_TRY(const Extension e, read_extension(list));
        const bool repeated =
            std::ranges::any_of(seen, [&](ByteView oid) { return equal(oid, e.oid); });
        if (repeated || seen.size() == extensions_max) {
            return fault(Code::MalformedCertificate, at, "an extension is repeated");
        }
        seen.push_back(e.oid);
        if (equal(e.oid, oid_basic_constraints)) {
            CLOISTER_CHECK(read_basic_constraints(certificate, e));
            has_constraints = true;
        } else if (equal(e.oid, oid_key_usage)) {
            der::Reader reader(e.value, e.value_offset);
            CLOISTER_TRY(certificate.key_usage, reader.bit_string());
            CLOISTER_CHECK(reader.finish());
        } else if (equal(e.oid, oid_sgx)) {
            certificate.sgx_extension = e.value;
        } else if (e.critical && !equal(e.oid, oid_subject_key_id) &&
                   !equal(e.oid, oid_authority_key_id) && !equal(e.oid, oid_distribution_points)) {
            return fault(Code::MalformedCertificate, at, "a critical extension is unknown");
        }
    }
    if (!has_constraints || certificate.key_usage.octets.empty()) {
        return fault(Code::MalformedCertificate, list.offset(),
                     "basic constraints or key usage are absent");
    }
    return {};
}

// One entry of revokedCertificates; returns its serial number.
Parsed<ByteView> read_revoked(der::Reader& list) {
    CLOISTER_TRY(der::Reader entry, list.sequence());
    CLOISTER_TRY(const ByteView serial, entry.unsigned_integer());
    CLOISTER_CHECK(entry.time());
    if (!entry.at_end()) {
        CLOISTER_TRY(der::Reader extensions, entry.sequence());
        while (!extensions.at_end()) {
            const std::size_t at = extensions.offset();
            CLOISTER_TRY(const Extension e, read_extension(extensions));
            if (e.critical && !equal(e.oid, oid_reason_code)) {
                return fault(Code::MalformedCollateral, at, "a critical extension is unknown");
            }
        }
    }
    CLOISTER_CHECK(entry.finish());
    return serial;
}

// A critical extension could narrow what the list covers (5.2.5), so only known ones may be
// critical.
Parsed<void> read_crl_extensions(der::Reader& tbs) {
    CLOISTER_TRY(der::Reader wrapper, tbs.enter(der::tag::context_constructed(0)));
    CLOISTER_TRY(der::Reader list, wrapper.sequence());
    CLOISTER_CHECK(wrapper.finish());
    while (!list.at_end()) {
        const std::size_t at = list.offset();
        CLOISTER_TRY(const Extension e, read_extension(list));
        if (e.critical && !equal(e.oid, oid_crl_number) && !equal(e.oid, oid_authority_key_id)) {
            return fault(Code::MalformedCollateral, at, "a critical extension is unknown");
        }
    }
    return {};
}

}  // namespace

Parsed<Certificate> parse_certificate(ByteView encoded) {
    CLOISTER_TRY(const Signed shell, read_signed(encoded));
    Certificate out;
    out.der = encoded;
    out.tbs = shell.tbs.whole;
    out.signature = shell.signature;
    der::Reader tbs(shell.tbs);
    CLOISTER_TRY(der::Reader version, tbs.enter(der::tag::context_constructed(0)));
    const std::size_t at = version.offset();
    CLOISTER_TRY(const std::uint64_t number, version.small_integer(255));
    CLOISTER_CHECK(version.finish());
    if (number != 2) return fault(Code::MalformedCertificate, at, "no X.509 version 3");
    CLOISTER_TRY(out.serial, tbs.unsigned_integer());
    CLOISTER_CHECK(read_signature_algorithm(tbs));
    CLOISTER_TRY(const Name issuer, read_name(tbs));
    out.issuer = issuer.der;
    CLOISTER_TRY(der::Reader validity, tbs.sequence());
    CLOISTER_TRY(out.not_before, validity.time());
    CLOISTER_TRY(out.not_after, validity.time());
    CLOISTER_CHECK(validity.finish());
    CLOISTER_TRY(const Name subject, read_name(tbs));
    out.subject = subject.der;
    out.subject_common_name = subject.common_name;
    CLOISTER_TRY(out.key, read_public_key(tbs));
    CLOISTER_CHECK(read_extensions(out, tbs));
    CLOISTER_CHECK(tbs.finish());
    return out;
}

Parsed<Crl> parse_crl(ByteView encoded) {
    CLOISTER_TRY(const Signed shell, read_signed(encoded));
    Crl out;
    out.tbs = shell.tbs.whole;
    out.signature = shell.signature;
    der::Reader tbs(shell.tbs);
    const std::size_t at = tbs.offset();
    CLOISTER_TRY(const std::uint64_t version, tbs.small_integer(255));
    if (version != 1) return fault(Code::MalformedCollateral, at, "no CRL of version 2");
    CLOISTER_CHECK(read_signature_algorithm(tbs));
    CLOISTER_TRY(const Name issuer, read_name(tbs));
    out.issuer = issuer.der;
    CLOISTER_TRY(out.this_update, tbs.time());
    CLOISTER_TRY(out.next_update, tbs.time());
    if (tbs.peek() == der::tag::sequence) {
        CLOISTER_TRY(const der::Element list, tbs.read(der::tag::sequence));
        out.revoked = list.content;
        for (der::Reader entries(list); !entries.at_end();) CLOISTER_CHECK(read_revoked(entries));
    }
    CLOISTER_CHECK(read_crl_extensions(tbs));
    CLOISTER_CHECK(tbs.finish());
    return out;
}

bool Crl::is_revoked(ByteView serial) const {
    for (der::Reader entries(revoked); !entries.at_end();) {
        const Parsed<ByteView> entry = read_revoked(entries);
        CLOISTER_ASSERT(entry.has_value());  // parse_crl has read every entry
        if (equal(*entry, serial)) return true;
    }
    return false;
}

}  // namespace cloister::attest
