#include "codec/scale/scale.hpp"

#include <gtest/gtest.h>

#include "codec/scale/vectors_test.hpp"

namespace cloister::scale {
namespace {

using testing::Random;

Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

enum class Colour : std::uint8_t { Red, Green, Blue };
constexpr Colour scale_last(Colour) { return Colour::Blue; }

struct Inner {
    std::uint16_t number = 0;
    std::optional<bool> flag;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.number, s.flag); }
    friend bool operator==(const Inner&, const Inner&) = default;
};

struct Everything {
    std::int32_t signed_number = 0;
    u128 large = 0;
    BlockNumber block;
    Hash256 hash;
    Compact<std::uint32_t> compact;
    Colour colour = Colour::Red;
    std::string text;
    Bytes data;
    std::vector<Inner> inners;
    std::map<std::uint8_t, std::string> names;
    std::variant<std::monostate, std::uint8_t, Inner> choice;
    std::array<std::uint8_t, 3> three{};
    std::pair<bool, std::uint64_t> pair;
    std::tuple<std::uint8_t, Colour> tuple;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.signed_number, s.large, s.block, s.hash, s.compact, s.colour,
                             scale::bounded<8>(s.text), s.data, scale::bounded<3>(s.inners),
                             scale::bounded<2>(s.names), s.choice, s.three, s.pair, s.tuple);
    }
    friend bool operator==(const Everything&, const Everything&) = default;
};

struct Small {
    Bytes data;
    static constexpr auto scale_fields(auto& s) { return scale::fields(scale::bounded<2>(s.data)); }
};

Everything example() {
    Everything e;
    e.signed_number = -2;
    e.large = u128{1} << 100;
    e.block = BlockNumber(7);
    e.hash = Hash256(Bytes(32, 0xab));
    e.compact.value = 70000;
    e.colour = Colour::Blue;
    e.text = "word";
    e.data = {1, 2, 3};
    e.inners = {{.number = 1, .flag = true}, {.number = 2, .flag = std::nullopt}};
    e.names = {{1, "a"}, {9, "b"}};
    e.choice = Inner{.number = 5, .flag = false};
    e.three = {7, 8, 9};
    e.pair = {true, 1U << 31};
    e.tuple = {4, Colour::Green};
    return e;
}

template <class T>
Failure refusal(std::string_view bytes) {
    const auto result = decode<T>(hex(bytes));
    return result ? Failure{Error::TrailingBytes, 9999} : result.error();
}

TEST(Scale, EveryCompactUpTo100000ComesBack) {
    for (std::uint32_t value = 0; value <= 100000; ++value) {
        const Bytes bytes = encode(Compact<std::uint32_t>{value});
        ASSERT_EQ(bytes.size(), value < 64 ? 1U : value < 16384 ? 2U : 4U);
        ASSERT_EQ(decode<Compact<std::uint32_t>>(bytes).get().value, value);
    }
}

TEST(Scale, CompactsAroundEveryByteBorderComeBack) {
    for (unsigned bits = 1; bits < 128; ++bits) {
        for (const u128 value : {(u128{1} << bits) - 1, u128{1} << bits, (u128{1} << bits) + 1}) {
            ASSERT_TRUE(decode<Compact<u128>>(encode(Compact<u128>{value})).get().value == value);
        }
    }
}

TEST(Scale, LongerCompactFormsThanNeededAreRefused) {
    for (const auto* bytes : {"0100", "fd00", "02000000", "feff0000", "0300000000", "03ffffff3f",
                              "0700000000"
                              "00",
                              "07ffffffff00"}) {
        EXPECT_EQ(refusal<Compact<u128>>(bytes), (Failure{Error::NonCanonicalCompact, 0})) << bytes;
    }
}

TEST(Scale, CompactsAboveTheirTypeAreRefused) {
    EXPECT_EQ(refusal<Compact<std::uint8_t>>("0104"), (Failure{Error::CompactTooLarge, 0}));
    EXPECT_EQ(refusal<Compact<std::uint32_t>>("070000000001"),
              (Failure{Error::CompactTooLarge, 0}));
    EXPECT_EQ(refusal<Compact<u128>>("37" + std::string(34, '1')),
              (Failure{Error::CompactTooLarge, 0}));
}

TEST(Scale, IntegersAreLittleEndian) {
    EXPECT_EQ(encode(std::uint32_t{0x01020304}), hex("04030201"));
    EXPECT_EQ(encode(std::int16_t{-2}), hex("feff"));
    EXPECT_EQ(decode<std::int64_t>(hex("ffffffffffffffff")).get(), -1);
    EXPECT_EQ(encode(u128{1} << 64), hex("00000000000000000100000000000000"));
}

