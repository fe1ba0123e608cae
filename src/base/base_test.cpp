#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister {
namespace {

TEST(Hex, RoundTripsEveryByte) {
    Bytes all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(base::from_hex(base::to_hex(all)), all);
    EXPECT_EQ(base::from_hex(base::to_hex_0x(all)), all);
}

TEST(Hex, RefusesOddLengthAndForeignDigits) {
    for (const char* bad : {"0", "0x1", "zz", "0x0g", "1 2"})
        EXPECT_FALSE(base::from_hex(bad)) << bad;
}

TEST(FixedBytes, RefusesAnotherLength) {
    EXPECT_FALSE(Hash256::from(Bytes(31)));
    EXPECT_FALSE(Hash256::from(Bytes(33)));
    EXPECT_TRUE(Hash256::from(Bytes(32)));
}

TEST(FixedBytes, OfDifferentMeaningDoNotMix) {
    static_assert(!std::is_convertible_v<AccountId, ContractId>);
    static_assert(!std::equality_comparable_with<AccountId, ContractId>);
    static_assert(!std::is_convertible_v<BlockNumber, Gas>);
}

TEST(Secret, IsWipedWhenMovedFrom) {
    Secret<4> a(Bytes{1, 2, 3, 4});
    const Secret<4> b = std::move(a);
    EXPECT_TRUE(
        equal(a.reveal(), Bytes(4)));  // NOLINT(bugprone-use-after-move): the point of the test
    EXPECT_TRUE(equal(b.reveal(), Bytes{1, 2, 3, 4}));
    static_assert(!std::is_copy_constructible_v<Secret<4>>);
}

enum class Trouble { Small };
Result<int, Trouble> at_least_three(int n) {
    if (n < 3) return err(Trouble::Small);
    return n;
}
Result<int, Trouble> doubled(int n) {
    CLOISTER_TRY(const int value, at_least_three(n));
    return value * 2;
}

TEST(Result, TryPassesTheErrorOn) {
    EXPECT_EQ(doubled(4).get(), 8);
    EXPECT_EQ(doubled(2).error(), Trouble::Small);
    EXPECT_EQ(doubled(4).map([](int v) { return v + 1; }).get(), 9);
}

TEST(AssertDeathTest, AbortsAndNamesTheExpression) {
    EXPECT_DEATH(CLOISTER_ASSERT(1 == 2), "1 == 2");
}

}  // namespace
}  // namespace cloister
