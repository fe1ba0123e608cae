// A worker's host as the attacker: it alters, withholds, repeats and reorders what passes between
// its enclave and the world, and submits what it overheard from other hosts as its own.
#pragma once

#include "sim/world.hpp"

namespace cloister::sim {

class Byzantine {
  public:
    Byzantine(World& world, std::uint64_t seed);
    ~Byzantine();
    Fate to_enclave(std::size_t member, protocol::HostInput& message);
    Fate from_enclave(std::size_t member, protocol::HostOutput& message);
    // What any enclave says passes by everyone.
    void overheard(std::size_t member, const protocol::HostOutput& message);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cloister::sim
