// The real program, launching a real process, over real sockets.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "attest/attest.hpp"
#include "crypto/hash.hpp"
#include "descriptor.hpp"
#include "platform/messages.hpp"

namespace cloister::platform {
namespace {

std::string program() {
    const char* folder = std::getenv("CLOISTER_BIN");
    return folder == nullptr ? CLOISTER_PLATFORM : std::string(folder) + "/cloister-platform";
}

Bytes contents_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

pid_t spawn(std::vector<std::string> arguments) {
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execv(raw[0], raw.data());
        ::_exit(127);
    }
    return pid;
}

int exit_code_of(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The next frame; empty once the other end is closed or silent for ten seconds.
Bytes read_frame(int file) {
    const auto exactly = [&](std::size_t count) {
        Bytes out(count);
        const ssize_t got = ::recv(file, out.data(), count, MSG_WAITALL);
        out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return out;
    };
    const Bytes header = exactly(4);
    return header.size() == 4 ? exactly(scale::decode<std::uint32_t>(header).get()) : Bytes{};
}

void set_patience(int file) {
    const timeval ten_seconds{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &ten_seconds, sizeof(ten_seconds));
}

struct Launcher {
    Descriptor connection;
    Descriptor host;  // our end of the host channel

    template <class Event>
    std::optional<Event> next_event() {
        auto event = scale::decode<LauncherEvent>(read_frame(connection.number()));
        if (!event || !std::holds_alternative<Event>(*event)) return {};
        return std::get<Event>(*event);
    }
    Bytes ask(char letter) {
        EXPECT_EQ(::send(host.number(), &letter, 1, MSG_NOSIGNAL), 1);
        return read_frame(host.number());
    }
    template <class Response>
    Response ask_platform(char letter) {
        auto response = scale::decode<EnclaveResponse>(ask(letter));
        EXPECT_TRUE(response && std::holds_alternative<Response>(*response)) << letter;
        return response ? std::get<Response>(*response) : Response{};
    }
};

enum class Channel : std::uint8_t { Given, Missing };

void send_request(int connection, ByteView frame, int descriptor) {
    iovec part{.iov_base = const_cast<std::uint8_t*>(frame.data()), .iov_len = frame.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    EXPECT_EQ(::sendmsg(connection, &message, MSG_NOSIGNAL), static_cast<ssize_t>(frame.size()));
}

class PlatformDaemon : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::access(program().c_str(), X_OK), 0) << program();
        char name[] = "/tmp/cloister-platform-XXXXXX";
        directory_ = ::mkdtemp(name);
        socket_ = directory_ + "/socket";
        start();
    }
    void TearDown() override {
        if (daemon_ > 0) stop(SIGTERM);
        const std::string command = "rm -rf '" + directory_ + "'";
        EXPECT_EQ(std::system(command.c_str()), 0);
    }