TEST(Scale, StructsWithEveryKindOfFieldComeBack) {
    const Everything e = example();
    EXPECT_EQ(decode<Everything>(encode(e)).get(), e);
    EXPECT_EQ(decode<Everything>(encode(Everything{})).get(), Everything{});
}

TEST(Scale, ALayoutIsItsFieldsOneAfterAnother) {
    EXPECT_EQ(encode(Inner{.number = 258, .flag = true}), hex("02010101"));
    EXPECT_EQ(encode(Colour::Blue, std::string("ab"), std::vector<std::uint16_t>{1, 2}),
              hex("02"
                  "086162"
                  "0801000200"));
    EXPECT_EQ(encode(std::map<std::uint8_t, bool>{{2, true}, {1, false}}), hex("0801000201"));
    EXPECT_EQ(encode(std::variant<std::monostate, std::uint8_t>{std::uint8_t{5}}), hex("0105"));
}

TEST(Scale, EveryPrefixIsRefusedAndEveryTrailingByte) {
    Bytes bytes = encode(example());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode<Everything>(ByteView(bytes).first(size)).has_value()) << size;
    }
    bytes.push_back(0);
    EXPECT_EQ(decode<Everything>(bytes).error(), (Failure{Error::TrailingBytes, bytes.size() - 1}));
}

TEST(Scale, WhatDecodesAfterAFlippedByteHasExactlyThoseBytes) {
    const Bytes bytes = encode(example());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (unsigned flip = 1; flip < 256; ++flip) {
            Bytes changed = bytes;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
            const auto result = decode<Everything>(changed);
            if (result) {
                ASSERT_EQ(encode(*result), changed) << i;
            }
        }
    }
}

TEST(Scale, WrongTagsAreRefusedWhereTheyStand) {
    EXPECT_EQ(refusal<bool>("02"), (Failure{Error::InvalidBool, 0}));
    EXPECT_EQ(refusal<std::optional<bool>>("02"), (Failure{Error::InvalidOption, 0}));
    EXPECT_EQ(refusal<std::optional<bool>>("0103"), (Failure{Error::InvalidBool, 1}));
    EXPECT_EQ(refusal<Colour>("03"), (Failure{Error::InvalidVariant, 0}));
    EXPECT_EQ((refusal<std::variant<std::monostate, bool>>("02")),
              (Failure{Error::InvalidVariant, 0}));
}

TEST(Scale, MapsMustAscendStrictly) {
    using Map = std::map<std::uint8_t, std::uint8_t>;
    EXPECT_EQ(refusal<Map>("0802000100"), (Failure{Error::UnsortedMap, 3}));
    EXPECT_EQ(refusal<Map>("0801000100"), (Failure{Error::UnsortedMap, 3}));
}

TEST(Scale, LengthsThatTheInputCannotHoldAreRefusedBeforeAllocation) {
    EXPECT_FALSE(decode<Bytes>(hex("03ffffffff")).has_value());
    EXPECT_FALSE(decode<std::vector<std::uint64_t>>(hex("feffffff00")).has_value());
    EXPECT_FALSE(decode<std::string>(hex("33ffffffffffffffffffffffffffffffff")).has_value());
}

TEST(Scale, BoundedFieldsRefuseOneElementTooMany) {
    EXPECT_TRUE(decode<Small>(hex("080102")).has_value());
    EXPECT_EQ(refusal<Small>("0c010203"), (Failure{Error::LengthOverLimit, 0}));
}

TEST(Scale, TheFirstFailureSticks) {
    const Bytes input = hex("0204");
    Decoder decoder(input);
    decoder.read<bool>();
    decoder.read<std::uint64_t>();
    EXPECT_EQ(decoder.failure(), (Failure{Error::InvalidBool, 0}));
    EXPECT_EQ(decoder.byte(), 0);
}

TEST(Scale, RandomBytesNeverDecodeToSomethingThatEncodesDifferently) {
    Random random(1);
    for (int i = 0; i < 200000; ++i) {
        const Bytes bytes = random.bytes(random.below(24));
        const auto result = decode<std::vector<std::optional<Compact<std::uint64_t>>>>(bytes);
        if (result) {
            ASSERT_EQ(encode(*result), bytes);
        }
    }
}

}  // namespace
}  // namespace cloister::scale
