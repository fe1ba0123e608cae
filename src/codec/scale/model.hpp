// What the encoder and the decoder have in common: errors, and the kinds of types that they know.
#pragma once

#include <concepts>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"
#include "base/types.hpp"

namespace cloister::scale {

enum class Error : std::uint8_t {
    UnexpectedEnd,        // the input stops inside a value
    NonCanonicalCompact,  // a compact integer in a longer form than needed
    CompactTooLarge,      // a compact integer above its type's maximum
    LengthOverLimit,      // a length above the field's bound or what the input can hold
    InvalidBool,          // a bool other than 0 or 1
    InvalidOption,        // an Option tag other than 0 or 1
    InvalidVariant,       // an enum index that does not exist
    UnsortedMap,          // a map whose keys are not strictly ascending
    TrailingBytes,        // bytes left after the value
};

// What was wrong and where: the offset counts bytes from the start of the decoded input.
struct Failure {
    Error error{};
    std::size_t offset = 0;
    friend bool operator==(const Failure&, const Failure&) = default;
};

std::string_view name_of(Error error);

// An integer in compact form (1, 2, 4 or up to 17 bytes).
template <class Integer>
struct Compact {
    Integer value{};
    friend constexpr auto operator<=>(const Compact&, const Compact&) = default;
};

template <std::size_t Max, class Container>
struct BoundedRef {
    Container& container;
};
// A container field with at most Max elements (for maps: entries; for bytes and strings: bytes).
template <std::size_t Max, class Container>
constexpr BoundedRef<Max, Container> bounded(Container& c) {
    return {c};
}

// The tuple that `scale_fields` returns: references to fields, bounded ones by value.
template <class... Fields>
constexpr auto fields(Fields&&... f) {
    return std::tuple<Fields...>(std::forward<Fields>(f)...);
}

template <class T>
concept Struct = requires(T& t, const T& c) {
    T::scale_fields(t);
    T::scale_fields(c);
};
template <class T>
concept Enum = std::is_enum_v<T> && requires(T e) {
    { scale_last(e) } -> std::same_as<T>;
};
template <class T>
concept Unsigned =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t> || std::same_as<T, u128> ||
    std::same_as<T, std::int8_t> || std::same_as<T, std::int16_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;

}  // namespace cloister::scale
