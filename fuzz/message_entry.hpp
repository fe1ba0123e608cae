// A table of SCALE types: the first byte of an input chooses one, the rest is decoded as it.
#pragma once

#include "protocol/fill_test.hpp"
#include "round_trip.hpp"

namespace cloister::fuzz {

struct MessageEntry {
    std::string_view name;
    int (*body)(ByteView);
    Bytes (*example)(std::uint64_t seed);  // 0: the numbered one
};

template <class T>
Bytes filled_example(std::uint64_t seed) {
    return scale::encode(seed == 0 ? testing::numbered<T>() : testing::scattered<T>(seed));
}
template <class T>
Bytes empty_example(std::uint64_t) {
    return scale::encode(T{});
}

#define MESSAGE(type) \
    MessageEntry { #type, round_trip<type>, filled_example<type> }
// For types that protocol/fill_test.hpp cannot fill.
#define UNFILLED_MESSAGE(type) \
    MessageEntry { #type, round_trip<type>, empty_example<type> }

inline int any_message(std::span<const MessageEntry> entries, ByteView input) {
    if (input.empty()) return 0;
    return entries[input.front() % entries.size()].body(input.subspan(1));
}

inline std::vector<Bytes> examples(std::span<const MessageEntry> entries) {
    std::vector<Bytes> seeds;
    for (std::size_t kind = 0; kind < entries.size(); ++kind) {
        for (const std::uint64_t seed : {0U, 1U, 2U, 3U}) {
            seeds.push_back(
                concat(Bytes{static_cast<std::uint8_t>(kind)}, entries[kind].example(seed)));
        }
    }
    return seeds;
}

inline std::vector<std::string_view> names_of(std::span<const MessageEntry> entries) {
    std::vector<std::string_view> names;
    for (const auto& each : entries) names.push_back(each.name.substr(each.name.rfind(':') + 1));
    return names;
}

}  // namespace cloister::fuzz
