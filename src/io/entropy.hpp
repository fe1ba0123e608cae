// Randomness from the kernel. State machines get one seed and expand it themselves
// (crypto/entropy.hpp).
#pragma once

#include "base/secret.hpp"

namespace cloister::io {

// Blocks until the kernel's generator is seeded; never returns weak bytes (aborts where getrandom
// fails).
void fill_random(std::span<std::uint8_t> out);
Secret<32> random_seed();

}  // namespace cloister::io
