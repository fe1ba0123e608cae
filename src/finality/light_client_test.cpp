#include "finality/light_client.hpp"

#include <gtest/gtest.h>

namespace cloister::finality {
namespace {

crypto::Ed25519Key key_of(std::uint8_t number) {
    const Bytes seed(32, number);
    return crypto::Ed25519Key(Secret<32>(ByteView(seed)));
}

// A little chain whose blocks are signed by one key; every block may hand over to another key.
class Chain {
  public:
    explicit Chain(std::uint8_t signer = 1) : signer_(signer) {
        const Bytes value = encode_authorities(signer);
        state_.emplace(grandpa_authorities_key(), value);
        headers_.push_back({.parent_hash = {},
                            .number = {},
                            .state_root = StateRoot(root().view()),
                            .extrinsics_root = trie::empty_root(),
                            .digest = {}});
    }
    static Bytes encode_authorities(std::uint8_t signer) {
        return scale::encode(std::uint8_t{1}, authorities(signer));
    }
    static std::vector<Authority> authorities(std::uint8_t signer) {
        return {{.id = key_of(signer).public_key(), .weight = 1}};
    }
    static DigestItem change_to(std::vector<Authority> next, std::uint32_t delay = 0) {
        return {.kind = DigestItem::Kind::Consensus,
                .engine = engine_id("FRNK"),
                .data = scale::encode(std::uint8_t{1}, next, delay)};
    }
    Hash256 root() const { return trie::root_of(state_, trie::StateVersion::V1); }
    trie::Proof proof() const {
        const trie::Update update =
            trie::apply([](const Hash256&) { return std::optional<Bytes>(); }, trie::empty_root(),
                        trie::Changes(state_.begin(), state_.end()), trie::StateVersion::V1)
                .get();
        std::vector<Bytes> nodes;
        for (const auto& [hash, bytes] : update.created) nodes.push_back(bytes);
        return trie::Proof::from_nodes(nodes).get();
    }
    const Header& genesis() const { return headers_[0]; }
    LightClient client() const {
        return LightClient::from_genesis(genesis(), hash_of(genesis()), proof()).get();
    }
    // The next block, with this mark in its extrinsics root so that branches can differ.
    ProvenHeader next(std::vector<DigestItem> digest = {}, std::uint8_t mark = 0) {
        Header header{.parent_hash = hash_of(headers_.back()),
                      .number = headers_.back().number.next(),
                      .state_root = {},
                      .extrinsics_root = Hash256(Bytes(32, mark)),
                      .digest = std::move(digest)};
        headers_.push_back(header);
        return sign(header, signer_, set_id_);
    }
    static ProvenHeader sign(const Header& header, std::uint8_t signer, std::uint64_t set_id) {
        const auto key = key_of(signer);
        const std::array<const crypto::Ed25519Key*, 1> signers{&key};
        const Target target{.hash = hash_of(header), .number = header.number};
        return {.header = header, .justification = justify(target, set_id, signers)};
    }
    void hand_over(std::uint8_t signer) {
        signer_ = signer;
        ++set_id_;
    }

