#include "crypto/ed25519.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

struct Case {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};
// RFC 8032, section 7.1.
constexpr Case cases[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
};

TEST(Ed25519, SignsAndVerifiesAsRfc8032) {
    for (const Case& c : cases) {
        const Ed25519Key key(secret_from_hex(c.seed));
        const Bytes message = from_hex(c.message);
        EXPECT_EQ(hex_of(key.public_key()), c.public_key);
        EXPECT_EQ(hex_of(key.sign(message)), c.signature);
        EXPECT_TRUE(verify_ed25519(key.public_key(), message, key.sign(message)));
    }
}

TEST(Ed25519, RefusesEveryFlippedByteOfASignature) {
    const Ed25519Key key(secret_from_hex(cases[1].seed));
    for_each_flip(from_hex(cases[1].signature), [&](const Bytes& bad, std::size_t at) {
        EXPECT_FALSE(
            verify_ed25519(key.public_key(), from_hex("72"), Ed25519Signature(ByteView(bad))))
            << at;
    });
}

TEST(Ed25519, RefusesAResponsePlusTheGroupOrder) {
    // s + L verifies in the equation and is refused for being malleable (RFC 8032, section 5.1.7).
    const Bytes order = from_hex(
        "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
        "");
    Bytes signature = from_hex(cases[0].signature);
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += signature[32 + i] + unsigned{order[i]};
        signature[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    const Ed25519Key key(secret_from_hex(cases[0].seed));
    EXPECT_FALSE(verify_ed25519(key.public_key(), {}, Ed25519Signature(ByteView(signature))));
}

TEST(Ed25519, RefusesKeysOfSmallOrder) {
    // With the neutral element as the key, R = 0 B and s = 0 satisfy the equation for any message.
    Ed25519Public neutral;
    neutral.data()[0] = 1;
    Ed25519Signature trivial;
    trivial.data()[0] = 1;
    EXPECT_FALSE(verify_ed25519(neutral, view_of("anything"), trivial));
}

}  // namespace
}  // namespace cloister::crypto
