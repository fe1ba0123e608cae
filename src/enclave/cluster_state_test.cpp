#include "enclave/cluster_state.hpp"

#include <gtest/gtest.h>

#include "enclave/sealing.hpp"

namespace cloister::enclave {
namespace {

const ClusterId cluster = protocol::cluster_id(1);
Secret<32> secret() { return Secret<32>(ByteView(Bytes(32, 3))); }
ContractId contract(std::uint8_t n) { return ContractId(ByteView(Bytes(32, n))); }

Bytes one(std::uint8_t n) { return scale::encode(n); }

StateChange change(std::uint8_t n, std::map<Bytes, std::optional<Bytes>> writes) {
    return {contract(n), std::nullopt, std::move(writes)};
}

TEST(ClusterState, RootsFollowTheContentsAndNotTheWayThere) {
    ClusterState state(cluster, secret());
    for (std::uint8_t n = 0; n < 200; ++n) {
        StateChange c = change(n % 5, {{one(n), Bytes(n, n)}, {one(n % 7), std::nullopt}});
        if (state.newest().find(c.contract) == nullptr) c.instantiated = CodeHash();
        const Snapshot& snapshot = state.commit(c);
        const Snapshot whole = state.snapshot_of(snapshot.sequence, *snapshot.contracts);
        ASSERT_EQ(snapshot.root, whole.root);
        ASSERT_EQ(snapshot.blinded, whole.blinded);
        ASSERT_EQ(snapshot.bytes, whole.bytes);
    }
}

TEST(ClusterState, ABlindedRootDiffersAtEachStepThoughTheStateDoesNot) {
    ClusterState state(cluster, secret());
    const Hash256 first = state.commit(std::nullopt).blinded;
    EXPECT_NE(first, state.commit(std::nullopt).blinded);
    EXPECT_EQ(state.newest().root, trie::empty_root());
}

TEST(ClusterState, EarlierSnapshotsStayAsTheyWere) {
    ClusterState state(cluster, secret());
    StateChange c = change(1, {{one(1), one(1)}});
    c.instantiated = CodeHash();
    state.commit(c);
    state.commit(change(1, {{one(1), one(2)}}));
    EXPECT_EQ(state.at(Sequence(1))->find(contract(1))->storage.at(one(1)), one(1));
    EXPECT_EQ(state.newest().find(contract(1))->storage.at(one(1)), one(2));
    state.forget_before(Sequence(9));
    EXPECT_EQ(state.at(Sequence(1)), nullptr);
    EXPECT_EQ(state.newest().sequence, Sequence(2));
}

TEST(ClusterState, AboveTheClustersLimitNothingFits) {
    ClusterState state(cluster, secret());
    const std::size_t room =
        cluster_bytes_max - contract_overhead_bytes - contract::bytes_of_entry(1, 0);
    EXPECT_TRUE(state.fits(change(1, {{one(1), Bytes(room)}})));
    EXPECT_FALSE(state.fits(change(1, {{one(1), Bytes(room + 1)}})));
}

TEST(ClusterState, TinyEntriesAndEmptyContractsCountForWhatTheyCost) {
    ClusterState state(cluster, secret());
    StateChange c = change(1, {});
    c.instantiated = CodeHash();
    for (std::uint32_t n = 0; n < 1000; ++n) c.writes.emplace(scale::encode(n), Bytes());
    EXPECT_EQ(state.commit(c).bytes, contract_overhead_bytes + 1000 * (4 + 128));
    EXPECT_GT(state.newest().bytes, encode_contracts(*state.newest().contracts).size());
}

TEST(SealedState, OpensAsItWasAndNotOtherwise) {
    ClusterState state(cluster, secret());
    StateChange c = change(1, {{one(1), Bytes{7, 7, 7}}});
    c.instantiated = CodeHash();
    const Snapshot& snapshot = state.commit(c);
    const Bytes blob = seal_state(secret(), cluster, snapshot);
    const auto opened = open_state(secret(), cluster, blob);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(state.snapshot_of(opened->sequence, opened->contracts).blinded, snapshot.blinded);
    EXPECT_FALSE(open_state(secret(), protocol::cluster_id(2), blob).has_value());
    for (std::size_t i = 0; i < blob.size(); ++i) {
        Bytes flipped = blob;
        flipped[i] ^= 1;
        EXPECT_FALSE(open_state(secret(), cluster, flipped).has_value());
        EXPECT_FALSE(open_state(secret(), cluster, ByteView(blob).first(i)).has_value());
    }
}

}  // namespace
}  // namespace cloister::enclave
