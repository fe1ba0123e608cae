#include "node/pool.hpp"

#include <gtest/gtest.h>

#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"

namespace cloister::node {
namespace {

PooledTransaction transaction(std::uint8_t who, std::uint32_t nonce, u128 priority,
                              std::size_t bytes = 100) {
    PooledTransaction t{.hash = {},
                        .bytes = Bytes(bytes, who),
                        .signer = AccountId(Bytes(32, who)),
                        .nonce = nonce,
                        .priority = priority,
                        .valid_until = 1000,
                        .signature = {}};
    t.hash = crypto::blake2b_256(concat(t.bytes, scale::encode(nonce, priority)));
    return t;
}

std::vector<u128> ready_priorities(const Pool& pool) {
    std::vector<u128> out;
    for (const auto* t : pool.ready()) out.push_back(t->priority);
    return out;
}

TEST(Pool, GivesTheBestFirstAndAnAccountsOwnInNonceOrder) {
    Pool pool(PoolLimits{});
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    ASSERT_TRUE(pool.add(transaction(1, 1, 9), 0));
    ASSERT_TRUE(pool.add(transaction(2, 0, 7), 0));
    EXPECT_EQ(ready_priorities(pool), (std::vector<u128>{7, 5, 9}));
}

TEST(Pool, HoldsBackWhatComesAfterAGap) {
    Pool pool(PoolLimits{});
    ASSERT_TRUE(pool.add(transaction(1, 1, 5), 0));
    EXPECT_TRUE(ready_priorities(pool).empty());
    EXPECT_EQ(pool.next_nonce(AccountId(Bytes(32, 1)), 0), 0U);
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    EXPECT_EQ(pool.next_nonce(AccountId(Bytes(32, 1)), 0), 2U);
}

TEST(Pool, KnowsWhetherAnythingIsReadyAfterEveryChange) {
    Pool pool(PoolLimits{.transactions_max = 3});
    EXPECT_FALSE(pool.has_ready());
    ASSERT_TRUE(pool.add(transaction(1, 1, 5), 0));
    EXPECT_FALSE(pool.has_ready());
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    EXPECT_TRUE(pool.has_ready());
    pool.included(transaction(1, 0, 5).hash);
    EXPECT_EQ(ready_priorities(pool), (std::vector<u128>{5}));
    pool.remove(transaction(1, 1, 5).hash);
    EXPECT_FALSE(pool.has_ready());
    ASSERT_TRUE(pool.add(transaction(1, 3, 5), 2));
    EXPECT_FALSE(pool.has_ready());
    ASSERT_TRUE(pool.add(transaction(1, 2, 5), 2));
    ASSERT_TRUE(pool.add(transaction(1, 2, 6), 2));
    EXPECT_EQ(ready_priorities(pool), (std::vector<u128>{6, 5}));
    pool.prune_expired(BlockNumber(1000));
    EXPECT_FALSE(pool.has_ready());
}

TEST(Pool, RefusesTheKnownTheCheaperAndTheFarAway) {
    Pool pool(PoolLimits{});
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    EXPECT_EQ(pool.add(transaction(1, 0, 5), 0).error(), PoolError::AlreadyKnown);
    EXPECT_EQ(pool.add(transaction(1, 0, 4), 0).error(), PoolError::PriorityTooLow);
    EXPECT_EQ(pool.add(transaction(1, 257, 5), 0).error(), PoolError::NonceTooFar);
}

TEST(Pool, BoundsEachAccount) {
    Pool pool(PoolLimits{.per_account_max = 2});
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    ASSERT_TRUE(pool.add(transaction(1, 1, 5), 0));
    EXPECT_EQ(pool.add(transaction(1, 2, 9), 0).error(), PoolError::AccountFull);
}

TEST(Pool, WhenFullDropsTheCheapestForABetterOneOnly) {
    Pool pool(PoolLimits{.transactions_max = 2});
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    ASSERT_TRUE(pool.add(transaction(2, 0, 7), 0));
    EXPECT_EQ(pool.add(transaction(3, 0, 5), 0).error(), PoolError::PoolFull);
    ASSERT_TRUE(pool.add(transaction(3, 0, 6), 0));
    EXPECT_EQ(ready_priorities(pool), (std::vector<u128>{7, 6}));
    EXPECT_EQ(pool.bytes(), 200U);
}

TEST(Pool, KeepsTheOldOneWhenItsReplacementFindsNoRoom) {
    Pool pool(PoolLimits{.bytes_max = 250});
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    ASSERT_TRUE(pool.add(transaction(2, 0, 9), 0));
    EXPECT_EQ(pool.add(transaction(1, 0, 6, 300), 0).error(), PoolError::PoolFull);
    EXPECT_EQ(ready_priorities(pool), (std::vector<u128>{9, 5}));
}

TEST(Pool, ForgetsTheExpired) {
    Pool pool(PoolLimits{});
    ASSERT_TRUE(pool.add(transaction(1, 0, 5), 0));
    pool.prune_expired(BlockNumber(999));
    EXPECT_EQ(pool.size(), 1U);
    pool.prune_expired(BlockNumber(1000));
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_EQ(pool.bytes(), 0U);
}

}  // namespace
}  // namespace cloister::node
