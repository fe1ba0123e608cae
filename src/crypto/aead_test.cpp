#include "crypto/aead.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

constexpr Aead all[] = {Aead::Aes128Gcm, Aead::Aes256Gcm, Aead::ChaCha20Poly1305};

Bytes counting(std::size_t size) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i);
    return out;
}

TEST(Aead, Aes256GcmEqualsTheCaseOfItsSpecification) {
    // "The Galois/Counter Mode of Operation", test case 16.
    const Bytes key = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    const auto nonce = fixed_from_hex<AeadNonce>("cafebabefacedbaddecaf888");
    const Bytes associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const Bytes plaintext = from_hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    EXPECT_EQ(hex_of(aead_seal(Aead::Aes256Gcm, key, nonce, associated, plaintext)),
              "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
              "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
              "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST(Aead, Aes128GcmEqualsTheCaseOfItsSpecification) {
    const Bytes sealed = aead_seal(Aead::Aes128Gcm, Bytes(16), AeadNonce(), {}, Bytes(16));
    EXPECT_EQ(hex_of(sealed), "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
}

TEST(Aead, ChaCha20Poly1305EqualsRfc8439) {
    const Bytes key = from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    const auto nonce = fixed_from_hex<AeadNonce>("070000004041424344454647");
    const Bytes sealed = aead_seal(
        Aead::ChaCha20Poly1305, key, nonce, from_hex("50515253c0c1c2c3c4c5c6c7"),
        view_of("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
                "the future, sunscreen would be it."));
    EXPECT_EQ(hex_of(ByteView(sealed).first(16)), "d31a8d34648e60db7b86afbc53ef7ec2");
    EXPECT_EQ(hex_of(ByteView(sealed).last(16)), "1ae10b594f09e26a7e902ecbd0600691");
}

TEST(Aead, OpensWhatItSealedAtEveryLength) {
    for (const Aead aead : all) {
        const Bytes key = counting(key_bytes(aead));
        for (const std::size_t length : {0u, 1u, 15u, 16u, 17u, 255u, 4096u}) {
            const Bytes plaintext = counting(length);
            const Bytes sealed = aead_seal(aead, key, AeadNonce(), view_of("ad"), plaintext);
            EXPECT_EQ(sealed.size(), length + aead_tag_bytes);
            const auto opened = aead_open(aead, key, AeadNonce(), view_of("ad"), sealed);
            ASSERT_TRUE(opened);
            EXPECT_TRUE(equal(opened->reveal(), plaintext));
        }
    }
}

TEST(Aead, RefusesEveryFlippedByteAndEveryPrefix) {
    for (const Aead aead : all) {
        const Bytes key = counting(key_bytes(aead));
        const Bytes sealed = aead_seal(aead, key, AeadNonce(), view_of("ad"), view_of("message"));
        for_each_flip(sealed, [&](const Bytes& bad, std::size_t at) {
            EXPECT_FALSE(aead_open(aead, key, AeadNonce(), view_of("ad"), bad)) << at;
        });
        for (std::size_t size = 0; size < sealed.size(); ++size) {
            EXPECT_FALSE(
                aead_open(aead, key, AeadNonce(), view_of("ad"), ByteView(sealed).first(size)));
        }
    }
}

TEST(Aead, RefusesOtherAssociatedDataNonceAndKey) {
    for (const Aead aead : all) {
        const Bytes key = counting(key_bytes(aead));
        const Bytes sealed = aead_seal(aead, key, AeadNonce(), view_of("ad"), view_of("message"));
        const auto other_nonce = fixed_from_hex<AeadNonce>("000000000000000000000001");
        EXPECT_FALSE(aead_open(aead, key, AeadNonce(), view_of("da"), sealed));
        EXPECT_FALSE(aead_open(aead, key, other_nonce, view_of("ad"), sealed));
        EXPECT_FALSE(aead_open(aead, Bytes(key.size()), AeadNonce(), view_of("ad"), sealed));
    }
}

}  // namespace
}  // namespace cloister::crypto
