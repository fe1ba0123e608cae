#include "crypto/p256.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

constexpr std::string_view order =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

// RFC 6979, section A.2.5.
P256Key rfc_key() {
    return std::move(*P256Key::from_scalar(
        secret_from_hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")));
}

TEST(P256, SignsAsRfc6979) {
    const P256Key key = rfc_key();
    EXPECT_EQ(hex_of(key.public_key()),
              "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
              "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    EXPECT_EQ(hex_of(key.sign(view_of("sample"))),
              "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
              "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    EXPECT_EQ(hex_of(key.sign(view_of("test"))),
              "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
              "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
}

TEST(P256, VerifiesWhatDerivedKeysSign) {
    for (std::uint8_t i = 0; i < 50; ++i) {
        const P256Key key = P256Key::derive(Bytes{i});
        const Bytes message(i, i);
        EXPECT_TRUE(verify_p256(key.public_key(), message, key.sign(message)));
        EXPECT_FALSE(verify_p256(rfc_key().public_key(), message, key.sign(message)));
    }
}

TEST(P256, RefusesEveryFlippedByte) {
    const P256Key key = rfc_key();
    const P256Signature good = key.sign(view_of("sample"));
    for_each_flip(to_bytes(good.view()), [&](const Bytes& bad, std::size_t at) {
        EXPECT_FALSE(verify_p256(key.public_key(), view_of("sample"), P256Signature(ByteView(bad))))
            << at;
    });
    for_each_flip(to_bytes(key.public_key().view()), [&](const Bytes& bad, std::size_t at) {
        EXPECT_FALSE(verify_p256(P256Public(ByteView(bad)), view_of("sample"), good)) << at;
    });
}

TEST(P256, RefusesPartsOutsideTheScalars) {
    const P256Key key = rfc_key();
    const Bytes good = to_bytes(key.sign(view_of("sample")).view());
    for (const Bytes& part : {Bytes(32), from_hex(order), Bytes(32, 0xff)}) {
        const Bytes bad_r = concat(part, ByteView(good).last(32));
        const Bytes bad_s = concat(ByteView(good).first(32), part);
        for (const Bytes& bad : {bad_r, bad_s}) {
            EXPECT_FALSE(
                verify_p256(key.public_key(), view_of("sample"), P256Signature(ByteView(bad))));
        }
    }
}

TEST(P256, RefusesAPublicKeyOfZeros) {
    EXPECT_FALSE(verify_p256(P256Public(), {}, rfc_key().sign({})));
}

TEST(P256, RefusesScalarsOutsideTheRange) {
    EXPECT_FALSE(P256Key::from_scalar(Secret<32>()));
    EXPECT_FALSE(P256Key::from_scalar(secret_from_hex(order)));
    EXPECT_FALSE(P256Key::from_scalar(Secret<32>(Bytes(32, 0xff))));
    Bytes largest = from_hex(order);
    --largest[31];
    EXPECT_TRUE(P256Key::from_scalar(Secret<32>(largest)));
}

}  // namespace
}  // namespace cloister::crypto
