// Words for what the engine reports; the enums' own name_of stand in engine.hpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace cloister::contract {

// What wasmtime's trap code says, for the log of a development network.
std::string_view trap_words(std::uint8_t code);

}  // namespace cloister::contract
