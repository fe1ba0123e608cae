#include "protocol/padding.hpp"

#include <gtest/gtest.h>

namespace cloister::protocol {
namespace {

Bytes data_of(std::size_t size) {
    Bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return data;
}

Bytes padded(std::size_t size) { return to_bytes(pad(data_of(size)).reveal()); }

bool is_class(std::size_t size) {
    for (std::size_t power = 256; power <= 16384; power *= 2) {
        if (size == power || size == power + power / 2) return true;
    }
    return false;
}

TEST(Padding, EverySizeRoundTripsInTheSmallestClassThatHoldsIt) {
    for (std::size_t size = 0; size <= 5000; ++size) {
        const Bytes bytes = padded(size);
        ASSERT_EQ(bytes.size(), size_class_of(size));
        ASSERT_TRUE(is_class(bytes.size()));
        for (std::size_t lower = size + 4; lower < bytes.size(); ++lower)
            ASSERT_FALSE(is_class(lower));
        const auto back = unpad(bytes);
        ASSERT_TRUE(back.has_value());
        ASSERT_TRUE(equal(back->reveal(), data_of(size)));
    }
}

TEST(Padding, ClassesChangeWhereDocumented) {
    EXPECT_EQ(size_class_of(0), 256U);
    EXPECT_EQ(size_class_of(252), 256U);
    EXPECT_EQ(size_class_of(253), 384U);
    EXPECT_EQ(size_class_of(381), 512U);
    EXPECT_EQ(size_class_of(509), 768U);
    EXPECT_EQ(size_class_of(1U << 20), (1U << 20) + (1U << 19));
}

TEST(Padding, EveryFlippedPaddingByteIsRefused) {
    for (std::size_t size = 0; size <= 5000; ++size) {
        Bytes bytes = padded(size);
        for (std::size_t at = 4 + size; at < bytes.size(); ++at) {
            bytes[at] = static_cast<std::uint8_t>(1U << (at % 8));
            if (unpad(bytes)) FAIL() << "size " << size << " byte " << at;
            bytes[at] = 0;
        }
    }
}

TEST(Padding, ALengthOfAnotherClassIsRefused) {
    Bytes bytes(512);
    for (const std::size_t length : {0U, 252U, 253U, 380U, 381U, 508U, 509U, 65535U}) {
        bytes[0] = static_cast<std::uint8_t>(length);
        bytes[1] = static_cast<std::uint8_t>(length >> 8);
        EXPECT_EQ(unpad(bytes).has_value(), length >= 381 && length <= 508) << length;
    }
}

TEST(Padding, AHugeLengthIsRefused) {
    Bytes bytes(256);
    std::fill_n(bytes.begin(), 4, std::uint8_t{0xff});
    EXPECT_FALSE(unpad(bytes).has_value());
}

TEST(Padding, EverySizeThatIsNoClassIsRefused) {
    for (std::size_t size = 0; size <= 5000; ++size) {
        Bytes bytes(size);
        if (size >= 4) {
            const std::size_t length = size - 4;
            bytes[0] = static_cast<std::uint8_t>(length);
            bytes[1] = static_cast<std::uint8_t>(length >> 8);
        }
        ASSERT_EQ(unpad(bytes).has_value(), is_class(size)) << size;
    }
}

TEST(Padding, EveryPrefixIsRefused) {
    const Bytes bytes = padded(1000);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ASSERT_FALSE(unpad(ByteView(bytes).first(size)).has_value()) << size;
    }
}

}  // namespace
}  // namespace cloister::protocol
