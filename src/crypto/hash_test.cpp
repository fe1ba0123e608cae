#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include "crypto/hkdf.hpp"
#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

TEST(Hash, Sha2EqualsFips180OnAbc) {
    const ByteView abc = view_of("abc");
    EXPECT_EQ(hex_of(sha256(abc)),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of(sha384(abc)),
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7");
    EXPECT_EQ(hex_of(sha512(abc)),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Hash, Sha2TakesTheEmptyString) {
    EXPECT_EQ(hex_of(sha256({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, Blake2bEqualsRfc7693OnAbc) {
    EXPECT_EQ(hex_of(blake2b_512(view_of("abc"))),
              "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
              "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST(Hash, HmacEqualsRfc4231) {
    EXPECT_EQ(hex_of(hmac_sha256(view_of("Jefe"), view_of("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // Test case 6: a key longer than a block is hashed first.
    const auto text = view_of("Test Using Larger Than Block-Size Key - Hash Key First");
    EXPECT_EQ(hex_of(hmac_sha256(Bytes(131, 0xaa), text)),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hkdf, EqualsRfc5869Case1) {
    const auto key = hkdf_extract(from_hex("000102030405060708090a0b0c"), Bytes(22, 0x0b));
    EXPECT_EQ(hex_of(key), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    EXPECT_EQ(hex_of(hkdf_expand(key, from_hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
              "34007208d5b887185865");
}

TEST(Hkdf, EqualsRfc5869Case3WithoutSaltAndInfo) {
    const auto key = hkdf_extract({}, Bytes(22, 0x0b));
    EXPECT_EQ(hex_of(hkdf_expand(key, {}, 42)),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
              "9d201395faa4b61a96c8");
}

TEST(Hkdf, EveryLengthIsAPrefixOfTheLongest) {
    const Secret<32> key;
    const std::string all = hex_of(hkdf_expand(key, {}, 255 * 32));
    for (const std::size_t length : {0u, 1u, 31u, 32u, 33u, 64u, 8159u, 8160u}) {
        EXPECT_EQ(hex_of(hkdf_expand(key, {}, length)), all.substr(0, 2 * length));
    }
    EXPECT_EQ(hex_of(hkdf_expand_32(key, {})), all.substr(0, 64));
}

}  // namespace
}  // namespace cloister::crypto