    void start() {
        daemon_ = spawn({program(), "--dir", directory_ + "/vendor", "--socket", socket_});
        for (int tries = 0; tries < 500 && !connect().open(); ++tries) ::usleep(10'000);
    }
    int stop(int signal) {
        ::kill(daemon_, signal);
        return exit_code_of(std::exchange(daemon_, -1));
    }
    Descriptor connect() const {
        Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, socket_.data(), socket_.size());
        const auto* raw = reinterpret_cast<const sockaddr*>(&address);
        if (::connect(connection.number(), raw, sizeof(address)) != 0) return {};
        set_patience(connection.number());
        return connection;
    }
    Launcher request(const LaunchRequest& wanted, Channel channel = Channel::Given) const {
        int pair[2] = {-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        Launcher launcher{connect(), Descriptor(pair[0])};
        const Descriptor theirs(pair[1]);
        set_patience(pair[0]);
        send_request(launcher.connection.number(), frame_of(wanted),
                     channel == Channel::Given ? theirs.number() : -1);
        return launcher;
    }
    Launcher request_probe() const { return request({CLOISTER_PROBE_ENCLAVE, {}}); }

    std::string directory_;
    std::string socket_;
    pid_t daemon_ = -1;
};

TEST_F(PlatformDaemon, MeasuresTheBytesOfTheProgram) {
    Launcher launcher = request_probe();
    const auto launched = launcher.next_event<Launched>();
    ASSERT_TRUE(launched);
    const Hash256 expected = crypto::sha256(contents_of(CLOISTER_PROBE_ENCLAVE));
    EXPECT_EQ(launched->measurement.array(), expected.array());
    EXPECT_EQ(launcher.ask_platform<MeasurementResponse>('m').measurement, launched->measurement);
}

TEST_F(PlatformDaemon, QuotesTheMeasurementThatItLaunched) {
    Launcher launcher = request_probe();
    const auto launched = launcher.next_event<Launched>();
    ASSERT_TRUE(launched);
    const auto collateral = launcher.ask_platform<CollateralResponse>('c');
    const Bytes quote = launcher.ask_platform<QuoteResponse>('q').quote;
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    const auto verdict = attest::verify(quote, collateral.collateral, now,
                                        {.simulated = collateral.root_fingerprint});
    ASSERT_TRUE(verdict);
    EXPECT_TRUE(verdict->simulated);
    EXPECT_EQ(verdict->claims.measurement, launched->measurement);
}

TEST_F(PlatformDaemon, GivesAnEmptyEnvironmentAndFiveDescriptors) {
    Launcher launcher = request_probe();
    ASSERT_TRUE(launcher.next_event<Launched>());
    EXPECT_EQ(text_of(launcher.ask('e')), "env=empty fds=01234");
}

TEST_F(PlatformDaemon, SealingKeysOutliveTheDaemon) {
    const auto key = [this] {
        Launcher launcher = request_probe();
        EXPECT_TRUE(launcher.next_event<Launched>());
        return launcher.ask_platform<SealKeyResponse>('s').key;
    };
    const auto before = key();
    EXPECT_EQ(stop(SIGTERM), 0);
    start();
    EXPECT_FALSE(before.is_zero());
    EXPECT_EQ(key(), before);
}

TEST_F(PlatformDaemon, TellsWhenAnEnclaveExits) {
    Launcher launcher = request_probe();
    const auto launched = launcher.next_event<Launched>();
    ASSERT_TRUE(launched);
    EXPECT_EQ(::send(launcher.host.number(), "x", 1, MSG_NOSIGNAL), 1);
    EXPECT_EQ(launcher.next_event<Exited>(), (Exited{launched->pid, 42, 0}));
    EXPECT_TRUE(read_frame(launcher.connection.number()).empty());
}

TEST_F(PlatformDaemon, TellsWhenAnEnclaveIsKilled) {
    Launcher launcher = request_probe();
    const auto launched = launcher.next_event<Launched>();
    ASSERT_TRUE(launched);
    ::kill(static_cast<pid_t>(launched->pid), SIGKILL);
    EXPECT_EQ(launcher.next_event<Exited>(), (Exited{launched->pid, 0, SIGKILL}));
}

TEST_F(PlatformDaemon, KillsTheEnclaveOfALauncherThatLeaves) {
    Launcher launcher = request_probe();
    ASSERT_TRUE(launcher.next_event<Launched>());
    launcher.connection.reset();
    EXPECT_TRUE(read_frame(launcher.host.number()).empty());  // its end closed with the process
}

TEST_F(PlatformDaemon, TakesItsEnclavesWithItWhenItIsKilled) {
    Launcher launcher = request_probe();
    ASSERT_TRUE(launcher.next_event<Launched>());
    ASSERT_FALSE(launcher.ask('m').empty());
    stop(SIGKILL);
    EXPECT_TRUE(read_frame(launcher.host.number()).empty());
    start();  // over the socket file that the dead one left
    EXPECT_TRUE(request_probe().next_event<Launched>());
}

TEST_F(PlatformDaemon, RefusesEachWrongRequestByName) {
    const auto refusal = [](Launcher launcher) { return launcher.next_event<LaunchRefused>(); };
    EXPECT_EQ(refusal(request({CLOISTER_PROBE_ENCLAVE, {"-v"}})),
              LaunchRefused{LaunchError::ArgumentsRefused});
    EXPECT_EQ(refusal(request({CLOISTER_PROBE_ENCLAVE, {}}, Channel::Missing)),
              LaunchRefused{LaunchError::MissingHostChannel});
    EXPECT_EQ(refusal(request({"/nonexistent", {}})),
              LaunchRefused{LaunchError::UnreadableProgram});
    EXPECT_EQ(refusal(request({"/tmp", {}})), LaunchRefused{LaunchError::UnreadableProgram});
    EXPECT_EQ(refusal(request({"/dev/zero", {}})), LaunchRefused{LaunchError::UnreadableProgram});
    Launcher garbage{connect(), {}};
    send_request(garbage.connection.number(), Bytes{3, 0, 0, 0, 9, 9, 9}, -1);
    EXPECT_EQ(garbage.next_event<LaunchRefused>(), LaunchRefused{LaunchError::MalformedRequest});
    Launcher huge{connect(), {}};
    send_request(huge.connection.number(), Bytes{0xff, 0xff, 0xff, 0x7f}, -1);
    EXPECT_EQ(huge.next_event<LaunchRefused>(), LaunchRefused{LaunchError::MalformedRequest});
}

TEST_F(PlatformDaemon, ReportsAProgramThatIsNotOneAsExit127) {
    const std::string path = directory_ + "/not-a-program";
    std::ofstream(path) << "hello";
    Launcher launcher = request({path, {}});
    const auto launched = launcher.next_event<Launched>();
    ASSERT_TRUE(launched);
    EXPECT_EQ(launcher.next_event<Exited>(), (Exited{launched->pid, 127, 0}));
}

TEST_F(PlatformDaemon, ServesSeveralEnclavesAtOnce) {
    Launcher one = request_probe();
    Launcher two = request_probe();
    const auto first = one.next_event<Launched>();
    const auto second = two.next_event<Launched>();
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->pid, second->pid);
    one.connection.reset();
    EXPECT_FALSE(two.ask('m').empty());
}

