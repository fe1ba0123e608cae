#include "platform/x509.hpp"

#include "codec/der/writer.hpp"
#include "crypto/hash.hpp"

namespace cloister::platform::x509 {

namespace {

using der::Writer;

constexpr std::string_view oid_ecdsa_with_sha256 = "1.2.840.10045.4.3.2";
constexpr std::string_view oid_ec_public_key = "1.2.840.10045.2.1";
constexpr std::string_view oid_prime256v1 = "1.2.840.10045.3.1.7";
constexpr std::string_view oid_subject_key_identifier = "2.5.29.14";
constexpr std::string_view oid_key_usage = "2.5.29.15";
constexpr std::string_view oid_basic_constraints = "2.5.29.19";
constexpr std::string_view oid_crl_number = "2.5.29.20";
constexpr std::string_view oid_reason_code = "2.5.29.21";
constexpr std::string_view oid_crl_distribution_points = "2.5.29.31";
constexpr std::string_view oid_authority_key_identifier = "2.5.29.35";
constexpr std::string_view oid_sgx = "1.2.840.113741.1.13.1";

void write_algorithm(Writer& w) {
    w.sequence([](Writer& s) { s.oid(oid_ecdsa_with_sha256); });
}

void write_name(Writer& w, std::string_view common_name) {
    w.sequence([&](Writer& name) {
        const auto attribute = [&](std::string_view type, std::string_view text) {
            name.set([&](Writer& set) {
                set.sequence([&](Writer& pair) {
                    pair.oid(type);
                    pair.utf8_string(text);
                });
            });
        };
        attribute("2.5.4.3", common_name);
        attribute("2.5.4.10", "Cloister SIMULATED");
        attribute("2.5.4.7", "Santa Clara");
        attribute("2.5.4.8", "CA");
        name.set([](Writer& set) {
            set.sequence([](Writer& pair) {
                pair.oid("2.5.4.6");
                pair.printable_string("US");
            });
        });
    });
}

void write_public_key(Writer& w, const crypto::P256Public& key) {
    w.sequence([&](Writer& info) {
        info.sequence([](Writer& algorithm) {
            algorithm.oid(oid_ec_public_key);
            algorithm.oid(oid_prime256v1);
        });
        info.bit_string(concat(Bytes{4}, key));
    });
}

// RFC 7093, method 1: the leftmost 160 bits of the SHA-256 of the key.
Bytes key_identifier(const crypto::P256Public& key) {
    return to_bytes(crypto::sha256(concat(Bytes{4}, key)).view().first(20));
}

enum class Critical : std::uint8_t { No, Yes };

template <class Body>
void write_extension(Writer& w, std::string_view type, Critical critical, Body&& body) {
    w.sequence([&](Writer& s) {
        s.oid(type);
        if (critical == Critical::Yes) s.boolean(true);
        s.octet_string_of(body);
    });
}

void write_authority_key_identifier(Writer& w, const crypto::P256Public& issuer) {
    write_extension(w, oid_authority_key_identifier, Critical::No, [&](Writer& value) {
        value.sequence([&](Writer& s) { s.context_primitive(0, key_identifier(issuer)); });
    });
}

void write_crl_distribution_point(Writer& w, std::string_view url) {
    write_extension(w, oid_crl_distribution_points, Critical::No, [&](Writer& value) {
        value.sequence([&](Writer& points) {
            points.sequence([&](Writer& point) {
                point.context(0, [&](Writer& name) {
                    name.context(0, [&](Writer& full) { full.context_primitive(6, view_of(url)); });
                });
            });
        });
    });
}

void write_key_usage_and_constraints(Writer& w, std::optional<std::uint8_t> ca_path_length) {
    write_extension(w, oid_key_usage, Critical::Yes, [&](Writer& value) {
        // keyCertSign and cRLSign for a CA, digitalSignature and nonRepudiation for a leaf.
        if (ca_path_length) return value.bit_string(Bytes{0x06}, 1);
        value.bit_string(Bytes{0xc0}, 6);
    });
    write_extension(w, oid_basic_constraints, Critical::Yes, [&](Writer& value) {
        value.sequence([&](Writer& s) {
            if (!ca_path_length) return;
            s.boolean(true);
            s.integer(*ca_path_length);
        });
    });
}

void write_extensions(Writer& w, const CertificateFields& fields,
                      const crypto::P256Public& issuer) {
    w.context(3, [&](Writer& outer) {
        outer.sequence([&](Writer& all) {
            write_authority_key_identifier(all, issuer);
            write_crl_distribution_point(all, fields.crl_url);
            write_extension(all, oid_subject_key_identifier, Critical::No,
                            [&](Writer& value) { value.octet_string(key_identifier(fields.key)); });
            write_key_usage_and_constraints(all, fields.ca_path_length);
            if (fields.sgx_extension.empty()) return;
            write_extension(all, oid_sgx, Critical::No,
                            [&](Writer& value) { value.raw(fields.sgx_extension); });
        });
    });
}

Bytes sign(const Bytes& to_be_signed, const crypto::P256Key& key) {
    Writer w;
    w.sequence([&](Writer& s) {
        s.raw(to_be_signed);
        write_algorithm(s);
        s.bit_string(der::ecdsa_signature(key.sign(to_be_signed).view()));
    });
    return std::move(w).take();
}

void write_revoked(Writer& w, const CrlFields& fields) {
    // An empty revokedCertificates list is absent, not empty (RFC 5280, 5.1.2.6).
    if (fields.revoked.empty()) return;
    w.sequence([&](Writer& list) {
        for (const Serial& serial : fields.revoked) {
            list.sequence([&](Writer& entry) {
                entry.integer(serial.view());
                entry.time(fields.this_update);
                entry.sequence([](Writer& extensions) {
                    constexpr std::uint8_t key_compromise = 1;
                    write_extension(extensions, oid_reason_code, Critical::No,
                                    [](Writer& value) { value.enumerated(key_compromise); });
                });
            });
        }
    });
}

}  // namespace

Bytes make_certificate(const CertificateFields& fields, const crypto::P256Key& issuer_key) {
    Writer w;
    w.sequence([&](Writer& s) {
        s.context(0, [](Writer& version) { version.integer(2); });
        s.integer(fields.serial.view());
        write_algorithm(s);
        write_name(s, fields.issuer);
        s.sequence([&](Writer& validity) {
            validity.time(fields.not_before);
            validity.time(fields.not_after);
        });
        write_name(s, fields.subject);
        write_public_key(s, fields.key);
        write_extensions(s, fields, issuer_key.public_key());
    });
    return sign(w.bytes(), issuer_key);
}

Bytes make_crl(const CrlFields& fields, const crypto::P256Key& issuer_key) {
    Writer w;
    w.sequence([&](Writer& s) {
        s.integer(1);
        write_algorithm(s);
        write_name(s, fields.issuer);
        s.time(fields.this_update);
        s.time(fields.next_update);
        write_revoked(s, fields);
        s.context(0, [&](Writer& outer) {
            outer.sequence([&](Writer& all) {
                write_extension(all, oid_crl_number, Critical::No,
                                [](Writer& value) { value.integer(1); });
                write_authority_key_identifier(all, issuer_key.public_key());
            });
        });
    });
    return sign(w.bytes(), issuer_key);
}

Bytes encode_sgx_extension(const SgxExtension& e) {
    const auto oid_of = [](std::initializer_list<std::size_t> arcs) {
        std::string text(oid_sgx);
        for (const std::size_t arc : arcs) text += "." + std::to_string(arc);
        return text;
    };
    const auto member = [](Writer& w, const std::string& type, auto&& write_value) {
        w.sequence([&](Writer& s) {
            s.oid(type);
            write_value(s);
        });
    };
    const auto octets = [](ByteView value) {
        return [value](Writer& w) { w.octet_string(value); };
    };
    const auto integer = [](std::uint64_t value) {
        return [value](Writer& w) { w.integer(value); };
    };
    const auto boolean = [](bool value) { return [value](Writer& w) { w.boolean(value); }; };
    const auto tcb = [&](Writer& w) {
        w.sequence([&](Writer& s) {
            for (std::size_t i = 0; i < e.components.size(); ++i) {
                member(s, oid_of({2, i + 1}), integer(e.components[i]));
            }
            member(s, oid_of({2, 17}), integer(e.pcesvn));
            member(s, oid_of({2, 18}), octets(e.components));  // CPUSVN
        });
    };
    const auto configuration = [&](Writer& w) {
        w.sequence([&](Writer& s) {
            member(s, oid_of({7, 1}), boolean(true));   // dynamic platform
            member(s, oid_of({7, 2}), boolean(false));  // cached keys
            member(s, oid_of({7, 3}), boolean(true));   // SMT enabled
        });
    };
    constexpr std::uint8_t sgx_type_scalable = 1;
    Writer w;
    w.sequence([&](Writer& s) {
        member(s, oid_of({1}), octets(e.ppid));
        member(s, oid_of({2}), tcb);
        member(s, oid_of({3}), octets(e.pceid));
        member(s, oid_of({4}), octets(e.fmspc));
        member(s, oid_of({5}), [](Writer& value) { value.enumerated(sgx_type_scalable); });
        member(s, oid_of({6}), octets(e.platform_instance));
        member(s, oid_of({7}), configuration);
    });
    return std::move(w).take();
}

std::string pem_of(ByteView der) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string base64;
    for (std::size_t i = 0; i < der.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = (group << 8) | (i + j < der.size() ? der[i + j] : 0u);
        for (std::size_t j = 0; j < 4; ++j) {
            base64 += i + j > der.size() ? '=' : digits[(group >> (18 - 6 * j)) & 0x3f];
        }
    }
    std::string out = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < base64.size(); i += 64) out += base64.substr(i, 64) + "\n";
    return out + "-----END CERTIFICATE-----\n";
}

}  // namespace cloister::platform::x509
