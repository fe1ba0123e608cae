#include "meter.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace cloister::fuzz::meter {
namespace {

// Atomic because wasmtime's engine may own threads; order does not matter.
std::atomic<std::size_t> held{0};
std::atomic<std::size_t> top{0};
std::atomic<std::size_t> base{0};

void* take(std::size_t size) {
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    const std::size_t now = held.fetch_add(malloc_usable_size(memory)) + malloc_usable_size(memory);
    if (now > top.load(std::memory_order_relaxed)) top.store(now, std::memory_order_relaxed);
    return memory;
}

void give_back(void* memory) {
    if (memory == nullptr) return;
    held.fetch_sub(malloc_usable_size(memory));
    std::free(memory);
}

}  // namespace

void start() {
    base = held.load();
    top = held.load();
}

std::size_t peak() { return top.load() - base.load(); }

}  // namespace cloister::fuzz::meter

void* operator new(std::size_t size) { return cloister::fuzz::meter::take(size); }
void* operator new[](std::size_t size) { return cloister::fuzz::meter::take(size); }
void operator delete(void* memory) noexcept { cloister::fuzz::meter::give_back(memory); }
void operator delete[](void* memory) noexcept { cloister::fuzz::meter::give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept {
    cloister::fuzz::meter::give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    cloister::fuzz::meter::give_back(memory);
}
