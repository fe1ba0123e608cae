// The one list of what the enclave may ask of the kernel once it serves: each call with the rule on
// its arguments and the reason. The filter is made from it, and so is the table of docs/tcb.md.
#pragma once

#include <sys/syscall.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace cloister::app {

enum class CallRule : std::uint8_t {
    Any,          // whatever the arguments
    Anonymous,    // mmap: fresh memory only, never executable
    NotBoth,      // mprotect: never writable and executable at once
    ErrorOutput,  // the first argument is descriptor 2
    OwnProcess,   // the first argument is the enclave's own process id
};

struct SystemCall {
    std::string_view name;
    long number;
    CallRule rule;
    std::string_view reason;
};

// Everything else kills the process.
std::span<const SystemCall> allowed_system_calls();

// From here on no thread of the process may make another call. False if the kernel has no seccomp.
bool restrict_system_calls();

}  // namespace cloister::app
