#include "harden.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace cloister::app {

namespace {

constexpr std::array allowed_calls = {
    // the two channels and the runner's eventfd
    SYS_read,
    SYS_write,
    SYS_poll,
    SYS_ppoll,
    // memory: malloc, and wasmtime's pool and code
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_membarrier,
    // the runner's thread
    SYS_futex,
    SYS_sched_yield,
    SYS_rseq,
    SYS_set_robust_list,
    SYS_gettid,
    // traps of contracts are signals
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    // the end: of a thread, of the process, by an assertion
    SYS_exit,
    SYS_exit_group,
    SYS_getpid,
    SYS_tgkill,
};

constexpr sock_filter statement(unsigned code, unsigned value) {
    return {static_cast<std::uint16_t>(code), 0, 0, value};
}

// Landlock's own numbers (landlock(7)), since headers are older than kernels.
constexpr long landlock_create_ruleset = 444;
constexpr long landlock_restrict_self = 446;
constexpr unsigned long landlock_version = 1;
struct LandlockRuleset {
    std::uint64_t files;
    std::uint64_t net;     // since version 4
    std::uint64_t scoped;  // since version 6
};

// A ruleset without a rule: all that the kernel's version can refuse is refused.
bool restrict_files() {
    const long version = ::syscall(landlock_create_ruleset, nullptr, 0, landlock_version);
    if (version < 1) return false;
    // Rights to files: 13 in version 1, then refer, truncate and device ioctl.
    const int file_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    LandlockRuleset rules{(std::uint64_t{1} << file_rights) - 1, 0, 0};
    if (version >= 4) rules.net = 3;     // bind, connect
    if (version >= 6) rules.scoped = 3;  // abstract sockets, signals to others
    const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    const long file = ::syscall(landlock_create_ruleset, &rules, size, 0);
    if (file < 0) return false;
    const bool done = ::syscall(landlock_restrict_self, file, 0) == 0;
    ::close(static_cast<int>(file));
    return done;
}

}  // namespace

std::vector<std::string> harden_process() {
    std::vector<std::string> missing;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) missing.push_back("no_new_privs");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) missing.push_back("not_dumpable");
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) missing.push_back("no_core");
    if (!restrict_files()) missing.push_back("landlock");
    return missing;
}

bool restrict_system_calls() {
    constexpr std::size_t count = allowed_calls.size();
    std::array<sock_filter, count + 7> program{};
    std::size_t at = 0;
    const auto load = BPF_LD | BPF_W | BPF_ABS;
    const auto equal = BPF_JMP | BPF_JEQ | BPF_K;
    program[at++] = statement(load, offsetof(seccomp_data, arch));
    program[at++] = {equal, 1, 0, AUDIT_ARCH_X86_64};
    program[at++] = statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program[at++] = statement(load, offsetof(seccomp_data, nr));
    for (std::size_t i = 0; i < count; ++i) {
        // To the ALLOW behind the refusal that follows the list.
        const auto jump = static_cast<std::uint8_t>(count - i);
        program[at++] = {equal, jump, 0, static_cast<std::uint32_t>(allowed_calls[i])};
    }
    program[at++] = statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    program[at++] = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog filter{static_cast<unsigned short>(at), program.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

}  // namespace cloister::app
