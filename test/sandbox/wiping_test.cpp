// What the enclave's program does to memory that it gives back, seen from another process.
#include "wiping.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>

#include "io/fd.hpp"
#include "memory.hpp"

namespace cloister::sandbox {
namespace {

constexpr std::size_t pattern_bytes = 4096;

// Nothing that a process holds by chance; each side makes its own, the child after the fork.
void fill(std::uint8_t* to) {
    std::uint32_t state = 0x9e3779b9;
    for (std::size_t i = 0; i < pattern_bytes; ++i) {
        state = state * 1664525 + 1013904223;
        to[i] = static_cast<std::uint8_t>(state >> 24);
    }
}

[[gnu::noinline]] void leave_on_heap() {
    const auto block = std::make_unique<std::array<std::uint8_t, pattern_bytes>>();
    fill(block->data());
    __asm__ __volatile__("" : : "r"(block->data()) : "memory");
}
[[gnu::noinline]] void leave_on_stack() {
    std::array<std::uint8_t, pattern_bytes> block;
    fill(block.data());
    __asm__ __volatile__("" : : "r"(block.data()) : "memory");
}

// Whether 32 bytes in a row of what `act` left are in its process's memory.
bool leaves_traces(void (*act)()) {
    auto pair = io::socket_pair().get();
    const pid_t child = ::fork();
    if (child == 0) {
        act();
        if (::write(pair.second.get(), "x", 1) != 1) ::_exit(1);
        for (;;) ::pause();
    }
    char done = 0;
    EXPECT_EQ(::read(pair.first.get(), &done, 1), 1);
    const auto memory = read_memory(child, Door::ProcMem);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Bytes pattern(pattern_bytes);
    fill(pattern.data());
    EXPECT_FALSE(memory.empty());
    return std::ranges::any_of(memory, [&](const Mapping& mapping) {
        for (std::size_t at = 0; at + 32 <= pattern_bytes; at += 512) {
            const ByteView piece = ByteView(pattern).subspan(at, 32);
            if (!std::ranges::search(mapping.bytes, piece).empty()) return true;
        }
        return false;
    });
}

TEST(Wiping, AFreedBlockIsWiped) { EXPECT_FALSE(leaves_traces(leave_on_heap)); }

TEST(Wiping, TheStackIsWipedWhenAsked) {
    EXPECT_FALSE(leaves_traces([] {
        leave_on_stack();
        app::wipe_stack();
    }));
}

// The search finds what is not wiped.
TEST(Wiping, AnUnwipedStackLeavesTraces) { EXPECT_TRUE(leaves_traces(leave_on_stack)); }

}  // namespace
}  // namespace cloister::sandbox
