// One seed of the swarm: a world with a plan of faults, users that go on working in it, and
// checkers that watch; then everything heals and must come to rest with all promises kept.
#pragma once

#include "sim/checkers.hpp"
#include "sim/faults.hpp"
#include "sim/flow.hpp"

namespace cloister::sim {

// What the seeds of one process share.
struct SwarmGround {
    Fixtures fixtures;
    Bytes wasm;  // contracts/test/fold
};
SwarmGround swarm_ground(Bytes wasm);

struct SeedOptions {
    std::function<void(std::string_view line)> print{};  // its history, if wanted
    // How a test breaks a world on purpose: called once everything stands.
    std::function<void(World&, Checkers&)> sabotage{};
    // ... and what its users send instead of each secret that the checkers then expect.
    std::function<std::uint64_t(World&, std::uint64_t secret)> instead{};
    std::optional<Plan> plan{};  // instead of the seed's own
};

struct SeedReport {
    std::optional<Finding> finding;
    Plan plan;
    std::size_t accepted = 0;  // tasks
    std::size_t finished = 0;
    std::size_t answers = 0;
    std::uint32_t blocks = 0;
    std::uint64_t virtual_ms = 0;
    std::uint64_t events = 0;
    Hash256 transcript;
};

SeedReport run_seed(const SwarmGround& ground, std::uint64_t seed, const SeedOptions& options = {});

}  // namespace cloister::sim
