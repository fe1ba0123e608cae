#include "node/node_cache.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"

namespace cloister::node {
namespace {

Bytes node_of(std::uint32_t number, std::size_t size = 100) {
    Bytes node(size, static_cast<std::uint8_t>(number));
    for (std::size_t i = 0; i < 4; ++i) node[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return node;
}
Hash256 hash_of(const Bytes& node) { return crypto::blake2b_256(node); }
void put(NodeCache& cache, const Bytes& node) { cache.put(hash_of(node), node); }
std::size_t held(NodeCache& cache, std::uint32_t count, std::size_t size = 100) {
    std::size_t found = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Bytes node = node_of(i, size);
        const Bytes* const hit = cache.find(hash_of(node));
        if (hit == nullptr) continue;
        EXPECT_EQ(*hit, node);
        ++found;
    }
    return found;
}

TEST(NodeCache, GivesBackWhatWasPut) {
    NodeCache cache(1U << 20);
    put(cache, node_of(7));
    put(cache, node_of(7));
    EXPECT_EQ(cache.bytes(), 100U);
    EXPECT_EQ(held(cache, 8), 1U);
}

TEST(NodeCache, KeepsNoLongNode) {
    NodeCache cache(1U << 20);
    put(cache, node_of(1, NodeCache::node_bytes_max));
    put(cache, node_of(2, NodeCache::node_bytes_max + 1));
    EXPECT_EQ(cache.bytes(), NodeCache::node_bytes_max);
}

TEST(NodeCache, GrowsWhileWhatIsInUseDoesNotFit) {
    constexpr std::uint32_t count = 50'000;
    NodeCache cache(64U << 20);
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t i = 0; i < count; ++i) put(cache, node_of(i));
    }
    EXPECT_GT(held(cache, count), count * 95U / 100);
}

TEST(NodeCache, StaysWithinItsLimit) {
    constexpr std::size_t limit = 4U << 20;
    NodeCache cache(limit);
    for (std::uint32_t i = 0; i < 50'000; ++i) {
        put(cache, node_of(i, 500));
        ASSERT_LE(cache.bytes(), limit);
    }
}

TEST(NodeCache, ForgetsWhatWasNotAskedForLongest) {
    // One set's worth of nodes whose hashes begin alike, as one who grinds them could make them.
    NodeCache cache(1U << 20);
    const auto alike = [](std::uint8_t number) {
        Hash256 hash;
        hash.data()[31] = number;
        return hash;
    };
    for (std::uint8_t i = 0; i < 8; ++i) cache.put(alike(i), node_of(i));
    ASSERT_NE(cache.find(alike(0)), nullptr);
    cache.put(alike(8), node_of(8));
    EXPECT_NE(cache.find(alike(0)), nullptr);
    EXPECT_EQ(cache.find(alike(1)), nullptr);
    EXPECT_NE(cache.find(alike(8)), nullptr);
}

}  // namespace
}  // namespace cloister::node
