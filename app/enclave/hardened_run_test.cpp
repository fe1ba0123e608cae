// Contracts run, trap and run out of gas under the seccomp filter, and nothing else is possible
// there.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <cerrno>

#include "contract/engine.hpp"
#include "harden.hpp"

namespace cloister {
namespace {

// "deploy" loops for ever, "call" traps. With a data segment, from which an engine may want to make
// a file in memory.
Bytes wasm() {
    Bytes code{0,   0x61, 0x73, 0x6d, 1,   0,    0,    0,   1,   4,    1,   0x60, 0,   0,   2,
               16,  1,    3,    'e',  'n', 'v',  6,    'm', 'e', 'm',  'o', 'r',  'y', 2,   1,
               1,   1,    3,    3,    2,   0,    0,    7,   17,  2,    6,   'd',  'e', 'p', 'l',
               'o', 'y',  0,    0,    4,   'c',  'a',  'l', 'l', 0,    1,   10,   13,  2,   7,
               0,   0x03, 0x40, 0x0c, 0,   0x0b, 0x0b, 3,   0,   0x00, 0x0b};
    append(code, Bytes{11, 11, 1, 0, 0x41, 8, 0x0b, 5, 'h', 'e', 'l', 'l', 'o'});
    return code;
}

// What the platform's kernel may lack is Landlock alone.
bool is_hardened() {
    const auto missing = app::harden_process();
    if (missing.empty()) return true;
    return missing == std::vector<std::string>{"landlock"};
}

int without_system_call_filter() {
    const auto missing = app::harden_process();
    if (!missing.empty()) return 77;
    if (::open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES) return 1;
    return 0;
}

// 0, or the number of what failed.
int hardened_run() {
    const contract::Engine engine{contract::Limits()};
    if (!is_hardened()) return 1;
    if (!app::restrict_system_calls()) return 2;
    if (::open("/dev/null", O_RDONLY) >= 0 || errno != EPERM) return 3;
    if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) return 4;
    if (::fork() >= 0 || errno != EPERM) return 5;
    const auto module = engine.compile(wasm());
    if (!module) return 6;
    using Function = contract::Entry::Function;
    for (int i = 0; i < 50; ++i) {
        const auto looped = engine.run(**module, {}, {}, {Function::Deploy, {}, Gas(1'000'000)});
        if (looped.outcome != contract::Outcome::OutOfGas) return 7;
        const auto trapped = engine.run(**module, {}, {}, {Function::Call, {}, Gas(1'000'000)});
        if (trapped.outcome != contract::Outcome::Trapped) return 8;
    }
    return 0;
}

TEST(Hardened, ContractsRunAndNoFileSocketOrProcessCanBeMade) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(hardened_run());
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Hardened, LandlockAloneRefusesFiles) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(without_system_call_filter());
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this kernel lacks Landlock";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace cloister
