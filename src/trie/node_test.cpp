#include "trie/node.hpp"

#include <gtest/gtest.h>

#include "codec/scale/vectors_test.hpp"
#include "crypto/hash.hpp"

namespace cloister::trie {
namespace {

using Kind = ValueView::Kind;
using cloister::testing::Random;

Bytes hex(std::string_view text) { return base::from_hex(text).value(); }
std::string repeat(std::string_view part, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += part;
    return out;
}
bool parses(std::string_view text) { return parse_node(hex(text)).has_value(); }

TEST(TrieNode, TheFiveKindsAreRead) {
    EXPECT_EQ(parse_node(hex("42ab0401"))->value.kind, Kind::Inline);
    EXPECT_EQ(parse_node(hex("22ab" + repeat("11", 32)))->value.kind, Kind::Hashed);
    EXPECT_EQ(parse_node(hex("800300"
                             "0c400400"
                             "0c400401"))
                  ->value.kind,
              Kind::None);
    EXPECT_EQ(parse_node(hex("c00100"
                             "0402"
                             "0c400400"))
                  ->value.kind,
              Kind::Inline);
    EXPECT_EQ(parse_node(hex("100100" + repeat("11", 32) + "0c400400"))->value.kind, Kind::Hashed);
}

TEST(TrieNode, NonCanonicalOrForeignBytesAreRefused) {
    EXPECT_FALSE(parses(""));
    EXPECT_FALSE(parses("00")) << "the empty trie's node";
    EXPECT_FALSE(parses("01")) << "the compact proof's escape";
    EXPECT_FALSE(parses("41ab00")) << "padding nibble";
    EXPECT_FALSE(parses("42ab010100")) << "long compact form";
    EXPECT_FALSE(parses("42ab040100")) << "trailing byte";
    EXPECT_FALSE(parses("800000")) << "branch of nothing";
    EXPECT_FALSE(
        parses("800100"
               "0c400400"))
        << "branch with one child and no value";
    EXPECT_FALSE(
        parses("c00000"
               "0402"))
        << "branch without children";
    EXPECT_FALSE(
        parses("c00100"
               "0402"
               "00"))
        << "empty child";
    EXPECT_FALSE(
        parses("c00100"
               "0402"
               "0400"))
        << "empty node as a child";
    EXPECT_FALSE(
        parses("c00100"
               "0402"
               "0c4004ff00"))
        << "trailing byte after a child";
    EXPECT_FALSE(
        parses("c00100"
               "0402"
               "84" +
               repeat("11", 33)))
        << "child longer than a hash";
}

TEST(TrieNode, PartialKeysOfEveryLengthComeBackInEveryKind) {
    for (std::size_t size = 0; size <= nibbles_max; size += size < 600 ? 1 : 97) {
        const Bytes partial(size, 0xa);
        const Bytes hash(32, 7);
        for (const Kind kind : {Kind::None, Kind::Inline, Kind::Hashed}) {
            for (const bool branch : {false, true}) {
                if (kind == Kind::None && !branch) continue;
                ChildViews children;
                if (branch) children[3] = children[9] = hash;
                const ByteView value = kind == Kind::None ? ByteView() : ByteView(hash);
                const Bytes bytes = encode_node(partial, {.kind = kind, .bytes = value}, children);
                const auto node = parse_node(bytes);
                ASSERT_TRUE(node.has_value()) << size;
                ASSERT_EQ(node->partial.unpacked(), partial);
                ASSERT_EQ(node->value.kind, kind);
                ASSERT_TRUE(equal(node->value.bytes, value));
                ASSERT_EQ(node->children[9].size(), branch ? 32U : 0U);
            }
        }
    }
}

TEST(TrieNode, PartialKeysBeyondTheLongestKeyAreRefused) {
    const std::size_t extra = nibbles_max + 2 - 63;
    EXPECT_FALSE(parses("7f" + repeat("ff", extra / 255) +
                        base::to_hex(Bytes{static_cast<std::uint8_t>(extra % 255)}) +
                        repeat("aa", nibbles_max / 2 + 1) + "00"));
}

TEST(TrieNode, EveryPrefixOfANodeIsRefused) {
    const Bytes node =
        hex("c3"
            "0abc"
            "0180"
            "0c010203"
            "0c400400"
            "80" +
            repeat("22", 32));
    ASSERT_TRUE(parse_node(node).has_value());
    for (std::size_t size = 0; size < node.size(); ++size) {
        EXPECT_FALSE(parse_node(ByteView(node).first(size)).has_value()) << size;
    }
}

// Whatever parses must be its own canonical encoding.
void expect_canonical(ByteView bytes) {
    const auto node = parse_node(bytes);
    if (!node) return;
    ASSERT_EQ(encode_node(node->partial.unpacked(), node->value, node->children), to_bytes(bytes));
}

TEST(TrieNode, WhatParsesAfterAFlippedByteEncodesToExactlyThoseBytes) {
    const Bytes node =
        hex("c3"
            "0abc"
            "0180"
            "0c010203"
            "0c400400"
            "80" +
            repeat("22", 32));
    for (std::size_t i = 0; i < node.size(); ++i) {
        for (unsigned flip = 1; flip < 256; ++flip) {
            Bytes changed = node;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
            expect_canonical(changed);
        }
    }
}

TEST(TrieNode, WhatParsesOfRandomBytesEncodesToExactlyThoseBytes) {
    Random random(2);
    for (int i = 0; i < 300000; ++i) expect_canonical(random.bytes(random.below(20)));
}

TEST(TrieNode, ANodeThatWouldFitIntoItsParentIsNoHashedChild) {
    const Bytes small = hex("400401");
    const Bytes other(32, 7);
    ChildViews children;
    const Hash256 small_hash = crypto::blake2b_256(small);
    children[0] = small_hash.view();
    children[1] = other;
    const Bytes root = encode_node({}, {}, children);
    const Proof proof = Proof::from_nodes(std::vector<Bytes>{root, small}).get();
    EXPECT_EQ(proof.get(crypto::blake2b_256(root), hex("00")).error(), Error::MalformedNode);
}

TEST(TrieNode, AValueThatWouldBeInlineIsNoHashedValue) {
    const Bytes value(32, 1);
    const Hash256 hash = crypto::blake2b_256(value);
    const Bytes leaf = encode_node(Bytes{0, 1}, {.kind = Kind::Hashed, .bytes = hash.view()}, {});
    const Proof proof = Proof::from_nodes(std::vector<Bytes>{leaf, value}).get();
    EXPECT_EQ(proof.get(crypto::blake2b_256(leaf), hex("01")).error(), Error::MalformedNode);
}

TEST(TrieNode, ATrieDeeperThanAnyKeyIsRefusedNotFollowed) {
    // Each level adds a nibble; the fetcher never ends, as no real trie could.
    const Bytes other(32, 7);
    ChildViews children;
    children[0] = other;
    children[1] = other;
    const Bytes node = encode_node({}, {}, children);
    const FetchNode endless = [&](const Hash256&) { return std::optional<Bytes>(node); };
    EXPECT_EQ(keys_with_prefix(endless, Hash256(other), {}, {}, 1).error(), Error::MalformedNode);
    EXPECT_EQ(get(endless, Hash256(other), Bytes(100, 0)).get(), std::nullopt);
}

}  // namespace
}  // namespace cloister::trie
