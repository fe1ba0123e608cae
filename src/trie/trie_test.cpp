#include "trie/trie.hpp"

#include <gtest/gtest.h>

#include "codec/scale/scale.hpp"
#include "codec/scale/vectors_test.hpp"
#include "crypto/hash.hpp"
#include "trie/node.hpp"

namespace cloister::trie {
namespace {

using cloister::testing::Random;

Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

// Nodes in memory that counts what is fetched.
struct Memory {
    NodeMap nodes;
    std::size_t fetched = 0;
    FetchNode fetch() {
        return [this](const Hash256& hash) -> std::optional<Bytes> {
            ++fetched;
            const auto node = nodes.find(hash);
            if (node == nodes.end()) return std::nullopt;
            return node->second;
        };
    }
    Hash256 change(const Hash256& root, const Changes& changes, StateVersion version) {
        Update update = apply(fetch(), root, changes, version).get();
        nodes.merge(std::move(update.created));
        return update.root;
    }
    Hash256 fill(const Entries& entries, StateVersion version) {
        return change(empty_root(), Changes(entries.begin(), entries.end()), version);
    }
};

// Keys that share prefixes and are prefixes of each other; values on both sides of every border.
Bytes random_key(Random& random) {
    Bytes key(random.below(6));
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random.below(3) * 0x11);
    if (random.below(4) == 0) append(key, random.bytes(random.below(40)));
    return key;
}
Bytes random_value(Random& random) {
    constexpr std::array<std::size_t, 9> sizes{0, 1, 5, 30, 31, 32, 33, 34, 200};
    return random.bytes(sizes[random.below(sizes.size())]);
}
Entries random_entries(Random& random, std::size_t count) {
    Entries entries;
    for (std::size_t i = 0; i < count; ++i) {
        entries.insert_or_assign(random_key(random), random_value(random));
    }
    return entries;
}

class TrieVersions : public ::testing::TestWithParam<StateVersion> {};
INSTANTIATE_TEST_SUITE_P(Both, TrieVersions, ::testing::Values(StateVersion::V0, StateVersion::V1));

TEST(Trie, TheEmptyRootIsTheKnownConstant) {
    EXPECT_EQ(base::to_hex(empty_root().view()),
              "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314");
    EXPECT_EQ(root_of({}, StateVersion::V1), empty_root());
    EXPECT_EQ(ordered_root({}, StateVersion::V0), empty_root());
}

TEST_P(TrieVersions, RandomChangesGiveTheRootOfTheChangedMap) {
    Random random(7);
    for (int round = 0; round < 60; ++round) {
        Memory memory;
        Entries entries = random_entries(random, random.below(60));
        Hash256 root = memory.fill(entries, GetParam());
        ASSERT_EQ(root, root_of(entries, GetParam()));
        for (int step = 0; step < 20; ++step) {
            Changes changes;
            for (std::size_t i = random.below(12); i > 0; --i) {
                Bytes key = random_key(random);
                if (!entries.empty() && random.below(2) == 0) {
                    key = std::next(entries.begin(),
                                    static_cast<std::ptrdiff_t>(random.below(entries.size())))
                              ->first;
                }
                if (random.below(2) == 0) {
                    changes[key] = std::nullopt;
                } else {
                    changes[key] = random_value(random);
                }
            }
            for (const auto& [key, value] : changes) {
                if (value) entries.insert_or_assign(key, *value);
                if (!value) entries.erase(key);
            }
            root = memory.change(root, changes, GetParam());
            ASSERT_EQ(root, root_of(entries, GetParam()));
        }
    }
}

TEST_P(TrieVersions, RemovingEveryKeyInAnyOrderEndsEmpty) {
    Random random(11);
    Memory memory;
    const Entries entries = random_entries(random, 80);
    Hash256 root = memory.fill(entries, GetParam());
    Entries left = entries;
    while (!left.empty()) {
        const auto key =
            std::next(left.begin(), static_cast<std::ptrdiff_t>(random.below(left.size())))->first;
        left.erase(key);
        root = memory.change(root, {{key, std::nullopt}}, GetParam());
        ASSERT_EQ(root, root_of(left, GetParam()));
    }
    EXPECT_EQ(root, empty_root());
    Changes all;
    for (const auto& [key, value] : entries) all.emplace(key, std::nullopt);
    EXPECT_EQ(memory.change(root_of(entries, GetParam()), all, GetParam()), empty_root());
}

TEST_P(TrieVersions, EveryStoredKeyIsReadAndEveryOtherIsAbsent) {
    Random random(3);
    Memory memory;
    const Entries entries = random_entries(random, 300);
    const Hash256 root = memory.fill(entries, GetParam());
    for (const auto& [key, value] : entries) ASSERT_EQ(get(memory.fetch(), root, key).get(), value);
    for (int i = 0; i < 1000; ++i) {
        const Bytes key = random_key(random);
        const auto entry = entries.find(key);
        ASSERT_EQ(get(memory.fetch(), root, key).get().has_value(), entry != entries.end());
    }
}

TEST_P(TrieVersions, ProofsCoverTheirKeysPresentOrNotAndNothingMore) {
    Random random(5);
    Memory memory;
    const Entries entries = random_entries(random, 300);
    const Hash256 root = memory.fill(entries, GetParam());
    for (int i = 0; i < 100; ++i) {
        const std::vector<Bytes> keys{random_key(random), random_key(random), {}};
        const auto nodes = prove(memory.fetch(), root, keys).get();
        const Proof proof = Proof::from_nodes(nodes).get();
        const auto values = proof.get_all_strict(root, keys).get();
        for (std::size_t k = 0; k < keys.size(); ++k) {
            const auto entry = entries.find(keys[k]);
            ASSERT_EQ(values[k].has_value(), entry != entries.end());
            if (values[k]) {
                ASSERT_EQ(*values[k], entry->second);
            }
        }
    }
}

TEST_P(TrieVersions, AProofNeverAnswersForAKeyOutsideIt) {
    Random random(6);
    Memory memory;
    const Entries entries = random_entries(random, 200);
    const Hash256 root = memory.fill(entries, GetParam());
    const std::vector<Bytes> keys{entries.begin()->first};
    const Proof proof = Proof::from_nodes(prove(memory.fetch(), root, keys).get()).get();
    for (const auto& [key, value] : entries) {
        const auto got = proof.get(root, key);
        ASSERT_TRUE(!got.has_value() || **got == value);
    }
}

TEST_P(TrieVersions, AProofWithAnyFlippedByteTellsNoOtherStory) {
    Random random(8);
    Memory memory;
    const Entries entries = random_entries(random, 40);
    const Hash256 root = memory.fill(entries, GetParam());
    const std::vector<Bytes> keys{std::next(entries.begin(), 20)->first, hex("0011223344")};
    const auto nodes = prove(memory.fetch(), root, keys).get();
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        for (std::size_t i = 0; i < nodes[n].size(); ++i) {
            auto changed = nodes;
            changed[n][i] ^= static_cast<std::uint8_t>(1 + random.below(255));
            const Proof proof = Proof::from_nodes(changed).get();
            EXPECT_FALSE(proof.get_all_strict(root, keys).has_value());
            for (const Bytes& key : keys) {
                const auto got = proof.get(root, key);
                if (got) {
                    EXPECT_EQ(*got, get(memory.fetch(), root, key).get());
                }
            }
        }
    }
}

