// DER itself, and X.509 with what SGX puts into it.
#include "attest/pck.hpp"
#include "attest/pem.hpp"
#include "attest/world_test.hpp"
#include "attest/x509.hpp"
#include "bodies.hpp"
#include "codec/der/time.hpp"

namespace cloister::fuzz {
namespace {

namespace forge = attest::forge;

// Reads every element with every reader, as deep as elements go.
void walk(der::Reader reader, std::size_t depth, std::size_t end) {
    while (!reader.at_end()) {
        const auto attempt = [&reader](auto&& read) {
            der::Reader copy = reader;
            return read(copy);
        };
        const auto ignore = [&attempt](auto&& read) { static_cast<void>(attempt(read)); };
        ignore([](der::Reader& r) { return r.boolean(); });
        ignore([](der::Reader& r) { return r.null(); });
        if (const auto n = attempt([](der::Reader& r) { return r.unsigned_integer(); })) {
            FUZZ_CHECK(!n->empty());
        }
        const auto small = attempt([](der::Reader& r) { return r.small_integer(300); });
        FUZZ_CHECK(!small || *small <= 300);
        ignore([](der::Reader& r) { return r.enumerated(9); });
        ignore([](der::Reader& r) { return r.oid(); });
        ignore([](der::Reader& r) { return r.octet_string(); });
        ignore([](der::Reader& r) { return r.text(); });
        ignore([](der::Reader& r) { return r.time(); });
        if (const auto bits = attempt([](der::Reader& r) { return r.bit_string(); })) {
            for (std::size_t i = 0; i < 20; ++i) static_cast<void>(bits->bit(i));
        }
        const auto element = reader.any();
        if (!element) {
            FUZZ_CHECK(element.error().offset <= end);
            return;
        }
        if ((element->tag & 0x20U) != 0 && depth < 40) walk(der::Reader(*element), depth + 1, end);
    }
    FUZZ_CHECK(reader.finish().has_value());
}

}  // namespace

int der_body(ByteView input) {
    walk(der::Reader(input), 0, input.size());
    const auto signature = der::parse_ecdsa_signature(input);
    FUZZ_CHECK(!signature || std::ranges::equal(der::ecdsa_signature(*signature), input));
    int meant = signature ? 1 : 0;
    const std::string_view text = text_of(input);
    for (const auto& time :
         {der::parse_utc_time(text), der::parse_generalized_time(text), der::parse_rfc3339(text)}) {
        if (!time) continue;
        FUZZ_CHECK(der::unix_of(der::civil_of(*time)) == time);
        meant = 1;
    }
    if (const auto time = der::parse_rfc3339(text)) FUZZ_CHECK(der::rfc3339_of(*time) == text);
    return meant;
}

std::vector<Bytes> der_seeds() {
    const forge::World world;
    return {der::ecdsa_signature(forge::key_of("root").sign(Bytes{1}).view()),
            to_bytes("991231235959Z"),
            to_bytes("20500229000000Z"),
            to_bytes("2026-11-23T23:59:59Z"),
            world.sgx_extension(),
            world.ca(),
            forge::crl("issuer", world.root_key, {}, {1, 2, 3})};
}

int x509_body(ByteView input) {
    int meant = 0;
    if (const auto certificate = attest::parse_certificate(input)) {
        FUZZ_CHECK(std::ranges::equal(certificate->der, input));
        static_cast<void>(certificate->may_sign_certificates());
        static_cast<void>(certificate->may_sign_crls());
        static_cast<void>(certificate->is_self_issued());
        static_cast<void>(attest::parse_pck_extension(certificate->sgx_extension));
        // What one key signed and somebody altered does not verify under that key.
        const forge::World world;
        if (crypto::verify_p256(world.ca_key.public_key(), certificate->tbs,
                                certificate->signature)) {
            const Bytes whole = world.pck();
            FUZZ_CHECK(std::ranges::equal(whole, input));
        }
        meant = 1;
    } else {
        FUZZ_CHECK(certificate.error().offset <= input.size());
    }
    if (const auto crl = attest::parse_crl(input)) {
        static_cast<void>(crl->is_revoked(Bytes{1}));
        static_cast<void>(crl->is_revoked({}));
        meant = 1;
    } else {
        FUZZ_CHECK(crl.error().offset <= input.size());
    }
    if (attest::parse_pck_extension(input)) meant = 1;
    return meant;
}

std::vector<Bytes> x509_seeds() {
    const forge::World world;
    return {world.root(),
            world.ca(),
            world.pck(),
            world.signer(),
            world.sgx_extension(),
            forge::crl(world.ca_name, world.ca_key, {}, {}),
            forge::crl(world.ca_name, world.ca_key, {}, {3, 1000, 77})};
}

int pem_body(ByteView input) {
    if (const auto decoded = attest::decode_base64(text_of(input))) {
        FUZZ_CHECK(decoded->size() <= input.size() / 4 * 3 + 3);
    }
    const auto blocks = attest::parse_pem(input, 3);
    if (!blocks) {
        FUZZ_CHECK(blocks.error().offset <= input.size());
        return 0;
    }
    FUZZ_CHECK(blocks->size() <= 3);
    for (const auto& block : *blocks) FUZZ_CHECK(block.offset < input.size());
    return 1;
}

std::vector<Bytes> pem_seeds() {
    const forge::World world;
    const std::string one = forge::pem(world.root());
    return {to_bytes(one), to_bytes(forge::pem(world.pck()) + forge::pem(world.ca()) + one),
            to_bytes(one + "\r\n\r\n" + one + std::string(2, '\0'))};
}

}  // namespace cloister::fuzz
