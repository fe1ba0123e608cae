// A deterministic generator that an owner seeds once: all randomness of a state machine comes from
// what its shell put in, so that a run repeats from its seed.
#pragma once

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

// ChaCha20 keystream under the seed, key erased forward after each call.
class Entropy {
  public:
    explicit Entropy(Secret<32> seed) : key_(std::move(seed)) {}
    SecretBytes bytes(std::size_t count);
    Secret<32> bytes_32();
    void fill(std::span<std::uint8_t> out);

  private:
    Secret<32> key_;
};

}  // namespace cloister::crypto