TEST_F(PlatformDaemon, KeepsSeedAndSocketToItsUser) {
    struct stat seed{}, socket{};
    ASSERT_EQ(::stat((directory_ + "/vendor/platform.seed").c_str(), &seed), 0);
    ASSERT_EQ(::stat(socket_.c_str(), &socket), 0);
    EXPECT_EQ(seed.st_mode & 0777, 0600u);
    EXPECT_EQ(seed.st_size, 40);
    EXPECT_EQ(socket.st_mode & 0077, 0u);
}

TEST_F(PlatformDaemon, RefusesASecondDaemonOnItsSocket) {
    EXPECT_EQ(exit_code_of(spawn({program(), "--dir", directory_ + "/b", "--socket", socket_})), 1);
}

TEST_F(PlatformDaemon, InitOnlyMakesTheSamePlatformOnceAndForAll) {
    const std::vector<std::string> command{program(), "--dir", directory_ + "/c", "--init-only",
                                           "--json"};
    EXPECT_EQ(exit_code_of(spawn(command)), 0);
    const Bytes root = contents_of(directory_ + "/c/root.der");
    const Bytes collateral = contents_of(directory_ + "/c/collateral.scale");
    EXPECT_EQ(exit_code_of(spawn(command)), 0);
    EXPECT_FALSE(root.empty());
    EXPECT_EQ(contents_of(directory_ + "/c/root.der"), root);
    EXPECT_TRUE(scale::decode<attest::Collateral>(collateral));
    EXPECT_NE(contents_of(directory_ + "/vendor/root.der"), root);
}

TEST_F(PlatformDaemon, RefusesASeedThatOthersCanRead) {
    ASSERT_EQ(::chmod((directory_ + "/vendor/platform.seed").c_str(), 0644), 0);
    EXPECT_EQ(exit_code_of(spawn({program(), "--dir", directory_ + "/vendor", "--init-only"})), 1);
}

}  // namespace
}  // namespace cloister::platform
