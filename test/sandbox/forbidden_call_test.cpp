// A forbidden system call, made by a real enclave in a running network: a tracer (root) puts it
// where the enclave would have continued.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/hex.hpp"
#include "network.hpp"

namespace cloister::sandbox {
namespace {

constexpr std::uint64_t back_ms_max = 30'000;
constexpr unsigned syscall_instruction_bytes = 2;

// The thread waits in poll, so its next instruction follows a `syscall`: back by one, with another
// number. False when it was not so.
bool make_call(int pid, long number) {
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) return false;
    int status = 0;
    if (::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr) != 0 ||
        ::waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
        return false;
    }
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, pid, nullptr, &registers) != 0) return false;
    registers.rip -= syscall_instruction_bytes;
    registers.rax = static_cast<unsigned long>(number);
    registers.orig_rax = ~0UL;  // not to be restarted as what it was
    registers.rdi = 2;
    registers.rsi = 1;
    registers.rdx = 0;
    return ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers) == 0 &&
           ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr) == 0;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(ForbiddenCall, EndsTheEnclaveAndTheHostStartsItAgainWithoutLoss) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may trace such a process";
    const Network network(std::string(std::getenv("CLOISTER_BIN")) + "/cloister-enclave");
    ASSERT_EQ(network.problem(), "");
    const std::string url = network.worker_url();
    const auto deployed = network.contract({"deploy", CLOISTER_COUNTER, "--args", "0x05000000"});
    const std::string id = deployed.text("contract");
    ASSERT_EQ(network.contract({"call", id, "add", "--args", "0x02000000"}).text("outcome"), "Ok");

    const auto pid = static_cast<int>(network.status(url).number("enclave_pid"));
    const std::string folder = "/proc/" + std::to_string(pid);
    EXPECT_TRUE(text_of(folder + "/status").contains("Seccomp:\t2"));
    EXPECT_EQ(text_of(folder + "/environ"), "");
    ASSERT_TRUE(make_call(pid, SYS_socket));
    EXPECT_TRUE(within(back_ms_max, [&] { return network.status(url).number("launches") == 2; }));
    const std::string ended = "pid " + std::to_string(pid) + " ended, code 0, signal 31";
    EXPECT_TRUE(within(2'000, [&] {
        return text_of(network.base_path() + "/logs/platform.log").contains(ended);
    }));
    EXPECT_TRUE(within(back_ms_max, [&] { return network.serves(url); }));

    EXPECT_NE(network.status(url).number("enclave_pid"), static_cast<std::uint64_t>(pid));
    EXPECT_EQ(network.contract({"call", id, "add", "--args", "0x03000000"}).text("outcome"), "Ok");
    EXPECT_EQ(network.contract({"query", id, "get"}).text("output"), "0x000a000000");
}

}  // namespace
}  // namespace cloister::sandbox
