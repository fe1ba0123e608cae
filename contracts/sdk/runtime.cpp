// What a contract needs from a C++ runtime: memory, and an end for what cannot go on. Linked into
// every contract. Memory only grows (a run is short and its memory is wiped after it); freed
// blocks are kept by size, powers of two up to 1 MiB, and used again; of larger ones only the
// newest is.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <version>

extern "C" std::uint8_t __heap_base;

namespace {

constexpr std::uintptr_t page_bytes = 65536;
constexpr std::size_t allocation_bytes_max = 1U << 30;
constexpr std::size_t block_bytes_min = 16;
constexpr std::size_t block_bytes_max = 1U << 20;

struct Block {
    Block* next;
};
Block* freed[17];  // by size, from 16 bytes
std::uintptr_t top = 0;

std::size_t rounded(std::size_t size) {
    if (size <= block_bytes_min) return block_bytes_min;
    if (size <= block_bytes_max) return std::bit_ceil(size);
    return (size + block_bytes_max - 1) / block_bytes_max * block_bytes_max;
}

Block*& freed_of(std::size_t block) {
    return freed[std::countr_zero(block) - std::countr_zero(block_bytes_min)];
}

// A refused memory.grow and the trap after it are reported as OutOfMemory.
void* fresh(std::size_t block) {
    if (top == 0) {
        const auto heap = reinterpret_cast<std::uintptr_t>(&__heap_base);
        top = (heap + block_bytes_min - 1) / block_bytes_min * block_bytes_min;
    }
    const std::uintptr_t start = top;
    const std::uintptr_t have = __builtin_wasm_memory_size(0) * page_bytes;
    if (start + block > have) {
        const std::uintptr_t pages = (start + block - have + page_bytes - 1) / page_bytes;
        if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) __builtin_trap();
    }
    top = start + block;
    return reinterpret_cast<void*>(start);
}

void* allocate(std::size_t size) {
    if (size > allocation_bytes_max) __builtin_trap();
    const std::size_t block = rounded(size);
    if (block > block_bytes_max) return fresh(block);
    Block*& list = freed_of(block);
    if (list == nullptr) return fresh(block);
    Block* first = list;
    list = first->next;
    return first;
}

void release(void* pointer, std::size_t size) {
    if (pointer == nullptr) return;
    const std::size_t block = rounded(size);
    const auto start = reinterpret_cast<std::uintptr_t>(pointer);
    if (block > block_bytes_max) {
        if (start + block == top) top = start;
        return;
    }
    auto* freed_block = static_cast<Block*>(pointer);
    freed_block->next = freed_of(block);
    freed_of(block) = freed_block;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void*) noexcept {}
void operator delete[](void*) noexcept {}
void operator delete(void* pointer, std::size_t size) noexcept { release(pointer, size); }
void operator delete[](void* pointer, std::size_t size) noexcept { release(pointer, size); }

// Without these, libc++ and libc bring standard output along, and its imports.
_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) { __builtin_trap(); }
_LIBCPP_END_NAMESPACE_STD

extern "C" {
[[noreturn]] void abort() { __builtin_trap(); }
void __wasm_call_dtors() {}  // what the linker runs behind every export: libc's flushes files
[[noreturn]] void abort_message(const char*, ...) { __builtin_trap(); }
[[noreturn]] void __cxa_pure_virtual() { __builtin_trap(); }
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
std::uintptr_t __stack_chk_guard = 0x5ca1ab1e;
[[noreturn]] void __stack_chk_fail() { __builtin_trap(); }
}
