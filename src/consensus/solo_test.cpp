#include "consensus/engine.hpp"

#include <gtest/gtest.h>

namespace cloister::consensus {
namespace {

Solo solo(std::uint64_t block_time_ms) {
    return Solo({.block_time_ms = block_time_ms, .heartbeat_ms = 6000},
                crypto::Ed25519Key(Secret<32>(Bytes(32, 7))));
}

TEST(Solo, InstantBlocksFollowTransactionsAtOnce) {
    const Situation idle{.now = Instant(10), .last_block_at = Instant(5)};
    Situation busy = idle;
    busy.transactions_ready = true;
    EXPECT_FALSE(solo(0).wants_block(idle));
    EXPECT_TRUE(solo(0).wants_block(busy));
}

TEST(Solo, InstantBlocksHaveAHeartbeat) {
    EXPECT_FALSE(solo(0).wants_block({.now = Instant(6004), .last_block_at = Instant(5)}));
    EXPECT_TRUE(solo(0).wants_block({.now = Instant(6005), .last_block_at = Instant(5)}));
}

TEST(Solo, TimedBlocksWaitForTheirTime) {
    const Situation early{
        .now = Instant(999), .last_block_at = Instant(0), .transactions_ready = true};
    EXPECT_FALSE(solo(1000).wants_block(early));
    EXPECT_TRUE(solo(1000).wants_block({.now = Instant(1000), .last_block_at = Instant(0)}));
}

TEST(Solo, ProofsVerifyUnderItsAuthority) {
    const Solo engine = solo(0);
    const finality::Target target{.hash = BlockHash(Bytes(32, 1)), .number = BlockNumber(9)};
    const finality::AuthoritySet set{.set_id = 0, .authorities = {engine.authority()}};
    EXPECT_TRUE(finality::verify_strict(engine.finalise(target, 0), target, set).has_value());
    EXPECT_FALSE(finality::verify_strict(engine.finalise(target, 1), target, set).has_value());
}

}  // namespace
}  // namespace cloister::consensus
