// Walks the instructions of function bodies and sends every memory.grow through a function of
// ours. Needs bodies that a validator has accepted; an unknown instruction is still refused,
// never guessed.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "contract/engine.hpp"

namespace cloister::contract {

// Compilation takes time that grows with the square of a function's size and of its loops (a
// megabyte of empty loops in one function takes minutes), so both are bounded: a whole module of
// 2 MiB then compiles in ten seconds at worst, and compilers' output comes nowhere near.
inline constexpr std::size_t body_bytes_max = 128U << 10;
inline constexpr std::uint32_t loops_max = 512;  // in one function

// The body (locals and instructions, without its size) with each memory.grow replaced by a call of
// `grow_function`. Malformed for an instruction outside our feature set, TooLarge above the bounds.
Result<Bytes, CodeError> redirect_memory_grow(ByteView body, std::uint32_t grow_function);

// The body of that function, (i32) -> i32: grows memory 0, sets global `failed_global` to 1 on a
// refusal, returns what memory.grow returned.
Bytes grow_function_body(std::uint32_t failed_global);

}  // namespace cloister::contract
