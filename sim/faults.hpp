// What goes wrong in a world: a plan drawn from a seed, and the machinery that plays it. Swarm
// testing: each seed switches a random subset of the faults on, so that no fault always hides
// behind another. Every fault has its windows on virtual time; then everything heals.
#pragma once

#include <array>
#include <vector>

#include "sim/world.hpp"

namespace cloister::sim {

enum class Fault : std::uint8_t {
    Delay,           // messages late by up to the strength in ms, so also out of order
    Loss,            // a share of messages never arrives
    Duplicate,       // a share arrives twice
    Partition,       // a member and the node do not reach each other
    MachineCrash,    // host and enclave lose their memory, the disk stays
    EnclaveRestart,  // the enclave alone starts again
    NodeCrash,       // before, after or between its writes
    BlobLost,        // the disk has no sealed blob
    BlobRolledBack,  // ... an older one
    BlobAltered,     // ... with a flipped bit
    BlobSwapped,     // ... another member's
    Freeze,          // the host neither gives nor takes anything
    Clone,           // two enclaves on one machine, messages switched between them
    HostClock,       // the host's clock starts years ahead
    Byzantine,       // a worker's host alters, withholds, replays and steals
};
inline constexpr std::size_t fault_count = 15;
std::string_view name_of(Fault fault);

struct Window {
    Fault fault{};
    std::size_t member = 0;
    std::uint64_t from_ms = 0;  // virtual, from the world's start
    std::uint64_t until_ms = 0;
    std::uint64_t strength = 0;  // ms late, or a share in 256ths
};

struct Plan {
    std::vector<Window> windows;
    std::uint64_t healed_ms = 0;
    std::size_t workers = 2;
};
Plan plan_of(std::uint64_t seed);
std::string text_of(const Plan& plan);

// Installs itself into the world's hooks, but for the onlookers; `said` must be told what enclaves
// say. `world` and `plan` must outlive it.
class Faults {
  public:
    Faults(World& world, const Plan& plan, std::uint64_t seed);
    ~Faults();
    void said(std::size_t member, const protocol::HostOutput& message);
    // From now on everything works, and hosts that misbehaved start again as honest ones.
    void heal();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Small draws from one stream.
class Dice {
  public:
    Dice(std::uint64_t seed, std::string_view purpose);
    std::uint64_t below(std::uint64_t bound);  // > 0
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    std::uint64_t number();

  private:
    crypto::Entropy entropy_;
};

}  // namespace cloister::sim
