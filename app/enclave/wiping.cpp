#include "wiping.hpp"

#include <malloc.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "base/secret.hpp"

namespace {

void wipe_and_free(void* block) noexcept {
    if (block == nullptr) return;
    cloister::base::wipe(block, ::malloc_usable_size(block));
    std::free(block);
}

}  // namespace

// All other forms of delete come down to these two in the standard library, and new to malloc.
void operator delete(void* block) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::align_val_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { wipe_and_free(block); }

namespace cloister::app {

[[gnu::noinline]] void wipe_stack() {
    constexpr std::size_t depth_bytes = 128U << 10;
    std::array<std::uint8_t, depth_bytes> below;
    base::wipe(below.data(), below.size());
}

}  // namespace cloister::app
