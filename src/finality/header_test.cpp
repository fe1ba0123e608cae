#include "finality/header.hpp"

#include <gtest/gtest.h>

#include "finality/grandpa.hpp"

namespace cloister::finality {
namespace {

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
