// What others see of an enclave's process: its own user and another one, each without privileges;
// and what the kernel says of it to root.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "io/fd.hpp"
#include "io/file.hpp"
#include "io/process.hpp"
#include "platform/messages.hpp"
#include "test/support/cases.hpp"

namespace cloister::sandbox {
namespace {

constexpr uid_t enclave_user = 65534;
constexpr uid_t other_user = 65533;
constexpr std::size_t program_bytes_max = 256U << 20;

bool become(uid_t user) {
    return ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The built enclave as the platform starts it, of an unprivileged user where we may choose one, up
// to its first question, which it asks after the first measures.
class Outsider : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto program = io::read_file(
            std::string(std::getenv("CLOISTER_BIN")) + "/cloister-enclave", program_bytes_max);
        ASSERT_TRUE(program.has_value());
        const auto sealed = io::create_sealed_memfd("enclave", *program);
        ASSERT_TRUE(sealed.has_value());
        std::array<int, 2> host{};
        std::array<int, 2> vendor{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, host.data()), 0);
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, vendor.data()), 0);
        ours_ = {io::Fd(host[0]), io::Fd(vendor[0])};
        const io::Fd host_end(host[1]);
        const io::Fd vendor_end(vendor[1]);
        child_ = ::fork();
        if (child_ == 0) {
            if (is_root() && !become(enclave_user)) ::_exit(126);
            const int high_host = ::fcntl(host[1], F_DUPFD, 20);
            const int high_vendor = ::fcntl(vendor[1], F_DUPFD, 20);
            const int high_program = ::fcntl(sealed->get(), F_DUPFD, 20);
            ::dup2(high_host, platform::enclave_host_descriptor);
            ::dup2(high_vendor, platform::enclave_platform_descriptor);
            char* none[] = {nullptr};
            ::fexecve(high_program, none, none);
            ::_exit(127);
        }
        pollfd asked{ours_[1].get(), POLLIN, 0};
        ASSERT_EQ(::poll(&asked, 1, 10'000), 1);
        ASSERT_NE(asked.revents & POLLIN, 0);
        folder_ = "/proc/" + std::to_string(child_);
    }
    void TearDown() override {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    static bool is_root() { return ::geteuid() == 0; }

    // Number of the door that stood open to `user`; 0 when none did.
    int open_door(uid_t user) const {
        const pid_t attacker = ::fork();
        if (attacker == 0) {
            if (is_root() && !become(user)) ::_exit(99);
            ::_exit(try_doors());
        }
        int status = 0;
        ::waitpid(attacker, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    int try_doors() const {
        int door = 0;
        for (const char* name : {"mem", "environ", "maps", "auxv", "stack", "syscall", "io"}) {
            ++door;
            const io::Fd file(::open((folder_ + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
            char byte = 0;
            if (file.valid() && ::read(file.get(), &byte, 1) > 0) return door;
            if (errno != EACCES && errno != EPERM) return door + 20;
        }
        ++door;
        if (::opendir((folder_ + "/fd").c_str()) != nullptr || errno != EACCES) return door;
        ++door;
        std::array<char, 64> link{};
        if (::readlink((folder_ + "/exe").c_str(), link.data(), link.size()) >= 0) return door;
        ++door;
        if (::ptrace(PTRACE_SEIZE, child_, nullptr, nullptr) == 0 || errno != EPERM) return door;
        ++door;
        std::uint64_t word = 0;
        const iovec local{&word, sizeof word};
        const iovec remote{reinterpret_cast<void*>(std::uintptr_t{0x400000}), sizeof word};
        if (::process_vm_readv(child_, &local, 1, &remote, 1, 0) >= 0 || errno != EPERM)
            return door;
        ++door;
        if (::process_vm_writev(child_, &local, 1, &remote, 1, 0) >= 0 || errno != EPERM)
            return door;
        return 0;
    }
    static constexpr std::size_t doors = 12;

    std::array<io::Fd, 2> ours_;
    pid_t child_ = 0;
    std::string folder_;
};

TEST_F(Outsider, ItsOwnUserFindsEveryDoorShut) {
    EXPECT_EQ(open_door(enclave_user), 0);
    test::ran_cases(doors);
}

TEST_F(Outsider, AnotherUserFindsEveryDoorShut) {
    if (!is_root()) GTEST_SKIP() << "only root can become another user";
    EXPECT_EQ(open_door(other_user), 0);
    test::ran_cases(doors);
}

// The doors are doors: a process that does not shut them stands open to its own user.
TEST_F(Outsider, AnUnhardenedProcessStandsOpenToItsUser) {
    const pid_t open_process = ::fork();
    if (open_process == 0) {
        if (is_root() && !become(enclave_user)) ::_exit(1);
        // A change of user shuts them too, until an exec: this one opens them as that would.
        ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        for (;;) ::pause();
    }
    ::usleep(50'000);
    folder_ = "/proc/" + std::to_string(open_process);
    EXPECT_NE(open_door(enclave_user), 0);
    ::kill(open_process, SIGKILL);
    ::waitpid(open_process, nullptr, 0);
}

TEST_F(Outsider, TheKernelSaysThatItIsHardened) {
    const std::string status = text_of(folder_ + "/status");
    EXPECT_TRUE(status.contains("NoNewPrivs:\t1")) << status;
    const std::string limits = text_of(folder_ + "/limits");
    std::istringstream lines(limits);
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string max, what, third, soft, hard;
        words >> max >> what >> third >> soft;
        if (what == "core") {  // Max core file size
            words >> soft >> hard;
            EXPECT_EQ(soft + hard, "00") << line;
            ++seen;
        } else if (what == "open") {  // Max open files
            words >> hard;
            EXPECT_EQ(soft + hard, "1616") << line;
            ++seen;
        }
    }
    EXPECT_EQ(seen, 2U) << limits;
    if (!is_root()) return;
    EXPECT_EQ(text_of(folder_ + "/environ"), "");
    const auto files = io::list_directory(folder_ + "/fd");
    ASSERT_TRUE(files.has_value());
    for (const std::string& file : *files) EXPECT_LE(std::stoi(file), 4) << file;
}

}  // namespace
}  // namespace cloister::sandbox
