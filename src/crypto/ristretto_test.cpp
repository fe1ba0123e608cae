#include "crypto/ristretto.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

constexpr std::string_view group_order =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

RistrettoScalar scalar(std::uint8_t fill) { return RistrettoScalar::from_uniform(Bytes(64, fill)); }
RistrettoScalar small(std::uint16_t value) {
    Bytes bytes(32);
    bytes[0] = static_cast<std::uint8_t>(value);
    bytes[1] = static_cast<std::uint8_t>(value >> 8);
    return std::move(*RistrettoScalar::from_canonical(bytes));
}

// a + b x modulo the order, as integers below 2^256 through 64-byte sums: shares of one polynomial.
RistrettoScalar line_at(const RistrettoScalar& a, const RistrettoScalar& b, unsigned x) {
    Bytes wide(64);
    unsigned carry = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        if (i < 32) carry += a.bytes().reveal()[i] + x * b.bytes().reveal()[i];
        wide[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    return RistrettoScalar::from_uniform(wide);
}

TEST(Ristretto, MultiplesOfTheBaseEqualRfc9496) {
    EXPECT_EQ(hex_of(small(1).times_base()),
              "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76");
    EXPECT_EQ(hex_of(small(2).times_base()),
              "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919");
    EXPECT_EQ(small(2).times_base(), small(2).times(small(1).times_base()));
    EXPECT_EQ(hex_of(small(15).times_base()),
              "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e");
}

TEST(Ristretto, HashesToTheGroupAsRfc9496) {
    EXPECT_EQ(hex_of(ristretto_hash(
                  {}, view_of("Ristretto is traditionally a short shot of espresso coffee"))),
              "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46");
    EXPECT_EQ(hex_of(ristretto_hash(view_of("made with the normal amount of ground "),
                                    view_of("coffee but extracted with"))),
              "f26e5b6f7d362d2d2a94c5d0e7602cb4773c95a2e5c31a64f133189fa76ed61b");
}

TEST(Ristretto, RefusesEncodingsThatRfc9496Refuses) {
    for (const std::string_view bad :
         {"0000000000000000000000000000000000000000000000000000000000000000",     // the identity
          "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",     // not canonical
          "0100000000000000000000000000000000000000000000000000000000000000",     // negative
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",     // y = 0
          "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e"}) {  // negative xy
        EXPECT_FALSE(scalar(1).times(fixed_from_hex<RistrettoPoint>(bad))) << bad;
    }
}

TEST(Ristretto, TakesOnlyCanonicalScalars) {
    Bytes bytes = from_hex(group_order);
    EXPECT_FALSE(RistrettoScalar::from_canonical(bytes));
    --bytes[0];
    EXPECT_TRUE(RistrettoScalar::from_canonical(bytes));
    EXPECT_FALSE(RistrettoScalar::from_canonical(Bytes(32)));
    EXPECT_FALSE(RistrettoScalar::from_canonical(Bytes(32, 0xff)));
    EXPECT_FALSE(RistrettoScalar::from_canonical(Bytes(31, 1)));
    EXPECT_FALSE(RistrettoScalar::from_canonical(Bytes(33, 1)));
}

class Evaluation : public testing::Test {
  protected:
    RistrettoScalar secret = scalar(7);
    RistrettoPoint key = secret.times_base();
    ByteView domain = view_of("domain");
    ByteView message = view_of("message");
    PartialEvaluation good = evaluate(secret, domain, message);
};

TEST_F(Evaluation, VerifiesAndRepeats) {
    EXPECT_TRUE(verify_evaluation(key, domain, message, good));
    EXPECT_EQ(good, evaluate(secret, domain, message));
    EXPECT_EQ(good.value, *secret.times(ristretto_hash(domain, message)));
}

TEST_F(Evaluation, RefusesEveryFlippedByte) {
    scale::Encoder encoder;
    encoder.write(good);
    for_each_flip(encoder.bytes(), [&](const Bytes& bytes, std::size_t at) {
        scale::Decoder decoder(bytes);
        const auto bad = decoder.read<PartialEvaluation>();
        EXPECT_FALSE(verify_evaluation(key, domain, message, bad)) << at;
    });
    for_each_flip(to_bytes(key.view()), [&](const Bytes& bytes, std::size_t at) {
        EXPECT_FALSE(verify_evaluation(RistrettoPoint(ByteView(bytes)), domain, message, good))
            << at;
    });
}

TEST_F(Evaluation, RefusesAnotherKeyDomainMessageOrProof) {
    EXPECT_FALSE(verify_evaluation(scalar(8).times_base(), domain, message, good));
    EXPECT_FALSE(verify_evaluation(key, view_of("domai"), message, good));
    EXPECT_FALSE(verify_evaluation(key, domain, view_of("massage"), good));
    const PartialEvaluation other = evaluate(secret, domain, view_of("massage"));
    EXPECT_FALSE(verify_evaluation(key, domain, message, {good.value, other.proof}));
    EXPECT_FALSE(verify_evaluation(key, domain, message, {other.value, good.proof}));
    EXPECT_FALSE(verify_evaluation(key, domain, message, PartialEvaluation()));
}

TEST_F(Evaluation, BindsTheDomainAlsoWhereThePointIsTheSame) {
    // "domain" + "message" and "domainm" + "essage" hash to one point, yet a proof serves only one.
    EXPECT_EQ(ristretto_hash(domain, message),
              ristretto_hash(view_of("domainm"), view_of("essage")));
    EXPECT_FALSE(verify_evaluation(key, view_of("domainm"), view_of("essage"), good));
}

TEST_F(Evaluation, OutputsDependOnDomainAndValue) {
    const auto output = output_of(domain, good.value);
    EXPECT_NE(output, output_of(view_of("other"), good.value));
    EXPECT_NE(output, output_of(domain, scalar(8).times_base()));
}

TEST(Threshold, AnyTwoOfThreeGiveTheWholesValue) {
    for (std::uint8_t run = 1; run <= 8; ++run) {
        const RistrettoScalar whole = scalar(run);
        const RistrettoScalar slope = scalar(static_cast<std::uint8_t>(run + 100));
        const RistrettoPoint point = ristretto_hash(view_of("d"), Bytes{run});
        std::vector<IndexedPoint> parts;
        for (std::uint16_t i = 1; i <= 3; ++i) {
            parts.push_back({i, *line_at(whole, slope, i).times(point)});
        }
        for (const auto& [a, b] : {std::pair{0u, 1u}, {0u, 2u}, {1u, 2u}, {2u, 0u}}) {
            EXPECT_EQ(combine(std::vector{parts[a], parts[b]}), whole.times(point));
        }
        EXPECT_EQ(combine(parts), whole.times(point));
        EXPECT_NE(combine(std::vector{parts[0]}), whole.times(point));
    }
}

TEST(Threshold, OneOfOneIsTheValueItself) {
    const RistrettoPoint value = scalar(3).times_base();
    EXPECT_EQ(combine(std::vector{IndexedPoint{1, value}}), value);
}

TEST(Threshold, RefusesNothingRepeatedHoldersAndInvalidPoints) {
    const RistrettoPoint value = scalar(3).times_base();
    EXPECT_FALSE(combine({}));
    EXPECT_FALSE(combine(std::vector{IndexedPoint{0, value}}));
    EXPECT_FALSE(combine(std::vector{IndexedPoint{2, value}, IndexedPoint{2, value}}));
    EXPECT_FALSE(combine(std::vector{IndexedPoint{1, value}, IndexedPoint{2, RistrettoPoint()}}));
    RistrettoPoint invalid;
    invalid.data()[0] = 1;
    EXPECT_FALSE(combine(std::vector{IndexedPoint{1, value}, IndexedPoint{2, invalid}}));
    // 2 V - 1 (2 V) is the identity.
    EXPECT_FALSE(combine(std::vector{IndexedPoint{1, value}, {2, *small(2).times(value)}}));
}

}  // namespace
}  // namespace cloister::crypto
