// Test support: a whole attestation world of our own - root, CAs, platform, quoting enclave, lists
// and statements - so that every refusal can be provoked with evidence that is otherwise perfect.
#pragma once

#include "attest/attest.hpp"
#include "base/hex.hpp"
#include "codec/der/time.hpp"
#include "codec/der/writer.hpp"
#include "codec/json/writer.hpp"
#include "crypto/hash.hpp"
#include "crypto/p256.hpp"

namespace cloister::attest::forge {

constexpr std::uint64_t now = 1'800'000'000;
constexpr std::uint64_t day = 86400;

struct Window {
    std::uint64_t from = now - day;
    std::uint64_t until = now + day;
};

inline crypto::P256Key key_of(std::string_view name) {
    return crypto::P256Key::derive(view_of(name));
}

inline void write_algorithm(der::Writer& w) {
    w.sequence([](der::Writer& s) { s.oid("1.2.840.10045.4.3.2"); });
}
inline void write_name(der::Writer& w, std::string_view name) {
    w.sequence([&](der::Writer& s) {
        s.set([&](der::Writer& set) {
            set.sequence([&](der::Writer& a) {
                a.oid("2.5.4.3");
                a.utf8_string(name);
            });
        });
    });
}
inline Bytes sign(const crypto::P256Key& key, const Bytes& tbs) {
    der::Writer w;
    w.sequence([&](der::Writer& s) {
        s.raw(tbs);
        write_algorithm(s);
        s.bit_string(der::ecdsa_signature(key.sign(tbs).view()));
    });
    return std::move(w).take();
}

// Deviations from a good certificate.
struct Flaws {
    std::uint64_t version = 2;  // X.509 version 3
    bool repeats_extension = false;
    bool limits_path = false;  // path length 0
    bool flips_ca = false;     // a CA that is none, or a leaf that is one
};

struct CertificateSpec {
    std::string subject, issuer;
    const crypto::P256Key& key;
    const crypto::P256Key& issuer_key;
    std::uint64_t serial = 1;
    bool ca = false;
    Window window = {};
    Bytes sgx_extension = {};
    Flaws flaws = {};
};

inline void write_extension(der::Writer& w, std::string_view oid, const Bytes& value) {
    w.sequence([&](der::Writer& e) {
        e.oid(oid);
        e.octet_string(value);
    });
}

inline Bytes certificate(const CertificateSpec& c) {
    der::Writer constraints, usage, tbs;
    constraints.sequence([&](der::Writer& s) {
        if (c.ca != c.flaws.flips_ca) s.boolean(true);
        if (c.flaws.limits_path) s.integer(0);
    });
    usage.bit_string(Bytes{static_cast<std::uint8_t>(c.ca ? 0x06 : 0xc0)}, c.ca ? 1 : 6);
    tbs.sequence([&](der::Writer& s) {
        s.context(0, [&](der::Writer& v) { v.integer(c.flaws.version); });
        s.integer(c.serial);
        write_algorithm(s);
        write_name(s, c.issuer);
        s.sequence([&](der::Writer& v) {
            v.time(c.window.from);
            v.time(c.window.until);
        });
        write_name(s, c.subject);
        s.sequence([&](der::Writer& k) {
            k.sequence([](der::Writer& a) {
                a.oid("1.2.840.10045.2.1");
                a.oid("1.2.840.10045.3.1.7");
            });
            k.bit_string(concat(Bytes{4}, c.key.public_key().view()));
        });
        s.context(3, [&](der::Writer& x) {
            x.sequence([&](der::Writer& list) {
                write_extension(list, "2.5.29.19", constraints.bytes());
                write_extension(list, "2.5.29.15", usage.bytes());
                if (c.flaws.repeats_extension) write_extension(list, "2.5.29.15", usage.bytes());
                if (!c.sgx_extension.empty()) {
                    write_extension(list, "1.2.840.113741.1.13.1", c.sgx_extension);
                }
            });
        });
    });
    return sign(c.issuer_key, tbs.bytes());
}

inline Bytes crl(const std::string& issuer, const crypto::P256Key& key, Window window,
                 const std::vector<std::uint64_t>& revoked) {
    der::Writer tbs;
    tbs.sequence([&](der::Writer& s) {
        s.integer(1);
        write_algorithm(s);
        write_name(s, issuer);
        s.time(window.from);
        s.time(window.until);
        if (!revoked.empty()) {
            s.sequence([&](der::Writer& list) {
                for (const std::uint64_t serial : revoked) {
                    list.sequence([&](der::Writer& e) {
                        e.integer(serial);
                        e.time(window.from);
                    });
                }
            });
        }
        s.context(0, [](der::Writer& x) {
            x.sequence([](der::Writer& list) { write_extension(list, "2.5.29.20", {2, 1, 1}); });
        });
    });
    return sign(key, tbs.bytes());
}

inline std::string pem(const Bytes& der) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < der.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = (bits << 8) | (i + k < der.size() ? der[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k) {
            text += i + k > der.size() ? '=' : digits[(bits >> (18 - 6 * k)) & 63];
        }
    }
    return text + "\n-----END CERTIFICATE-----\n";
}

}  // namespace cloister::attest::forge
