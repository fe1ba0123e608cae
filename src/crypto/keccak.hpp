// The permutation Keccak-f[1600] (FIPS 202, section 3.3), for the Merlin transcripts of sr25519.
#pragma once

#include <array>
#include <cstdint>

namespace cloister::crypto {

// 25 lanes, lane x + 5y; byte i of the state is byte i % 8, counted from the lowest, of lane i / 8.
using KeccakState = std::array<std::uint64_t, 25>;

void keccak_f1600(KeccakState& state);

}  // namespace cloister::crypto
