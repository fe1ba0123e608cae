// Enumerators as text, so that a pallet's errors are declared once: the enum is the table.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "base/types.hpp"

namespace cloister::runtime {

template <auto Value>
consteval std::string_view enumerator_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    const auto value = text.find("Value = ");
    text.remove_prefix(value + 8);
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind(':') + 1);
}

template <class E, std::size_t... I>
consteval auto enumerator_names(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{enumerator_name<static_cast<E>(I)>()...};
}
// Names of all enumerators of an enum that counts from 0 and has `scale_last`.
template <class E>
inline constexpr auto names_of =
    enumerator_names<E>(std::make_index_sequence<static_cast<std::size_t>(scale_last(E{})) + 1>());

}  // namespace cloister::runtime