  private:
    trie::Entries state_{{to_bytes("other"), Bytes(100, 7)}};
    std::vector<Header> headers_;
    std::uint8_t signer_;
    std::uint64_t set_id_ = 0;
};

ProvenHeader bare(ProvenHeader proven) {
    proven.justification.reset();
    return proven;
}

std::optional<FollowError> import_into(LightClient& client, std::vector<ProvenHeader> headers) {
    const auto result = client.import(headers);
    return result ? std::nullopt : std::optional(result.error());
}

TEST(LightClient, StartsAtItsGenesis) {
    const Chain chain;
    const LightClient client = chain.client();
    EXPECT_EQ(client.newest(), chain.genesis());
    EXPECT_EQ(client.genesis_hash(), hash_of(chain.genesis()));
    EXPECT_EQ(client.authorities().authorities, Chain::authorities(1));
    EXPECT_EQ(client.find_hash(BlockNumber(0)), client.genesis_hash());
}

TEST(LightClient, RefusesAGenesisOfAnotherHash) {
    const Chain chain;
    Header other = chain.genesis();
    other.extrinsics_root = {};
    EXPECT_EQ(LightClient::from_genesis(other, hash_of(chain.genesis()), chain.proof()).error(),
              FollowError::WrongGenesis);
    other.number = BlockNumber(1);
    EXPECT_EQ(LightClient::from_genesis(other, hash_of(other), chain.proof()).error(),
              FollowError::WrongGenesis);
}

TEST(LightClient, RefusesUnprovenAuthorities) {
    const Chain chain;
    const auto proof = trie::Proof::from_nodes({}).get();
    EXPECT_EQ(LightClient::from_genesis(chain.genesis(), hash_of(chain.genesis()), proof).error(),
              FollowError::BadAuthorities);
}

TEST(LightClient, RefusesAuthoritiesThatAreNoSoundSet) {
    const auto authority = Chain::authorities(1)[0];
    auto weightless = authority;
    weightless.weight = 0;
    const std::vector<Bytes> values{
        {},
        {1},
        {1, 0},
        concat(Bytes{2}, ByteView(Chain::encode_authorities(1)).subspan(1)),
        concat(Chain::encode_authorities(1), Bytes{0}),
        scale::encode(std::uint8_t{1}, std::vector<Authority>{weightless}),
        scale::encode(std::uint8_t{1}, std::vector<Authority>{authority, authority})};
    for (const Bytes& value : values) {
        const trie::Update state =
            trie::apply({}, trie::empty_root(), {{grandpa_authorities_key(), value}},
                        trie::StateVersion::V1)
                .get();
        std::vector<Bytes> nodes;
        for (const auto& [hash, bytes] : state.created) nodes.push_back(bytes);
        Header genesis;
        genesis.state_root = StateRoot(state.root.view());
        const auto proof = trie::Proof::from_nodes(nodes).get();
        EXPECT_EQ(LightClient::from_genesis(genesis, hash_of(genesis), proof).error(),
                  FollowError::BadAuthorities);
    }
}

TEST(LightClient, FollowsProvenBlocks) {
    Chain chain;
    LightClient client = chain.client();
    const auto first = chain.next();
    const auto second = chain.next();
    EXPECT_EQ(import_into(client, {first, second}), std::nullopt);
    EXPECT_EQ(client.newest(), second.header);
    EXPECT_EQ(client.newest_hash(), hash_of(second.header));
    EXPECT_EQ(*client.find(BlockNumber(1)), first.header);
    EXPECT_EQ(client.find(BlockNumber(3)), nullptr);
}

TEST(LightClient, OneProofCoversItsAncestors) {
    Chain chain;
    LightClient client = chain.client();
    EXPECT_EQ(import_into(client, {bare(chain.next()), bare(chain.next()), chain.next()}),
              std::nullopt);
    EXPECT_EQ(client.newest().number, BlockNumber(3));
}

TEST(LightClient, TheLastHeaderMustBeProven) {
    Chain chain;
    LightClient client = chain.client();
    const auto first = chain.next();
    EXPECT_EQ(import_into(client, {first, bare(chain.next())}), FollowError::MissingProof);
    EXPECT_EQ(client.newest(), chain.genesis()) << "nothing is kept of a refused batch";
    EXPECT_EQ(client.find(BlockNumber(1)), nullptr);
}

TEST(LightClient, AKnownHeaderAtTheEndDoesNotStandInForAProof) {
    Chain chain;
    LightClient client = chain.client();
    const auto first = chain.next();
    EXPECT_EQ(import_into(client, {first}), std::nullopt);
    EXPECT_EQ(import_into(client, {bare(chain.next()), first}), FollowError::MissingProof);
    EXPECT_EQ(client.newest(), first.header);
}

TEST(LightClient, HeadersMustContinueTheChain) {
    Chain chain;
    LightClient client = chain.client();
    chain.next();
    EXPECT_EQ(import_into(client, {chain.next()}), FollowError::NotAChild);
    Chain other(1);
    Header header = other.next().header;
    header.parent_hash = {};
    EXPECT_EQ(import_into(client, {Chain::sign(header, 3, 0)}), FollowError::NotAChild);
}

TEST(LightClient, ProofsByOthersOrForAnotherSetAreRefused) {
    Chain chain;
    LightClient client = chain.client();
    const Header header = chain.next().header;
    EXPECT_EQ(import_into(client, {Chain::sign(header, 2, 0)}), FollowError::BadProof);
    EXPECT_EQ(import_into(client, {Chain::sign(header, 1, 1)}), FollowError::BadProof);
    EXPECT_EQ(import_into(client, {Chain::sign(header, 1, 0)}), std::nullopt);
}

TEST(LightClient, AKnownBatchMayBeGivenAgain) {
    Chain chain;
    LightClient client = chain.client();
    const std::vector<ProvenHeader> batch{chain.next(), chain.next()};
    EXPECT_EQ(import_into(client, batch), std::nullopt);
    EXPECT_EQ(import_into(client, batch), std::nullopt);
    EXPECT_EQ(import_into(client, {batch[1], chain.next()}), std::nullopt);
    EXPECT_EQ(client.newest().number, BlockNumber(3));
}

TEST(LightClient, AuthoritiesChangeAfterTheBlockThatSaysSo) {
    Chain chain;
    LightClient client = chain.client();
    const auto change = chain.next({Chain::change_to(Chain::authorities(2))});
    chain.hand_over(2);
    const auto after = chain.next();
    EXPECT_EQ(import_into(client, {change, after}), std::nullopt);
    EXPECT_EQ(client.authorities().set_id, 1U);
    EXPECT_EQ(client.authorities().authorities, Chain::authorities(2));
    EXPECT_EQ(import_into(client, {Chain::sign(chain.next().header, 1, 0)}), FollowError::BadProof);
}

TEST(LightClient, ABlockThatChangesTheAuthoritiesNeedsItsOwnProof) {
    Chain chain;
    LightClient client = chain.client();
    const auto change = chain.next({Chain::change_to(Chain::authorities(2))});
    chain.hand_over(2);
    EXPECT_EQ(import_into(client, {bare(change), chain.next()}), FollowError::MissingProof);
    EXPECT_EQ(client.authorities().set_id, 0U);
}

TEST(LightClient, DelayedForcedOrUnsoundChangesAreRefused) {
    const auto next = Chain::authorities(2);
    DigestItem forced = Chain::change_to(next);
    forced.data = concat(Bytes{2, 0, 0, 0, 0}, ByteView(forced.data).subspan(1));
    DigestItem garbage = forced;
    garbage.data = {1, 255};
    const std::vector<std::vector<DigestItem>> digests{
        {Chain::change_to(next, 1)},
        {forced},
        {garbage},
        {Chain::change_to({})},
        {Chain::change_to({next[0], next[0]})},
        {Chain::change_to({{.id = next[0].id, .weight = 0}})},
        {Chain::change_to(next), Chain::change_to(next)}};
    for (const auto& digest : digests) {
        Chain chain;
        LightClient client = chain.client();
        EXPECT_EQ(import_into(client, {chain.next(digest)}), FollowError::BadHeader);
        EXPECT_EQ(client.newest(), chain.genesis());
    }
}

TEST(LightClient, TwoFinalBlocksAtOneHeightStopItForEver) {
    Chain chain;
    Chain fork;
    LightClient client = chain.client();
    const auto first = chain.next({}, 1);
    const auto second = fork.next({}, 2);
    EXPECT_EQ(import_into(client, {first, chain.next()}), std::nullopt);
    EXPECT_EQ(import_into(client, {second}), FollowError::Stopped);
    ASSERT_TRUE(client.conflict().has_value());
    EXPECT_EQ(client.conflict()->first.header, first.header);
    EXPECT_EQ(client.conflict()->first.justification, first.justification);
    EXPECT_EQ(client.conflict()->second.header, second.header);
    EXPECT_EQ(import_into(client, {chain.next()}), FollowError::Stopped);
    EXPECT_EQ(client.newest().number, BlockNumber(2));
}

TEST(LightClient, AConflictAtTheEndOfABatchImportsNothing) {
    Chain chain;
    Chain fork;
    LightClient client = chain.client();
    EXPECT_EQ(import_into(client, {chain.next({}, 1)}), std::nullopt);
    EXPECT_EQ(import_into(client, {chain.next(), fork.next({}, 2)}), FollowError::Stopped);
    EXPECT_EQ(client.newest().number, BlockNumber(1));
}

TEST(LightClient, UnprovenOrFalselyProvenForksAreNoConflict) {
    Chain chain;
    Chain fork;
    LightClient client = chain.client();
    EXPECT_EQ(import_into(client, {chain.next({}, 1)}), std::nullopt);
    const auto other = fork.next({}, 2);
    EXPECT_EQ(import_into(client, {bare(other)}), FollowError::NotAChild);
    EXPECT_EQ(import_into(client, {Chain::sign(other.header, 3, 0)}), FollowError::BadProof);
    EXPECT_FALSE(client.stopped());
}

TEST(LightClient, AForkIsJudgedByTheAuthoritiesOfItsHeight) {
    Chain chain;
    Chain fork;
    LightClient client = chain.client();
    const auto change = chain.next({Chain::change_to(Chain::authorities(2))});
    chain.hand_over(2);
    EXPECT_EQ(import_into(client, {change, chain.next()}), std::nullopt);
    const Header other = fork.next({}, 9).header;
    EXPECT_EQ(import_into(client, {Chain::sign(other, 2, 1)}), FollowError::BadProof);
    EXPECT_EQ(import_into(client, {Chain::sign(other, 1, 0)}), FollowError::Stopped);
}

// A client at block 6, and blocks 1 to 10 of a chain that leaves ours above block `common`.
struct Fork {
    explicit Fork(std::uint32_t common, std::uint32_t followed = 6) {
        Chain chain;
        Chain other;
        for (std::uint32_t n = 1; n <= 10; ++n) {
            ours.push_back(chain.next({}, 1));
            theirs.push_back(other.next({}, n <= common ? 1 : 2));
        }
        client.emplace(chain.client());
        EXPECT_EQ(import_into(*client, {ours.begin(), ours.begin() + followed}), std::nullopt);
    }
    const ProvenHeader& their(std::uint32_t number) const { return theirs[number - 1]; }
    std::vector<ProvenHeader> ours, theirs;
    std::optional<LightClient> client;
};

TEST(LightClient, AProvenForkOfAnyDepthThatEndsAboveUsStopsItForEver) {
    for (std::uint32_t common = 0; common < 6; ++common) {
        for (std::uint32_t tip = common + 1; tip <= 10; ++tip) {
            Fork fork(common);
            std::vector<ProvenHeader> batch;
            for (std::uint32_t n = common + 1; n < tip; ++n) batch.push_back(bare(fork.their(n)));
            batch.push_back(fork.their(tip));
            EXPECT_EQ(import_into(*fork.client, batch), FollowError::Stopped);
            ASSERT_TRUE(fork.client->conflict()) << common << " to " << tip;
            EXPECT_EQ(fork.client->conflict()->second.header, fork.their(tip).header);
            EXPECT_TRUE(fork.client->conflict()->first.justification);
        }
    }
}

TEST(LightClient, AProvenChildOfAnotherBlockThanOursStopsItForEver) {
    Fork fork(5);
    EXPECT_EQ(import_into(*fork.client, {fork.their(7)}), FollowError::Stopped);
    EXPECT_EQ(fork.client->conflict()->first.header, fork.ours[5].header);
}

TEST(LightClient, AProvenForkFarAboveStopsItWhenItComesThere) {
    for (std::uint32_t above = 8; above <= 10; ++above) {
        Fork fork(6);
        EXPECT_EQ(import_into(*fork.client, {fork.their(above)}), FollowError::NotAChild);
        EXPECT_FALSE(fork.client->stopped());
        // One below, the parent that it names is another.
        for (std::uint32_t n = 7; n < above - 1; ++n) {
            EXPECT_EQ(import_into(*fork.client, {fork.ours[n - 1]}), std::nullopt);
        }
        EXPECT_EQ(import_into(*fork.client, {fork.ours[above - 2]}), FollowError::Stopped);
    }
}

TEST(LightClient, TwoProvenBlocksFarAboveStopItAtOnce) {
    Fork fork(6);
    EXPECT_EQ(import_into(*fork.client, {fork.their(9)}), FollowError::NotAChild);
    EXPECT_EQ(import_into(*fork.client, {fork.ours[8]}), FollowError::Stopped);
}

TEST(LightClient, OurOwnChainGivenWithAGapIsNoConflict) {
    Fork fork(6);
    EXPECT_EQ(import_into(*fork.client, {fork.ours[9]}), FollowError::NotAChild);
    EXPECT_EQ(import_into(*fork.client, {fork.ours[7]}), FollowError::NotAChild);
    EXPECT_EQ(import_into(*fork.client, {fork.ours.begin() + 6, fork.ours.end()}), std::nullopt);
    EXPECT_EQ(fork.client->newest().number, BlockNumber(10));
}

TEST(LightClient, AForkAboveByStrangersIsNoConflict) {
    Fork fork(5);
    EXPECT_EQ(import_into(*fork.client, {Chain::sign(fork.their(7).header, 3, 0)}),
              FollowError::NotAChild);
    EXPECT_EQ(import_into(*fork.client, {bare(fork.their(7))}), FollowError::NotAChild);
    EXPECT_EQ(import_into(*fork.client, {fork.ours[6]}), std::nullopt);
}

TEST(LightClient, WhatTodaysAuthoritiesProvedAboveTheirEndIsForgotten) {
    Chain chain;
    Chain fork;
    LightClient client = chain.client();
    for (int i = 0; i < 4; ++i) static_cast<void>(fork.next({}, 2));
    EXPECT_EQ(import_into(client, {fork.next({}, 2)}), FollowError::NotAChild);
    const auto change = chain.next({Chain::change_to(Chain::authorities(2))});
    EXPECT_EQ(import_into(client, {change}), std::nullopt);
    chain.hand_over(2);
    std::vector<ProvenHeader> rest;
    for (int i = 0; i < 6; ++i) rest.push_back(chain.next());
    EXPECT_EQ(import_into(client, rest), std::nullopt);
}

TEST(LightClient, TheProofsKeptFromAboveAreBoundedAndTheNearestStay) {
    Chain chain;
    Chain fork;
    LightClient client = chain.client();
    for (int i = 0; i < 4; ++i) static_cast<void>(fork.next({}, 2));
    const auto near = fork.next({}, 2);
    std::vector<ProvenHeader> far;
    for (std::size_t i = 0; i < 4 * LightClient::ahead_max; ++i) far.push_back(fork.next({}, 2));
    for (auto proven = far.rbegin(); proven != far.rend(); ++proven) {
        EXPECT_EQ(import_into(client, {*proven}), FollowError::NotAChild);
    }
    EXPECT_EQ(import_into(client, {near}), FollowError::NotAChild);
    std::vector<ProvenHeader> ours;
    for (int i = 0; i < 5; ++i) ours.push_back(chain.next());
    EXPECT_EQ(import_into(client, ours), FollowError::Stopped);
}

TEST(LightClient, KeepsTheLastBlocksAndTheGenesis) {
    Chain chain;
    LightClient client = chain.client();
    std::vector<ProvenHeader> batch;
    for (std::size_t i = 0; i < LightClient::history_max + 10; ++i) {
        Header header;
        header.number = BlockNumber(static_cast<std::uint32_t>(i + 1));
        header.parent_hash = hash_of(batch.empty() ? chain.genesis() : batch.back().header);
        batch.push_back({.header = header, .justification = std::nullopt});
    }
    batch.back() = Chain::sign(batch.back().header, 1, 0);
    EXPECT_EQ(import_into(client, batch), std::nullopt);
    EXPECT_EQ(client.find(BlockNumber(10)), nullptr);
    EXPECT_NE(client.find(BlockNumber(11)), nullptr);
    EXPECT_NE(client.find(BlockNumber(0)), nullptr);
}

}  // namespace
}  // namespace cloister::finality
