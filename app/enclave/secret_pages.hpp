// Where the enclave's long-term keys lie: pages that the kernel takes out of its own mappings
// (memfd_secret(2)), so that neither /proc/PID/mem nor process_vm_readv nor ptrace of anyone, root
// included, reads them. Where the kernel lacks that: ordinary pages, locked and left out of dumps.
#pragma once

#include <memory_resource>

namespace cloister::app {

bool can_map_secret_pages();

// The whole of it, mapped for the rest of the process's life. Before the system call filter, once.
// nullptr when not even ordinary pages could be had.
std::pmr::memory_resource* map_secret_pages();

}  // namespace cloister::app
