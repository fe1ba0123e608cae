// Contracts run, trap and run out of gas under the enclave's filter of system calls; any other call
// kills, and Landlock alone refuses files and sockets too.

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <set>
#include <thread>

#include "contract/engine.hpp"
#include "harden.hpp"
#include "system_calls.hpp"
#include "test/support/cases.hpp"

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

using app::Measure;

// What `body` gives, in a child of its own; -1 and the signal when it was killed.
struct Ending {
    int code = -1;
    int signal = 0;
};
template <class Body>
Ending in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return {};
    if (WIFSIGNALED(status)) return {-1, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

// 0, or the number of what failed.
int hardened_run() {
    const contract::Engine engine{contract::Limits()};
    app::harden(Measure::When::AtStart);
    if (!app::harden(Measure::When::BeforeServing).empty()) return 2;
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

TEST(Hardened, ContractsRunTrapAndRunOutOfGas) {
    const Ending ending = in_child(hardened_run);
    EXPECT_EQ(ending.code, 0) << "signal " << ending.signal;
}

struct Forbidden {
    const char* name;
    void (*call)();
};

// What whoever took the process over would want, and the listed calls with arguments that the rules
// refuse.
const Forbidden forbidden[] = {
    {"open", [] { ::open("/dev/null", O_RDONLY); }},
    {"creat", [] { ::creat("/tmp/x", 0600); }},
    {"openat2", [] { ::syscall(SYS_openat2, 0, 0, 0, 0); }},
    {"open_by_handle_at", [] { ::syscall(SYS_open_by_handle_at, 0, 0, 0); }},
    {"unlink", [] { ::unlink("/tmp/none"); }},
    {"getdents64", [] { ::syscall(SYS_getdents64, 0, 0, 0); }},
    {"readlink", [] { ::syscall(SYS_readlink, 0, 0, 0); }},
    {"mount", [] { ::syscall(SYS_mount, 0, 0, 0, 0, 0); }},
    {"chroot", [] { ::syscall(SYS_chroot, 0); }},
    {"socket", [] { ::socket(AF_INET, SOCK_STREAM, 0); }},
    {"socketpair", [] { ::syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 0); }},
    {"connect", [] { ::syscall(SYS_connect, 3, 0, 0); }},
    {"sendmsg", [] { ::syscall(SYS_sendmsg, 3, 0, 0); }},
    {"recvmsg", [] { ::syscall(SYS_recvmsg, 3, 0, 0); }},
    {"ioctl", [] { ::syscall(SYS_ioctl, 0, 0, 0); }},
    {"fcntl", [] { ::fcntl(0, F_GETFD); }},
    {"dup", [] { ::syscall(SYS_dup, 0); }},
    {"fork", [] { ::syscall(SYS_fork); }},
    {"clone", [] { ::syscall(SYS_clone, 0, 0, 0, 0, 0); }},
    {"clone3", [] { ::syscall(SYS_clone3, 0, 0); }},
    {"execve", [] { ::syscall(SYS_execve, 0, 0, 0); }},
    {"execveat", [] { ::syscall(SYS_execveat, 0, 0, 0, 0, 0); }},
    {"kill", [] { ::kill(::getpid(), 0); }},
    {"pidfd_open", [] { ::syscall(SYS_pidfd_open, 1, 0); }},
    {"ptrace", [] { ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
    {"process_vm_readv", [] { ::syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0); }},
    {"process_vm_writev", [] { ::syscall(SYS_process_vm_writev, 1, 0, 0, 0, 0, 0); }},
    {"prctl", [] { ::syscall(SYS_prctl, 3, 0, 0, 0, 0); }},
    {"seccomp", [] { ::syscall(SYS_seccomp, 0, 0, 0); }},
    {"setrlimit", [] { ::syscall(SYS_setrlimit, 0, 0); }},
    {"prlimit64", [] { ::syscall(SYS_prlimit64, 0, 0, 0, 0); }},
    {"setuid", [] { ::syscall(SYS_setuid, 0); }},
    {"capset", [] { ::syscall(SYS_capset, 0, 0); }},
    {"keyctl", [] { ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
    {"bpf", [] { ::syscall(SYS_bpf, 0, 0, 0); }},
    {"perf_event_open", [] { ::syscall(SYS_perf_event_open, 0, 0, 0, 0, 0); }},
    {"userfaultfd", [] { ::syscall(SYS_userfaultfd, 0); }},
    {"io_uring_setup", [] { ::syscall(SYS_io_uring_setup, 1, 0); }},
    {"memfd_create", [] { ::syscall(SYS_memfd_create, "", 0); }},
    {"pkey_mprotect", [] { ::syscall(SYS_pkey_mprotect, 0, 0, 0, -1); }},
    {"shmat", [] { ::syscall(SYS_shmat, 0, 0, 0); }},
    {"clock_gettime", [] { ::syscall(SYS_clock_gettime, 0, 0); }},
    {"getrandom", [] { ::syscall(SYS_getrandom, 0, 0, 0); }},
    {"an unknown number", [] { ::syscall(100'000); }},
    {"a call of the 32 bit ABI's numbering", [] { ::syscall(0x40000000 + SYS_getpid); }},
    {"mmap of executable memory",
     [] { ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
    {"mmap of a descriptor", [] { ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, 0, 0); }},
    {"mprotect to writable and executable",
     [] {
         void* page = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         ::mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
     }},
    {"writev to another descriptor", [] { ::syscall(SYS_writev, 1, 0, 0); }},
    {"tgkill of another process", [] { ::syscall(SYS_tgkill, 1, 1, 0); }},
};

TEST(Hardened, EveryCallThatTheListLacksKillsTheProcess) {
    for (const Forbidden& row : forbidden) {
        const Ending ending = in_child([&row] {
            if (!app::harden(Measure::When::BeforeServing).empty()) return 1;
            row.call();
            return 0;
        });
        EXPECT_EQ(ending.signal, SIGSYS) << row.name << ", exit code " << ending.code;
    }
    test::ran_cases(std::size(forbidden));
}

// All threads, also those that were there before.
TEST(Hardened, TheFilterHoldsForThreadsMadeEarlier) {
    const Ending ending = in_child([] {
        std::atomic<bool> restricted = false;
        std::thread earlier([&restricted] {
            while (!restricted) std::this_thread::yield();
            ::open("/dev/null", O_RDONLY);
        });
        if (!app::restrict_system_calls()) return 1;
        restricted = true;
        earlier.join();
        return 0;
    });
    EXPECT_EQ(ending.signal, SIGSYS);
}

TEST(Hardened, AFailedAssertionStillEndsInAnAbort) {
    const Ending ending = in_child([] {
        app::harden(Measure::When::AtStart);
        app::harden(Measure::When::BeforeServing);
        CLOISTER_ASSERT(::getpid() == 0);
        return 0;
    });
    EXPECT_EQ(ending.signal, SIGABRT);
}

TEST(Hardened, TheListExplainsEachCallOnce) {
    std::set<long> numbers;
    for (const app::SystemCall& call : app::allowed_system_calls()) {
        EXPECT_TRUE(numbers.insert(call.number).second) << call.name;
        EXPECT_FALSE(call.reason.empty()) << call.name;
    }
    test::ran_cases(numbers.size());
}

bool lacks(std::span<const Measure* const> missing, std::string_view name) {
    return std::ranges::any_of(missing, [&](const Measure* m) { return m->name == name; });
}

constexpr int kernel_lacks_it = 77;

TEST(Hardened, LandlockAloneRefusesFiles) {
    const Ending ending = in_child([] {
        const auto missing = app::harden(Measure::When::AtStart);
        if (lacks(missing, "landlock")) return kernel_lacks_it;
        return ::open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
    });
    if (ending.code == kernel_lacks_it) GTEST_SKIP() << "this kernel lacks Landlock";
    EXPECT_EQ(ending.code, 0);
}

TEST(Hardened, LandlockAloneRefusesConnections) {
    const Ending ending = in_child([] {
        const auto missing = app::harden(Measure::When::AtStart);
        if (lacks(missing, "landlock_network")) return kernel_lacks_it;
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(9);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int rc = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
        return rc < 0 && errno == EACCES ? 0 : 1;
    });
    if (ending.code == kernel_lacks_it) GTEST_SKIP() << "this kernel's Landlock knows no network";
    EXPECT_EQ(ending.code, 0);
}

TEST(Hardened, LandlockAloneRefusesSignalsToOthers) {
    const Ending ending = in_child([] {
        const auto missing = app::harden(Measure::When::AtStart);
        if (lacks(missing, "landlock_scope")) return kernel_lacks_it;
        return ::kill(::getppid(), 0) < 0 && errno == EPERM ? 0 : 1;
    });
    if (ending.code == kernel_lacks_it) GTEST_SKIP() << "this kernel's Landlock knows no scopes";
    EXPECT_EQ(ending.code, 0);
}

TEST(Hardened, NoCoreFewDescriptorsAndNoneOfTheLaunchers) {
    const Ending ending = in_child([] {
        const int left_open = ::dup2(0, 9);
        app::harden(Measure::When::AtStart);
        rlimit core{1, 1};
        if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) return 1;
        if (left_open != 9 || ::fcntl(9, F_GETFD) >= 0) return 2;
        int made = 0;
        while (made < 100 && ::dup(0) >= 0) ++made;
        return made < 16 ? 0 : 3;
    });
    EXPECT_EQ(ending.code, 0);
}

}  // namespace
}  // namespace cloister
