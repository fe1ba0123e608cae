// Identifier octets of the universal types that X.509 uses (ITU-T X.680, table 1; X.690, 8.1.2).
#pragma once

#include <cstdint>

namespace cloister::der::tag {

constexpr std::uint8_t boolean = 0x01;
constexpr std::uint8_t integer = 0x02;
constexpr std::uint8_t bit_string = 0x03;
constexpr std::uint8_t octet_string = 0x04;
constexpr std::uint8_t null = 0x05;
constexpr std::uint8_t oid = 0x06;
constexpr std::uint8_t enumerated = 0x0a;
constexpr std::uint8_t utf8_string = 0x0c;
constexpr std::uint8_t printable_string = 0x13;
constexpr std::uint8_t ia5_string = 0x16;
constexpr std::uint8_t utc_time = 0x17;
constexpr std::uint8_t generalized_time = 0x18;
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t set = 0x31;

// Context-specific tags [0] to [30]: implicit ones keep the type's primitive form.
constexpr std::uint8_t context(std::uint8_t number) {
    return static_cast<std::uint8_t>(0x80 | (number & 0x1f));
}
constexpr std::uint8_t context_constructed(std::uint8_t number) {
    return static_cast<std::uint8_t>(0xa0 | (number & 0x1f));
}

}  // namespace cloister::der::tag
