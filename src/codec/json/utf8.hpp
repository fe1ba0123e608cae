// One step of UTF-8 validation (RFC 3629): no overlong forms, no surrogates, nothing above
// U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cloister::json {

// Bytes of the valid sequence at the start of `text`, 1 to 4; 0 when there is none.
inline std::size_t utf8_sequence_size(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (text.empty()) return 0;
    const std::uint8_t lead = at(0);
    if (lead < 0x80) return 1;
    const std::size_t size = lead < 0xc2   ? 0U
                             : lead < 0xe0 ? 2U
                             : lead < 0xf0 ? 3U
                             : lead < 0xf5 ? 4U
                                           : 0U;
    if (size == 0 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
    }
    if ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f)) return 0;
    if ((lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f)) return 0;
    return size;
}

}  // namespace cloister::json
