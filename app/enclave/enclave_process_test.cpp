// The built program, launched as the platform launches it: over two socket pairs, with nothing
// else.

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "platform/messages.hpp"
#include "protocol/host_channel.hpp"
#include "protocol/storage.hpp"
#include "test/support/kernel.hpp"

namespace cloister {
namespace {

bool read_exactly(int file, Bytes& to) {
    for (std::size_t at = 0; at < to.size();) {
        pollfd poll{file, POLLIN, 0};
        if (::poll(&poll, 1, 10'000) <= 0) return false;
        const ssize_t count = ::read(file, to.data() + at, to.size() - at);
        if (count <= 0) return false;
        at += static_cast<std::size_t>(count);
    }
    return true;
}

std::optional<Bytes> read_frame(int file) {
    Bytes prefix(4);
    if (!read_exactly(file, prefix)) return std::nullopt;
    Bytes body(scale::decode<std::uint32_t>(prefix).get());
    if (!read_exactly(file, body)) return std::nullopt;
    return body;
}

void write_frame(int file, ByteView body) {
    const Bytes frame = concat(scale::encode(static_cast<std::uint32_t>(body.size())), body);
    ASSERT_EQ(::write(file, frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
}

class Process : public ::testing::Test {
  protected:
    void SetUp() override {
        std::array<int, 2> host{};
        std::array<int, 2> vendor{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, host.data()), 0);
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, vendor.data()), 0);
        child_ = ::fork();
        if (child_ == 0) {
            const int high_host = ::fcntl(host[1], F_DUPFD, 20);
            const int high_vendor = ::fcntl(vendor[1], F_DUPFD, 20);
            ::dup2(high_host, platform::enclave_host_descriptor);
            ::dup2(high_vendor, platform::enclave_platform_descriptor);
            ::close(high_host);
            ::close(high_vendor);
            for (const unsigned call : forgotten_) {
                if (!test::forget_call(call)) ::_exit(126);
            }
            char* none[] = {nullptr};
            ::execve(CLOISTER_ENCLAVE, none, none);
            ::_exit(127);
        }
        ::close(host[1]);
        ::close(vendor[1]);
        host_ = host[0];
        vendor_ = vendor[0];
        // The first two questions, answered as the platform would.
        for (int i = 0; i < 2; ++i) ASSERT_TRUE(answer_platform());
    }
    void TearDown() override {
        ::close(host_);
        ::close(vendor_);
        if (child_ > 0) ::waitpid(child_, nullptr, 0);
    }
    bool answer_platform() {
        const auto frame = read_frame(vendor_);
        if (!frame) return false;
        const auto request = scale::decode<platform::EnclaveRequest>(*frame);
        if (!request) return false;
        platform::EnclaveResponse response = platform::MeasurementResponse{};
        if (std::holds_alternative<platform::SealKeyRequest>(*request)) {
            response = platform::SealKeyResponse{};
        }
        write_frame(vendor_, scale::encode(response));
        return true;
    }
    void send(const protocol::HostInput& message) { write_frame(host_, scale::encode(message)); }
    std::optional<protocol::HostOutput> receive() {
        const auto frame = read_frame(host_);
        if (!frame) return std::nullopt;
        return scale::decode<protocol::HostOutput>(*frame).get();
    }
    // Skips what the kernel lacks.
    std::optional<protocol::output::Log> receive_log() {
        for (;;) {
            const auto output = receive();
            if (!output) return std::nullopt;
            const auto* log = std::get_if<protocol::output::Log>(&*output);
            if (log != nullptr && log->code != "HardeningMissing") return *log;
        }
    }
    int exit_code() {
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::vector<unsigned> forgotten_;  // system calls that this kernel lacks
    int host_ = -1;
    int vendor_ = -1;
    pid_t child_ = 0;
};

TEST_F(Process, AnswersEachBadMessageByNameAndLivesOn) {
    write_frame(host_, Bytes{0xff, 1, 2});
    EXPECT_EQ(receive_log()->code, "MalformedMessage");
    send(protocol::input::Blocks{});
    EXPECT_EQ(receive_log()->code, "NotStarted");
}

TEST_F(Process, EndsQuietlyWhenTheHostGoes) {
    ::shutdown(host_, SHUT_RDWR);
    EXPECT_EQ(exit_code(), 0);
}

TEST_F(Process, EndsWhenThePlatformGoes) {
    ::shutdown(vendor_, SHUT_RDWR);
    EXPECT_EQ(exit_code(), 2);
}

TEST_F(Process, AFrameAboveTheLimitEndsItBeforeItIsRead) {
    const Bytes prefix = scale::encode(~std::uint32_t{0});
    ASSERT_EQ(::write(host_, prefix.data(), prefix.size()), 4);
    EXPECT_EQ(exit_code(), 3);
}

class PoorKernel : public Process {
  protected:
    PoorKernel() { forgotten_ = {test::memfd_secret_call, test::landlock_create_ruleset_call}; }
};

TEST_F(PoorKernel, IsReportedMeasureByMeasureAndServedAllTheSame) {
    const std::vector<std::string> expected{"landlock", "landlock_network", "landlock_scope",
                                            "memfd_secret"};
    for (const std::string& name : expected) {
        const auto output = receive();
        ASSERT_TRUE(output.has_value()) << name;
        const auto* log = std::get_if<protocol::output::Log>(&*output);
        ASSERT_NE(log, nullptr);
        EXPECT_EQ(log->code, "HardeningMissing");
        EXPECT_EQ(log->message, name);
    }
    send(protocol::input::Blocks{});
    EXPECT_EQ(receive_log()->code, "NotStarted");
}

TEST_F(Process, IsOneFileWithoutAnInterpreter) {
    const int file = ::open(CLOISTER_ENCLAVE, O_RDONLY | O_CLOEXEC);
    Bytes start(4096);
    ASSERT_EQ(::read(file, start.data(), start.size()), 4096);
    ::close(file);
    EXPECT_EQ(text_of(start).find("/lib64/ld-linux"), std::string_view::npos);
}

}  // namespace
}  // namespace cloister
