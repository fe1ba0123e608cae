// In place of app/enclave/secret_pages.cpp: ordinary memory, which /proc/PID/maps shows by name.

#include <sys/mman.h>
#include <unistd.h>

#include "secret_pages.hpp"

namespace cloister::app {

bool can_map_secret_pages() { return true; }

std::pmr::memory_resource* map_secret_pages() {
    constexpr std::size_t region_bytes = 4U << 20;
    const int file = ::memfd_create("enclave-keys", MFD_CLOEXEC);
    if (file < 0 || ::ftruncate(file, region_bytes) != 0) return nullptr;
    void* region = ::mmap(nullptr, region_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (region == MAP_FAILED) return nullptr;
    static std::pmr::monotonic_buffer_resource whole(region, region_bytes,
                                                     std::pmr::null_memory_resource());
    static std::pmr::unsynchronized_pool_resource pool(&whole);
    return &pool;
}

}  // namespace cloister::app
