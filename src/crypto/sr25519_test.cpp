#include "crypto/sr25519.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "crypto/known_answer.hpp"
#include "crypto/merlin.hpp"

namespace cloister::crypto {
namespace {

TEST(Keccak, PermutesZeroAsItsReference) {
    KeccakState state{};
    keccak_f1600(state);
    EXPECT_EQ(state[0], 0xf1258f7940e1dde7u);
    EXPECT_EQ(state[24], 0xeaf1ff7b5ceca249u);
    keccak_f1600(state);
    EXPECT_EQ(state[0], 0x2d5c954df96ecb3cu);
}

TEST(Transcript, ChallengesDependOnLabelsAndFraming) {
    const auto challenge = [](std::string_view label, std::string_view a, std::string_view b) {
        Transcript transcript("test");
        transcript.append(label, a);
        transcript.append("b", b);
        std::array<std::uint8_t, 32> out;
        transcript.challenge("c", out);
        return out;
    };
    EXPECT_EQ(challenge("a", "xy", "z"), challenge("a", "xy", "z"));
    EXPECT_NE(challenge("a", "xy", "z"), challenge("a", "x", "yz"));
    EXPECT_NE(challenge("a", "xy", "z"), challenge("A", "xy", "z"));
}

TEST(Transcript, LongMessagesCrossTheRate) {
    // Lengths around STROBE's rate of 166 bytes must each give their own challenge.
    std::vector<Bytes> seen;
    for (std::size_t length = 150; length < 340; ++length) {
        Transcript transcript("test");
        transcript.append("m", Bytes(length, 1));
        Bytes out(200);
        transcript.challenge("c", out);
        EXPECT_EQ(std::ranges::count(seen, out), 0) << length;
        seen.push_back(out);
    }
}

class Sr25519 : public testing::Test {
  protected:
    Sr25519Key key{
        secret_from_hex("fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e")};
    ByteView message = view_of("message");
};

TEST_F(Sr25519, VerifiesWhatItSigns) {
    for (std::size_t length = 0; length < 200; ++length) {
        const Bytes text(length, 0x61);
        EXPECT_TRUE(verify_sr25519(key.public_key(), text, key.sign(text))) << length;
    }
}

TEST_F(Sr25519, SignsAlikeForLikeEntropy) {
    EXPECT_EQ(key.sign(message), key.sign(message));
    EXPECT_NE(key.sign(message), key.sign(message, Bytes(32, 1)));
    EXPECT_TRUE(verify_sr25519(key.public_key(), message, key.sign(message, Bytes(5, 1))));
}

TEST_F(Sr25519, NeverRepeatsACommitmentForAnotherMessage) {
    const auto commitment = [&](ByteView m) { return to_bytes(key.sign(m).view().first(32)); };
    EXPECT_NE(commitment(view_of("a")), commitment(view_of("b")));
}

TEST_F(Sr25519, RefusesEveryFlippedByte) {
    const Sr25519Signature good = key.sign(message);
    for_each_flip(to_bytes(good.view()), [&](const Bytes& bad, std::size_t at) {
        EXPECT_FALSE(verify_sr25519(key.public_key(), message, Sr25519Signature(ByteView(bad))))
            << at;
    });
    for_each_flip(to_bytes(key.public_key().view()), [&](const Bytes& bad, std::size_t at) {
        EXPECT_FALSE(verify_sr25519(Sr25519Public(ByteView(bad)), message, good)) << at;
    });
    EXPECT_FALSE(verify_sr25519(key.public_key(), view_of("massage"), good));
}

TEST_F(Sr25519, DerivedKeysSign) {
    const ChainCode code = chain_code_of("code");
    const Sr25519Key soft = key.derive_soft(code);
    EXPECT_EQ(derive_soft_public(key.public_key(), code), soft.public_key());
    EXPECT_TRUE(verify_sr25519(soft.public_key(), message, soft.sign(message)));
    const Sr25519Key hard = key.derive_hard(code);
    EXPECT_NE(hard.public_key(), soft.public_key());
    EXPECT_TRUE(verify_sr25519(hard.public_key(), message, hard.sign(message)));
}

TEST_F(Sr25519, NothingDerivesFromAnInvalidPublicKey) {
    EXPECT_FALSE(derive_soft_public(Sr25519Public(Bytes(32, 0xff)), ChainCode()));
}

TEST(ChainCode, NumbersUpTo64BitsAreNumbers) {
    EXPECT_EQ(hex_of(chain_code_of("18446744073709551615")).substr(0, 18), "ffffffffffffffff00");
    // 2^64 is a string of 20 characters: its compact length 80 leads.
    EXPECT_EQ(hex_of(chain_code_of("18446744073709551616")).substr(0, 4), "5031");
    EXPECT_EQ(hex_of(chain_code_of("-1")).substr(0, 6), "082d31");
    EXPECT_EQ(hex_of(chain_code_of("1a")).substr(0, 6), "083161");
}

}  // namespace
}  // namespace cloister::crypto
