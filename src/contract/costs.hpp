// Fuel of host work. One unit is about one WASM instruction (wasmtime's own fuel), half a
// nanosecond or less, and the prices are rounded up from that. Part of engine_version: a change
// here is a new one.
#pragma once

#include <cstdint>

namespace cloister::contract::costs {

inline constexpr std::uint64_t run = 10'000;    // instance, first pages, clean-up
inline constexpr std::uint64_t call = 200;      // any host call
inline constexpr std::uint64_t byte_moved = 1;  // into or out of the contract's memory
inline constexpr std::uint64_t byte_hashed = 8;
inline constexpr std::uint64_t storage_read = 2'000;
inline constexpr std::uint64_t storage_write = 5'000;
inline constexpr std::uint64_t byte_stored = 4;  // kept, sealed and replicated
inline constexpr std::uint64_t event = 2'000;
inline constexpr std::uint64_t action = 10'000;

static_assert(storage_write > storage_read && byte_stored > byte_moved);

}  // namespace cloister::contract::costs
