#include "finality/grandpa.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace cloister::finality {
namespace {

Target target_of(const Justification& justification) {
    return {.hash = justification.target_hash, .number = justification.target_number};
}

crypto::Ed25519Key key_of(std::uint8_t number) {
    const Bytes seed(32, number);
    return crypto::Ed25519Key(Secret<32>(ByteView(seed)));
}

// Three authorities of weights 1, 1 and 1 and a chain of headers above block 10.
struct Scene {
    std::vector<crypto::Ed25519Key> keys;
    AuthoritySet set{.set_id = 4, .authorities = {}};
    std::vector<Header> chain;  // 10, 11, 12, 13
    std::uint64_t round = 77;

    explicit Scene(std::size_t authorities = 3) {
        for (std::size_t i = 0; i < authorities; ++i) {
            keys.push_back(key_of(static_cast<std::uint8_t>(i + 1)));
            set.authorities.push_back({.id = keys.back().public_key(), .weight = 1});
        }
        for (std::uint32_t i = 0; i < 4; ++i) {
            Header header;
            header.number = BlockNumber(10 + i);
            if (i > 0) header.parent_hash = hash_of(chain.back());
            chain.push_back(header);
        }
    }
    Target target() const { return {.hash = hash_of(chain[0]), .number = chain[0].number}; }
    // A vote of authority `who` for the chain's header `at`.
    Precommit vote(std::size_t who, std::size_t at) const {
        const BlockHash hash = hash_of(chain[at]);
        const Bytes message = precommit_message(hash, chain[at].number, round, set.set_id);
        return {.target_hash = hash,
                .target_number = chain[at].number,
                .signature = keys[who].sign(message),
                .id = keys[who].public_key()};
    }
    Justification with(std::vector<Precommit> votes, std::vector<Header> ancestries = {}) const {
        return {.round = round,
                .target_hash = target().hash,
                .target_number = target().number,
                .precommits = std::move(votes),
                .ancestries = std::move(ancestries)};
    }
    std::optional<Error> verdict(const Justification& justification) const {
        const auto result = verify(justification, target(), set);
        return result ? std::nullopt : std::optional(result.error());
    }
    std::optional<Error> strict(const Justification& justification) const {
        const auto result = verify_strict(justification, target(), set);
        return result ? std::nullopt : std::optional(result.error());
    }
};

TEST(Grandpa, ThePrecommitMessageHasItsPublished53Bytes) {
    const Bytes message = precommit_message(BlockHash(Bytes(32, 0xaa)), BlockNumber(1), 2, 3);
    EXPECT_EQ(base::to_hex(message), "01" + base::to_hex(Bytes(32, 0xaa)) +
                                         "01000000"
                                         "0200000000000000"
                                         "0300000000000000");
}

TEST(Grandpa, ThresholdsAreThoseOfGrandpa) {
    const std::map<std::size_t, std::uint64_t> table{{0, 0}, {1, 1}, {2, 2}, {3, 3},  {4, 3},
                                                     {5, 4}, {6, 5}, {7, 5}, {10, 7}, {1000, 667}};
    for (const auto& [count, threshold] : table) {
        const AuthoritySet set{.set_id = 0, .authorities = std::vector<Authority>(count)};
        EXPECT_EQ(set.threshold(), threshold) << count;
    }
}

TEST(Grandpa, AWeightBeyond64BitsIsNoSet) {
    Scene scene;
    scene.set.authorities[0].weight = ~std::uint64_t{0};
    EXPECT_EQ(scene.set.threshold(), 0U);
    EXPECT_EQ(scene.verdict(scene.with({scene.vote(0, 0)})), Error::EmptyAuthoritySet);
    scene.set.authorities.clear();
    EXPECT_EQ(scene.verdict(scene.with({})), Error::EmptyAuthoritySet);
}

TEST(Grandpa, WeightsCountAndNotHeads) {
    Scene scene;
    scene.set.authorities[0].weight = 10;
    EXPECT_EQ(scene.strict(scene.with({scene.vote(0, 0)})), std::nullopt);
    EXPECT_EQ(scene.verdict(scene.with({scene.vote(1, 0), scene.vote(2, 0)})),
              Error::BelowThreshold);
    scene.set.authorities[0].weight = 0;
    EXPECT_EQ(scene.verdict(scene.with({scene.vote(0, 0)})), Error::UnknownAuthority);
}

TEST(Grandpa, SurplusVotesPassAClientButNotABridge) {
    const Scene scene(4);
    const auto all =
        scene.with({scene.vote(0, 0), scene.vote(1, 0), scene.vote(2, 0), scene.vote(3, 0)});
    EXPECT_EQ(scene.verdict(all), std::nullopt);
    EXPECT_EQ(scene.strict(all), Error::RedundantVote);
}

TEST(Grandpa, VotesAboveTheTargetCountThroughTheirAncestry) {
    const Scene s;
    const auto& c = s.chain;
    const std::vector<Precommit> votes{s.vote(0, 0), s.vote(1, 3), s.vote(2, 2)};
    EXPECT_EQ(s.strict(s.with(votes, {c[3], c[1], c[2]})), std::nullopt);
    EXPECT_EQ(s.verdict(s.with(votes, {c[3], c[2]})), Error::UnrelatedVote);
    EXPECT_EQ(s.verdict(s.with(votes, {c[3], c[2], c[1], c[1]})), Error::DuplicateAncestry);
    EXPECT_EQ(s.verdict(s.with(votes, {c[3], c[2], c[1], Header{}})), Error::UnusedAncestry);
}

TEST(Grandpa, AVoteBelowTheTargetOrWithAFalseNumberIsUnrelated) {
    Scene s;
    const auto& c = s.chain;
    Justification justification = s.with({s.vote(0, 0), s.vote(1, 0), s.vote(2, 0)});
    justification.target_hash = hash_of(c[1]);
    justification.target_number = c[1].number;
    EXPECT_EQ(verify(justification, target_of(justification), s.set).error(), Error::UnrelatedVote);
    auto votes = s.with({s.vote(0, 0), s.vote(1, 0), s.vote(2, 0)});
    votes.precommits[1].target_number = BlockNumber(11);
    EXPECT_EQ(s.verdict(votes), Error::UnrelatedVote);
}

TEST(Grandpa, TheTargetMustBeTheOneAskedAbout) {
    const Scene s;
    const auto justification = s.with({s.vote(0, 0), s.vote(1, 0), s.vote(2, 0)});
    const Target number{.hash = s.target().hash, .number = BlockNumber(11)};
    const Target hash{.hash = BlockHash(), .number = s.target().number};
    EXPECT_EQ(verify(justification, number, s.set).error(), Error::WrongTarget);
    EXPECT_EQ(verify_strict(justification, hash, s.set).error(), Error::WrongTarget);
}

TEST(Grandpa, WhatWeSignPassesTheStrictVerdict) {
    const Scene s;
    const std::array<const crypto::Ed25519Key*, 3> signers{&s.keys[0], &s.keys[1], &s.keys[2]};
    const auto justification = justify(s.target(), s.set.set_id, signers);
    EXPECT_EQ(justification.round, 10U);
    EXPECT_EQ(s.strict(justification), std::nullopt);
    EXPECT_EQ(parse_justification(encode_justification(justification)).get(), justification);
}

TEST(Grandpa, JustificationsWithAncestriesComeBack) {
    const Scene s;
    const auto justification = s.with({s.vote(0, 2)}, {s.chain[1], s.chain[2]});
    EXPECT_EQ(parse_justification(encode_justification(justification)).get(), justification);
}

}  // namespace
}  // namespace cloister::finality