TEST_P(TrieVersions, AProofWithoutAnyOneNodeIsIncomplete) {
    Random random(9);
    Memory memory;
    const Entries entries = random_entries(random, 100);
    const Hash256 root = memory.fill(entries, GetParam());
    const std::vector<Bytes> keys{std::next(entries.begin(), 50)->first};
    const auto nodes = prove(memory.fetch(), root, keys).get();
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        auto fewer = nodes;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(n));
        EXPECT_EQ(Proof::from_nodes(fewer).get().get(root, keys[0]).error(), Error::MissingNode);
    }
}

TEST_P(TrieVersions, PagedKeysAreTheMapsKeysBelowThePrefix) {
    Random random(10);
    Memory memory;
    const Entries entries = random_entries(random, 200);
    const Hash256 root = memory.fill(entries, GetParam());
    for (int i = 0; i < 300; ++i) {
        const Bytes prefix = random.below(3) == 0 ? Bytes{} : random_key(random);
        std::optional<Bytes> start;
        if (random.below(2) == 0) start = random_key(random);
        const std::size_t limit = random.below(50);
        std::vector<Bytes> expected;
        for (const auto& [key, value] : entries) {
            if (key.size() < prefix.size()) continue;
            if (!equal(ByteView(key).first(prefix.size()), prefix)) continue;
            if (start && key <= *start) continue;
            if (expected.size() < limit) expected.push_back(key);
        }
        const std::optional<ByteView> from = start ? std::optional<ByteView>(*start) : std::nullopt;
        ASSERT_EQ(keys_with_prefix(memory.fetch(), root, prefix, from, limit).get(), expected);
    }
}

TEST(Trie, OneChangeTouchesOnePath) {
    Random random(12);
    Memory memory;
    Entries entries;
    for (int i = 0; i < 20000; ++i) entries.emplace(random.bytes(32), random.bytes(40));
    const Hash256 root = memory.fill(entries, StateVersion::V1);
    memory.fetched = 0;
    const Changes changes{{std::next(entries.begin(), 777)->first, Bytes(50, 1)}};
    const Update update = apply(memory.fetch(), root, changes, StateVersion::V1).get();
    EXPECT_LE(memory.fetched, 8U);
    EXPECT_LE(update.created.size(), 9U);
}

