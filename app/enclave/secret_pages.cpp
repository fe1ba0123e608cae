#include "secret_pages.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace cloister::app {

namespace {

// The state machine itself and the keys of the most contracts that it holds at a time, twice over;
// below the 8 MiB that a user may lock.
constexpr std::size_t region_bytes = 4U << 20;
// Since Linux 5.14; headers are older.
constexpr long memfd_secret = 447;
constexpr unsigned close_on_exec = 02000000;

void* map_secret() {
    const long file = ::syscall(memfd_secret, close_on_exec);
    if (file < 0) return nullptr;
    const int number = static_cast<int>(file);
    void* region = MAP_FAILED;
    if (::ftruncate(number, region_bytes) == 0) {
        region = ::mmap(nullptr, region_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0);
    }
    ::close(number);  // the mapping holds the pages
    return region == MAP_FAILED ? nullptr : region;
}

void* map_ordinary() {
    void* region =
        ::mmap(nullptr, region_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED) return nullptr;
    // As good as it gets: what cannot be locked may be swapped, and memfd_secret is reported.
    static_cast<void>(::mlock(region, region_bytes));
    static_cast<void>(::madvise(region, region_bytes, MADV_DONTDUMP));
    return region;
}

}  // namespace

bool can_map_secret_pages() {
    void* region = map_secret();
    if (region == nullptr) return false;
    ::munmap(region, region_bytes);
    return true;
}

std::pmr::memory_resource* map_secret_pages() {
    void* region = map_secret();
    if (region == nullptr) region = map_ordinary();
    if (region == nullptr) return nullptr;
    // Never more than the region: what does not fit must not lie elsewhere.
    static std::pmr::monotonic_buffer_resource whole(region, region_bytes,
                                                     std::pmr::null_memory_resource());
    static std::pmr::unsynchronized_pool_resource pool(&whole);
    return &pool;
}

}  // namespace cloister::app
