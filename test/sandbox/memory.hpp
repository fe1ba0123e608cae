// Another process's memory as root reads it, by both doors that the kernel has: /proc/PID/mem and
// process_vm_readv.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace cloister::sandbox {

struct Mapping {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string name;
    Bytes bytes;  // empty: it could not be read
};
enum class Door : std::uint8_t { ProcMem, ReadV };

// Every mapping with rights to read, as far as it can be read.
std::vector<Mapping> read_memory(int pid, Door door);

}  // namespace cloister::sandbox
