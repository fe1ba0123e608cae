#include "system_calls.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstddef>
#include <vector>

namespace cloister::app {

namespace {

// Read by tools/tcb: one row a line.
// clang-format off
constexpr std::array<SystemCall, 26> table{{
    {"read", SYS_read, CallRule::Any, "the two channels and the runners' event counters"},
    {"write", SYS_write, CallRule::Any, "the two channels, the counters, an assertion's words"},
    {"writev", SYS_writev, CallRule::ErrorOutput, "the C library's last words before an abort"},
    {"poll", SYS_poll, CallRule::Any, "waiting for the channels"},
    {"mmap", SYS_mmap, CallRule::Anonymous, "malloc, wasmtime's code before it is sealed"},
    {"munmap", SYS_munmap, CallRule::Any, "malloc, wasmtime's pool"},
    {"mprotect", SYS_mprotect, CallRule::NotBoth, "malloc, wasmtime seals code and guards memory"},
    {"mremap", SYS_mremap, CallRule::Any, "realloc of large blocks"},
    {"madvise", SYS_madvise, CallRule::Any, "malloc and wasmtime give pages back"},
    {"close", SYS_close, CallRule::Any, "the counters, at the end"},
    {"brk", SYS_brk, CallRule::Any, "malloc"},
    {"membarrier", SYS_membarrier, CallRule::Any, "wasmtime, after it has written code"},
    {"futex", SYS_futex, CallRule::Any, "the runners' locks"},
    {"sched_yield", SYS_sched_yield, CallRule::Any, "locks in wasmtime"},
    {"rseq", SYS_rseq, CallRule::Any, "a runner's thread that starts after the filter"},
    {"set_robust_list", SYS_set_robust_list, CallRule::Any, "the same"},
    {"gettid", SYS_gettid, CallRule::Any, "abort"},
    {"rt_sigaction", SYS_rt_sigaction, CallRule::Any, "wasmtime: traps of contracts are signals"},
    {"rt_sigprocmask", SYS_rt_sigprocmask, CallRule::Any, "the same, and abort"},
    {"rt_sigreturn", SYS_rt_sigreturn, CallRule::Any, "the end of a signal handler"},
    {"sigaltstack", SYS_sigaltstack, CallRule::Any, "wasmtime: overflowing stacks are traps"},
    {"restart_syscall", SYS_restart_syscall, CallRule::Any, "poll after a stop and continue"},
    {"exit", SYS_exit, CallRule::Any, "the end of a thread"},
    {"exit_group", SYS_exit_group, CallRule::Any, "the end of the process"},
    {"getpid", SYS_getpid, CallRule::Any, "abort"},
    {"tgkill", SYS_tgkill, CallRule::OwnProcess, "abort signals the process itself"},
}};
// clang-format on

constexpr std::uint16_t load_word = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t jump_if_equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t jump_if_bits = BPF_JMP | BPF_JSET | BPF_K;

using Program = std::vector<sock_filter>;

void add(Program& program, std::uint16_t code, std::uint32_t value, std::uint8_t if_true = 0,
         std::uint8_t if_false = 0) {
    program.push_back({code, if_true, if_false, value});
}
void kill(Program& program) { add(program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS); }
void allow(Program& program) { add(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW); }

// The low half, which is all that the kernel reads of an int.
void load_argument(Program& program, std::size_t index) {
    static_assert(std::endian::native == std::endian::little);
    add(program, load_word,
        static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t)));
}

// Ends the filter for a call that the rule is for: with ALLOW or with KILL.
void judge(Program& program, CallRule rule) {
    switch (rule) {
        case CallRule::Any: break;
        case CallRule::Anonymous:
            load_argument(program, 2);
            add(program, jump_if_bits, PROT_EXEC, 0, 1);
            kill(program);
            load_argument(program, 3);
            add(program, jump_if_bits, MAP_ANONYMOUS, 1, 0);
            kill(program);
            break;
        case CallRule::NotBoth:
            load_argument(program, 2);
            add(program, BPF_ALU | BPF_AND | BPF_K, PROT_WRITE | PROT_EXEC);
            add(program, jump_if_equal, PROT_WRITE | PROT_EXEC, 0, 1);
            kill(program);
            break;
        case CallRule::ErrorOutput:
        case CallRule::OwnProcess:
            load_argument(program, 0);
            add(program, jump_if_equal,
                static_cast<std::uint32_t>(rule == CallRule::OwnProcess ? ::getpid()
                                                                        : STDERR_FILENO),
                1, 0);
            kill(program);
            break;
    }
    allow(program);
}

Program make_filter() {
    Program program;
    add(program, load_word, offsetof(seccomp_data, arch));
    add(program, jump_if_equal, AUDIT_ARCH_X86_64, 1, 0);
    kill(program);
    for (const SystemCall& call : table) {
        Program judgement;
        judge(judgement, call.rule);
        add(program, load_word, offsetof(seccomp_data, nr));
        add(program, jump_if_equal, static_cast<std::uint32_t>(call.number), 0,
            static_cast<std::uint8_t>(judgement.size()));
        program.insert(program.end(), judgement.begin(), judgement.end());
    }
    kill(program);
    return program;
}

}  // namespace

std::span<const SystemCall> allowed_system_calls() { return table; }

bool restrict_system_calls() {
    Program program = make_filter();
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

}  // namespace cloister::app
