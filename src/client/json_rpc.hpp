// Reading JSON-RPC replies. For this folder alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "client/error.hpp"

namespace cloister::client {

// The raw "result", or the node's error in words.
Result<std::string, Error> result_of(std::string_view body);
// A member of an object as raw JSON; nothing if it is absent or null.
std::optional<std::string> member(std::string_view object, std::string_view name);
std::optional<Bytes> hex_member(std::string_view object, std::string_view name);
std::optional<Bytes> hex_value(std::string_view raw);
std::optional<std::vector<Bytes>> hex_list(std::string_view raw);
std::optional<std::uint64_t> number_value(std::string_view raw);
std::optional<std::string> text_value(std::string_view raw);

}  // namespace cloister::client
