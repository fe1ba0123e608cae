// What a world knows of one machine; only the world's own sources need it.
#pragma once

#include "sim/world.hpp"

namespace cloister::sim {

// An enclave process; what is meant for one that has ended is lost.
struct World::Process {
    std::uint64_t life = 0;
    std::unique_ptr<enclave::Enclave> enclave;
    Measurement measurement;
};

struct World::Machine {
    std::unique_ptr<worker::Agent> agent;
    std::uint64_t agent_life = 0;
    bool up = true;
    std::uint64_t clock_ahead_ms = 0;
    std::vector<Process> processes;  // the agent's, then perhaps a clone
    std::uint64_t births = 0;
    Measurement measurement;
    std::optional<protocol::HostInput> start;  // as the newest process heard it
    std::map<std::string, Bytes> blobs;
};

}  // namespace cloister::sim
