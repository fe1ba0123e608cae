#include "crypto/secp256k1.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

Secret<32> seed_of(std::uint8_t last) {
    Bytes bytes(32);
    bytes.back() = last;
    return Secret<32>(bytes);
}

Hash256 digest_of(std::string_view text) { return sha256(view_of(text)); }

TEST(Secp256k1, OneTimesTheGeneratorIsTheGenerator) {
    EXPECT_EQ(hex_of(EcdsaKey::from_seed(seed_of(1))->public_key()),
              "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
}

// The known answers of RFC 6979 for this curve that Bitcoin's libraries share (key 1, SHA-256).
TEST(Secp256k1, NoncesAreThoseOfRfc6979) {
    const auto key = EcdsaKey::from_seed(seed_of(1));
    EXPECT_EQ(hex_of(key->sign(digest_of("Satoshi Nakamoto"))).substr(0, 128),
              "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
              "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
    EXPECT_EQ(hex_of(key->sign(digest_of("All those moments will be lost in time, like tears in "
                                         "rain. Time to die...")))
                  .substr(0, 128),
              "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
              "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21");
}

TEST(Secp256k1, NumbersOutsideTheGroupAreNoKeys) {
    EXPECT_FALSE(EcdsaKey::from_seed(seed_of(0)));
    EXPECT_FALSE(EcdsaKey::from_seed(secret_from_hex(secp256k1_order)));
    EXPECT_FALSE(EcdsaKey::from_seed(Secret<32>(Bytes(32, 0xff))));
    std::string below(secp256k1_order);
    below.back() = '0';
    EXPECT_TRUE(EcdsaKey::from_seed(secret_from_hex(below)));
}

TEST(Secp256k1, TheSignersKeyIsRecovered) {
    for (std::uint8_t i = 1; i < 50; ++i) {
        const auto key = EcdsaKey::from_seed(seed_of(i));
        const Hash256 digest = digest_of(std::string(i, 'a'));
        const EcdsaSignature signature = key->sign(digest);
        EXPECT_LT(signature.data()[64], 4);
        EXPECT_EQ(recover_ecdsa(digest, signature), key->public_key());
        EXPECT_NE(recover_ecdsa(digest_of("another"), signature), key->public_key());
    }
}

TEST(Secp256k1, WeSignWithTheLowSAndAcceptBoth) {
    for (std::uint8_t i = 1; i < 50; ++i) {
        const auto key = EcdsaKey::from_seed(seed_of(i));
        const Hash256 digest = digest_of(std::string(i, 'b'));
        const EcdsaSignature signature = key->sign(digest);
        EXPECT_LT(signature.data()[32], 0x80);
        EXPECT_GE(other_s(signature).data()[32], 0x7f);
        EXPECT_EQ(recover_ecdsa(digest, other_s(signature)), key->public_key());
    }
}

TEST(Secp256k1, RecoveryIdsAreReadAsSubstrateReadsThem) {
    const auto key = EcdsaKey::from_seed(seed_of(7));
    const Hash256 digest = digest_of("m");
    EcdsaSignature signature = key->sign(digest);
    const std::uint8_t id = signature.data()[64];
    for (unsigned given = 0; given < 256; ++given) {
        signature.data()[64] = static_cast<std::uint8_t>(given);
        const bool right = given == id || given == id + 27U;
        EXPECT_EQ(recover_ecdsa(digest, signature) == key->public_key(), right) << given;
    }
}

TEST(Secp256k1, NoFlippedBitKeepsTheSigner) {
    const auto key = EcdsaKey::from_seed(seed_of(9));
    const Hash256 digest = digest_of("flip");
    for_each_flip(to_bytes(key->sign(digest).view()), [&](const Bytes& changed, std::size_t i) {
        EXPECT_NE(recover_ecdsa(digest, EcdsaSignature(changed)), key->public_key()) << i;
    });
}

TEST(Secp256k1, ZeroAndOverflowingNumbersRecoverNothing) {
    const Hash256 digest = digest_of("m");
    const auto key = EcdsaKey::from_seed(seed_of(3));
    for (const std::size_t at : {0U, 32U}) {
        for (const Bytes& number : {Bytes(32), from_hex(secp256k1_order), Bytes(32, 0xff)}) {
            EcdsaSignature signature = key->sign(digest);
            std::ranges::copy(number, signature.data() + at);
            EXPECT_FALSE(recover_ecdsa(digest, signature)) << at;
        }
    }
}

}  // namespace
}  // namespace cloister::crypto
