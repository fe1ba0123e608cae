// Takes plain structs apart: the fields of an aggregate of up to six members, as a tuple of
// references.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace cloister {

namespace detail {

template <class Aggregate>
struct Anything {
    template <class T>
        requires(!std::is_same_v<T, Aggregate>)
    operator T() const;  // NOLINT: declared for counting only
};

template <class T, class... Args>
consteval std::size_t field_count() {
    if constexpr (requires { T{Args{}..., Anything<T>{}}; }) {
        return field_count<T, Args..., Anything<T>>();
    } else {
        return sizeof...(Args);
    }
}

}  // namespace detail

template <class T>
concept Aggregate = std::is_class_v<T> && std::is_aggregate_v<T>;

template <class T>
constexpr auto fields_of(T& value) {
    constexpr std::size_t count = detail::field_count<std::remove_const_t<T>>();
    static_assert(count <= 6, "a struct with more than six fields: group some of them");
    if constexpr (count == 0) {
        return std::tie();
    } else if constexpr (count == 1) {
        auto& [a] = value;
        return std::tie(a);
    } else if constexpr (count == 2) {
        auto& [a, b] = value;
        return std::tie(a, b);
    } else if constexpr (count == 3) {
        auto& [a, b, c] = value;
        return std::tie(a, b, c);
    } else if constexpr (count == 4) {
        auto& [a, b, c, d] = value;
        return std::tie(a, b, c, d);
    } else if constexpr (count == 5) {
        auto& [a, b, c, d, e] = value;
        return std::tie(a, b, c, d, e);
    } else {
        auto& [a, b, c, d, e, f] = value;
        return std::tie(a, b, c, d, e, f);
    }
}

}  // namespace cloister
