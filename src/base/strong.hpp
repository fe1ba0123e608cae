// Strong integers: a block number is not a gas amount, and mixing them does not compile.
#pragma once

#include <compare>
#include <cstdint>

namespace cloister {

// An unsigned integer with a meaning. Arithmetic goes through `value`, on purpose.
template <class Integer, class Tag>
struct Strong {
    using Value = Integer;
    Integer value{};

    constexpr Strong() = default;
    constexpr explicit Strong(Integer v) : value(v) {}
    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

    constexpr Strong next() const { return Strong(static_cast<Integer>(value + 1)); }
};

}  // namespace cloister
