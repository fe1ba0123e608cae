#include "finality/header.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "codec/scale/vectors_test.hpp"
#include "finality/grandpa.hpp"

namespace cloister::finality {
namespace {

using cloister::testing::hex_bytes;

Header example() {
    using Kind = DigestItem::Kind;
    return {.parent_hash = BlockHash(Bytes(32, 1)),
            .number = BlockNumber(300),
            .state_root = StateRoot(Bytes(32, 2)),
            .extrinsics_root = Hash256(Bytes(32, 3)),
            .digest = {{.kind = Kind::PreRuntime, .engine = engine_id("BABE"), .data = {1, 2}},
                       {.kind = Kind::Other, .engine = {}, .data = {9}},
                       {.kind = Kind::RuntimeEnvironmentUpdated, .engine = {}, .data = {}},
                       {.kind = Kind::Consensus, .engine = engine_id("FRNK"), .data = {3}},
                       {.kind = Kind::Seal, .engine = engine_id("BABE"), .data = Bytes(64, 4)}}};
}

void expect_real(const boost::json::value& block) {
    const Bytes bytes = hex_bytes(block.at("header"));
    const auto header = parse_header(bytes);
    ASSERT_TRUE(header.has_value()) << block.at("number") << name_of(header.error().error);
    EXPECT_EQ(header->number.value, block.at("number").to_number<std::uint32_t>());
    EXPECT_EQ(encode_header(*header), bytes);
    EXPECT_EQ(hash_of(*header), BlockHash(hex_bytes(block.at("hash"))));
}

TEST(Header, RealHeadersOfPolkadotAndKusamaParseAndHash) {
    CLOISTER_SHARED_JSON(headers, "real/headers/headers.json");
    for (const auto& block : headers.as_array()) expect_real(block);
}

TEST(Header, RealCheckpointHeadersParseAndHash) {
    CLOISTER_SHARED_JSON(checkpoints, "real/checkpoints/sample.json");
    for (const auto& block : checkpoints.as_array()) expect_real(block);
}

TEST(Header, TheFirst256WestendBlocksAreAChain) {
    CLOISTER_SHARED_TEXT(blocks, "real/headers/westend-1-256.jsonl");
    std::istringstream lines(*blocks_text);
    std::optional<BlockHash> parent;
    for (std::string line; std::getline(lines, line);) {
        const auto block = boost::json::parse(line);
        expect_real(block);
        const Header header = parse_header(hex_bytes(block.at("header"))).get();
        if (parent) {
            EXPECT_EQ(header.parent_hash, *parent);
        }
        parent = hash_of(header);
    }
    EXPECT_TRUE(parent.has_value());
}

TEST(Header, RealAuthorityChangesAreFoundInTheirDigests) {
    CLOISTER_SHARED_JSON(headers, "real/headers/headers.json");
    std::map<std::uint64_t, std::size_t> sizes;
    for (const auto& block : headers.as_array()) {
        const Header header = parse_header(hex_bytes(block.at("header"))).get();
        const auto change = scheduled_change_of(header);
        ASSERT_TRUE(change.has_value());
        EXPECT_FALSE(forces_change(header));
        if (!*change) continue;
        EXPECT_EQ((*change)->delay, 0U);
        sizes[header.number.value] = (*change)->next.size();
    }
    EXPECT_EQ(sizes, (std::map<std::uint64_t, std::size_t>{{512271, 197}, {7472481, 900}}));
}

TEST(Header, EveryKindOfDigestItemComesBack) {
    EXPECT_EQ(parse_header(encode_header(example())).get(), example());
}

TEST(Header, EveryPrefixAndATrailingByteAreRefused) {
    Bytes bytes = encode_header(example());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(parse_header(ByteView(bytes).first(size)).has_value()) << size;
    }
    bytes.push_back(0);
    EXPECT_EQ(parse_header(bytes).error().error, scale::Error::TrailingBytes);
}

TEST(Header, WhatParsesAfterAFlippedByteEncodesToExactlyThoseBytes) {
    const Bytes bytes = encode_header(example());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (unsigned flip = 1; flip < 256; ++flip) {
            Bytes changed = bytes;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
            const auto header = parse_header(changed);
            if (header) {
                ASSERT_EQ(encode_header(*header), changed);
            }
        }
    }
}

TEST(Header, UnknownDigestItemsAreRefusedWhereTheyStand) {
    Header header = example();
    header.digest.resize(1);
    Bytes bytes = encode_header(header);
    const std::size_t at = 32 + 2 + 32 + 32 + 1;
    for (const unsigned kind : {1U, 2U, 3U, 7U, 9U, 255U}) {
        bytes[at] = static_cast<std::uint8_t>(kind);
        EXPECT_EQ(parse_header(bytes).error(), (scale::Failure{scale::Error::InvalidVariant, at}));
    }
}

TEST(Header, TooManyItemsAndTooManyBytesAreRefused) {
    Header header = example();
    header.digest.assign(Header::digest_items_max, header.digest[1]);
    EXPECT_TRUE(parse_header(encode_header(header)).has_value());
    header.digest.push_back(header.digest[0]);
    EXPECT_EQ(parse_header(encode_header(header)).error().error, scale::Error::LengthOverLimit);
    header.digest.assign(2, header.digest[0]);
    header.digest[0].data.resize(Header::encoded_bytes_max / 2);
    header.digest[1].data.resize(Header::encoded_bytes_max / 2);
    EXPECT_EQ(parse_header(encode_header(header)).error().error, scale::Error::LengthOverLimit);
}

TEST(Header, UndecodableOrRepeatedGrandpaLogsAreFailures) {
    Header header = example();
    const auto with = [&](std::vector<Bytes> logs) {
        header.digest.clear();
        for (Bytes& log : logs) {
            header.digest.push_back({.kind = DigestItem::Kind::Consensus,
                                     .engine = engine_id("FRNK"),
                                     .data = std::move(log)});
        }
        return scheduled_change_of(header);
    };
    const Bytes change = scale::encode(
        std::uint8_t{1}, std::vector<Authority>{{.id = {}, .weight = 2}}, std::uint32_t{5});
    EXPECT_EQ((*with({change}))->delay, 5U);
    EXPECT_EQ((*with({change}))->next.at(0).weight, 2U);
    EXPECT_FALSE(with({change, change}).has_value());
    EXPECT_FALSE(with({{}}).has_value());
    EXPECT_FALSE(with({{0}}).has_value());
    EXPECT_FALSE(with({{6}}).has_value());
    EXPECT_FALSE(with({{1, 4}}).has_value());
    EXPECT_FALSE(with({concat(change, Bytes{0})}).has_value());
    EXPECT_FALSE(forces_change(header));
    EXPECT_TRUE(with({{2, 0, 0, 0, 0, 0}}).has_value());
    EXPECT_TRUE(forces_change(header));
}

}  // namespace
}  // namespace cloister::finality
