// Hexadecimal text, lower case on output, either case on input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace cloister::base {

std::string to_hex(ByteView bytes);
// "0x" and the digits, as Substrate's RPC writes byte strings.
std::string to_hex_0x(ByteView bytes);
// An optional "0x" prefix and an even number of digits; nothing for anything else.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace cloister::base
