// What the kernel can do for the enclave process (DESIGN.md section 6). Each measure that it lacks
// is named.
#pragma once

#include <string>
#include <vector>

namespace cloister::app {

// No new privileges, no core dumps, no ptrace by others of the same user, no access to any file by
// its path (Landlock). Returns what could not be had. For the thread that calls and those that it
// makes later: call it first.
std::vector<std::string> harden_process();

// From here on all threads may make only the listed system calls; any other fails with EPERM. No
// file can be opened, no socket made, no process started. False if the kernel has no seccomp.
bool restrict_system_calls();

}  // namespace cloister::app
