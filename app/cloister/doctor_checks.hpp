// What this machine has and lacks for nodes, platforms and the hosts of enclaves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cloister::app {

struct Check {
    // Absent: not there, and Cloister does without (TEE hardware, which the simulated platform
    // stands in for).
    enum class State : std::uint8_t { Ok, Missing, Absent };

    std::string group;
    std::string name;
    State state = State::Ok;
    std::string detail;
    std::string hint;  // what to do; empty when it is ok
};

std::string_view name_of(Check::State state);

// The enclave's own measures, each tried in a child by the code that the enclave runs.
std::vector<Check> check_hardening();
std::vector<Check> check_machine();
std::vector<Check> check_tee();
// Rights, room and durable writes; makes the directory and leaves no file there.
std::vector<Check> check_base_path(const std::string& path);

}  // namespace cloister::app
