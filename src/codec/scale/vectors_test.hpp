// For tests only: bytes that are the same in every run.
#pragma once

#include "base/bytes.hpp"
#include "base/hex.hpp"

namespace cloister::testing {

// A small generator of our own (splitmix64): the same seed gives the same case everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
    Bytes bytes(std::size_t size) {
        Bytes out(size);
        for (auto& byte : out) byte = static_cast<std::uint8_t>(next());
        return out;
    }

  private:
    std::uint64_t state_;
};

}  // namespace cloister::testing