TEST(Trie, ChangesThatChangeNothingCreateNothing) {
    Memory memory;
    const Entries entries{{hex("01"), Bytes(40, 1)}, {hex("02"), Bytes(3, 2)}};
    const Hash256 root = memory.fill(entries, StateVersion::V1);
    const Changes same{{hex("01"), Bytes(40, 1)}, {hex("02"), Bytes(3, 2)}, {hex("03"), {}}};
    const Update update = apply(memory.fetch(), root, same, StateVersion::V1).get();
    EXPECT_EQ(update.root, root);
    EXPECT_TRUE(update.created.empty());
}

TEST(Trie, ApplyNeverAsksForHashedValues) {
    Memory memory;
    const Entries entries{
        {hex("01"), Bytes(40, 1)}, {hex("0102"), Bytes(50, 2)}, {hex("11"), Bytes(60, 3)}};
    const Hash256 root = memory.fill(entries, StateVersion::V1);
    for (const auto& [key, value] : entries) memory.nodes.erase(crypto::blake2b_256(value));
    const Changes changes{{hex("01"), std::nullopt}, {hex("11"), Bytes(70, 4)}};
    const Update update = apply(memory.fetch(), root, changes, StateVersion::V1).get();
    EXPECT_EQ(update.root,
              root_of({{hex("0102"), Bytes(50, 2)}, {hex("11"), Bytes(70, 4)}}, StateVersion::V1));
    EXPECT_TRUE(update.created.contains(crypto::blake2b_256(Bytes(70, 4))));
}

TEST(Trie, AMissingNodeIsReportedByEveryOperation) {
    const FetchNode nothing = [](const Hash256&) { return std::optional<Bytes>(); };
    const Hash256 root(Bytes(32, 1));
    const std::vector<Bytes> keys{hex("01")};
    EXPECT_EQ(get(nothing, root, keys[0]).error(), Error::MissingNode);
    EXPECT_EQ(apply(nothing, root, {{keys[0], Bytes{}}}, StateVersion::V1).error(),
              Error::MissingNode);
    EXPECT_EQ(prove(nothing, root, keys).error(), Error::MissingNode);
    EXPECT_EQ(keys_with_prefix(nothing, root, {}, {}, 9).error(), Error::MissingNode);
}

TEST(Trie, ProofsBeyondTheLimitsOrWithTwinsAreRefused) {
    const std::vector<Bytes> twins{hex("01"), hex("01")};
    EXPECT_EQ(Proof::from_nodes(twins).error(), Error::DuplicateNode);
    const std::vector<Bytes> many(Proof::nodes_max + 1);
    EXPECT_EQ(Proof::from_nodes(many).error(), Error::ProofTooLarge);
    const std::vector<Bytes> heavy{Bytes(Proof::bytes_max), hex("01")};
    EXPECT_EQ(Proof::from_nodes(heavy).error(), Error::ProofTooLarge);
}

TEST(Trie, AStrictReadRefusesNodesThatNobodyNeeds) {
    Memory memory;
    const Hash256 root = memory.fill({{hex("01"), Bytes(5, 1)}}, StateVersion::V1);
    const std::vector<Bytes> keys{hex("01")};
    auto nodes = prove(memory.fetch(), root, keys).get();
    nodes.push_back(hex("0badcafe"));
    const Proof proof = Proof::from_nodes(nodes).get();
    EXPECT_EQ(proof.get(root, keys[0]).get(), Bytes(5, 1));
    EXPECT_EQ(proof.get_all_strict(root, keys).error(), Error::UnusedNode);
}

TEST(Trie, KeysOfTheGreatestLengthWork) {
    Memory memory;
    Entries entries;
    for (std::size_t size = 0; size <= key_bytes_max; ++size)
        entries.emplace(Bytes(size, 0), hex("01"));
    const Hash256 root = memory.fill(entries, StateVersion::V1);
    EXPECT_EQ(root, root_of(entries, StateVersion::V1));
    EXPECT_EQ(get(memory.fetch(), root, Bytes(key_bytes_max, 0)).get(), hex("01"));
    EXPECT_EQ(keys_with_prefix(memory.fetch(), root, {}, {}, 2000).get().size(), key_bytes_max + 1);
    EXPECT_EQ(get(memory.fetch(), root, Bytes(key_bytes_max + 1, 0)).get(), std::nullopt);
}

}  // namespace
}  // namespace cloister::trie
