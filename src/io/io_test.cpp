#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "io/channel.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/file.hpp"
#include "io/kv.hpp"
#include "io/process.hpp"
#include "io/unix_socket.hpp"

namespace cloister::io {
namespace {

Instant soon() { return Instant(steady_now().value + 5000); }

class InDirectory : public testing::Test {
  protected:
    ~InDirectory() override { EXPECT_TRUE(remove_tree(directory_)); }
    std::string path(const std::string& name) const { return directory_ + "/" + name; }
    std::string directory_ = make_temporary_directory("cloister-io-").get();
};

TEST(Clock, RunsForwardAtOneRate) {
    const Instant cycles = cycle_now();
    const Instant steady = steady_now();
    usleep(60'000);
    const auto by_kernel = static_cast<double>(steady_now().value - steady.value);
    const auto by_cycles = static_cast<double>(cycle_now().value - cycles.value);
    EXPECT_GE(by_kernel, 60);
    EXPECT_NEAR(by_cycles, by_kernel, by_kernel * 0.1 + 2);
    EXPECT_GT(wall_now().value, 1'700'000'000'000U);
}

TEST(Entropy, NeverRepeats) {
    EXPECT_FALSE(random_seed().equals(random_seed()));
    Bytes many(1000);
    fill_random(many);
    EXPECT_NE(many, Bytes(1000));
}

using File = InDirectory;

TEST_F(File, IsReadBackAsWritten) {
    ASSERT_TRUE(write_file_atomic(path("a"), view_of("one")));
    ASSERT_TRUE(write_file_atomic(path("a"), view_of("two")));
    EXPECT_EQ(read_file(path("a"), 3).get(), to_bytes(std::string_view("two")));
    EXPECT_EQ(list_directory(directory_).get(), std::vector<std::string>{"a"});
}

TEST_F(File, IsRefusedAboveTheLimit) {
    ASSERT_TRUE(write_file_atomic(path("a"), Bytes(1001)));
    EXPECT_EQ(read_file(path("a"), 1000).error().code, ErrorCode::TooLarge);
    EXPECT_EQ(read_file(path("a"), 1001).get().size(), 1001U);
    EXPECT_EQ(read_file("/dev/zero", 1000).error().code, ErrorCode::TooLarge);
    EXPECT_FALSE(read_file("/proc/self/status", 1 << 20).get().empty());
}

TEST_F(File, IsPrivateUnlessToldOtherwise) {
    ASSERT_TRUE(write_file_atomic(path("secret"), view_of("x")));
    ASSERT_TRUE(write_file_atomic(path("public"), view_of("x"), FileMode::Public));
    struct stat status{};
    ASSERT_EQ(::stat(path("secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(File, SaysWhatWentWrong) {
    const auto missing = read_file(path("missing"), 10);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_NE(missing.error().text.find("missing: No such file"), std::string::npos);
    EXPECT_EQ(write_file_atomic(path("no/such"), view_of("x")).error().code, ErrorCode::NotFound);
    ASSERT_TRUE(write_file_atomic(path("file"), view_of("x")));
    EXPECT_FALSE(ensure_directory(path("file")));
    EXPECT_TRUE(ensure_directory(path("deep/down")));
    EXPECT_TRUE(file_exists(path("deep/down")));
    EXPECT_TRUE(remove_file(path("missing")));
}

using KeyValueStore = InDirectory;

TEST_F(KeyValueStore, KeepsABatchOverAReopen) {
    {
        KeyValue store = KeyValue::open(path("db")).get();
        Batch batch;
        batch.put(view_of("a"), view_of("1"));
        batch.put(view_of("b"), view_of("2"));
        batch.erase(view_of("a"));
        ASSERT_TRUE(store.write(batch, Durability::Synced));
    }
    const KeyValue store = KeyValue::open(path("db")).get();
    EXPECT_EQ(store.get(view_of("a")).get(), std::nullopt);
    EXPECT_EQ(store.get(view_of("b")).get(), to_bytes(std::string_view("2")));
}

TEST_F(KeyValueStore, ScansAPrefixInOrderUpToALimit) {
    KeyValue store = KeyValue::open(path("db")).get();
    Batch batch;
    for (const char* key : {"a", "p/3", "p/1", "p/2", "q"}) batch.put(view_of(key), view_of("v"));
    ASSERT_TRUE(store.write(batch, Durability::Written));
    const auto two = store.scan(view_of("p/"), 2).get();
    ASSERT_EQ(two.size(), 2U);
    EXPECT_EQ(text_of(two[0].key), "p/1");
    const auto rest = store.scan(view_of("p/"), view_of("p/2"), 10).get();
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(text_of(rest[1].key), "p/3");
    EXPECT_TRUE(store.scan(view_of("x"), 10).get().empty());
}

TEST_F(KeyValueStore, IsOpenOnceAtATime) {
    const KeyValue store = KeyValue::open(path("db")).get();
    EXPECT_EQ(KeyValue::open(path("db")).error().code, ErrorCode::Busy);
}

TEST_F(KeyValueStore, KeepsWhatWasWrittenWhenKilled) {
    const pid_t child = ::fork();
    if (child == 0) {
        KeyValue store = KeyValue::open(path("db")).get();
        Batch batch;
        batch.put(view_of("k"), view_of("v"));
        if (!store.write(batch, Durability::Written)) ::_exit(1);
        ::raise(SIGKILL);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const KeyValue store = KeyValue::open(path("db")).get();
    EXPECT_EQ(store.get(view_of("k")).get(), to_bytes(std::string_view("v")));
}

TEST(EventLoop, CallsTimersInOrderAndNotTheCancelled) {
    EventLoop loop;
    std::string order;
    loop.call_after(20, [&] { order += 'b'; });
    loop.call_after(1, [&] { order += 'a'; });
    const TimerId never = loop.call_after(10, [&] { order += 'x'; });
    loop.cancel(never);
    EXPECT_TRUE(loop.run_until([&] { return order.size() == 2; }, soon()));
    EXPECT_EQ(order, "ab");
}

TEST(EventLoop, TakesWorkFromAnotherThread) {
    EventLoop loop;
    bool ran = false;
    std::thread other([&] {
        loop.post([&] {
            ran = true;
            loop.stop();
        });
    });
    loop.run();
    other.join();
    EXPECT_TRUE(ran);
}

TEST(EventLoop, TurnsASignalIntoACall) {
    EventLoop loop;
    int got = 0;
    loop.on_signal(SIGTERM, [&](int signal) { got = signal; });
    ::raise(SIGTERM);
    EXPECT_TRUE(loop.run_until([&] { return got == SIGTERM; }, soon()));
}

TEST(EventLoop, GivesUpAtTheDeadline) {
    EventLoop loop;
    EXPECT_FALSE(loop.run_until([] { return false; }, Instant(steady_now().value + 20)));
}

struct Ends {
    EventLoop loop;
    Fd peer;
    std::vector<Bytes> received;
    std::optional<Error> closed;
    std::optional<Channel> channel;

    explicit Ends(ChannelLimits limits = {}) {
        FdPair pair = socket_pair().get();
        peer = std::move(pair.second);
        channel.emplace(loop, std::move(pair.first), limits,
                        ChannelHandlers{[this](Bytes m) { received.push_back(std::move(m)); },
                                        [this](Error e) { closed = std::move(e); }});
    }
    void raw(const Bytes& bytes) const {
        ASSERT_EQ(::write(peer.get(), bytes.data(), bytes.size()),
                  static_cast<ssize_t>(bytes.size()));
    }
    ErrorCode run_until_closed() {
        EXPECT_TRUE(loop.run_until([&] { return closed.has_value(); }, soon()));
        return closed ? closed->code : ErrorCode::Failed;
    }
};

TEST(Channel, CarriesMessagesOfEverySizeBothWays) {
    Ends ends;
    const std::vector<std::size_t> sizes = {0, 1, 3, 4, 65535, 65536, 65537, 3'000'000};
    std::thread echo([&] {
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const Bytes message = read_message(ends.peer.get(), 1U << 22).get();
            EXPECT_TRUE(write_message(ends.peer.get(), message));
        }
    });
    for (const std::size_t size : sizes) ASSERT_TRUE(ends.channel->send(Bytes(size, 7)));
    EXPECT_TRUE(ends.loop.run_until([&] { return ends.received.size() == sizes.size(); }, soon()));
    echo.join();
    for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(ends.received[i], Bytes(sizes[i], 7));
    EXPECT_EQ(ends.channel->queued_bytes(), 0U);
}

TEST(Channel, AcceptsAMessageByteByByte) {
    Ends ends;
    for (const std::uint8_t byte : Bytes{2, 0, 0, 0, 'h', 'i'}) {
        ends.raw({byte});
        ends.loop.run_until([] { return false; }, Instant(steady_now().value + 2));
    }
    ASSERT_EQ(ends.received.size(), 1U);
    EXPECT_EQ(text_of(ends.received[0]), "hi");
}

TEST(Channel, CutsOffAPeerThatAnnouncesTooMuch) {
    Ends ends({.message_bytes_max = 1000, .queue_bytes_max = 10000});
    ends.raw({0xe9, 3, 0, 0});
    EXPECT_EQ(ends.run_until_closed(), ErrorCode::TooLarge);
    EXPECT_FALSE(ends.channel->is_open());
}

TEST(Channel, TellsAnEndFromATornMessage) {
    Ends whole;
    whole.raw({1, 0, 0, 0, 9});
    whole.peer.reset();
    EXPECT_EQ(whole.run_until_closed(), ErrorCode::Closed);
    EXPECT_EQ(whole.received.size(), 1U);
    for (const Bytes& torn : {Bytes{1}, Bytes{1, 0, 0, 0}, Bytes{2, 0, 0, 0, 5}}) {
        Ends ends;
        ends.raw(torn);
        ends.peer.reset();
        EXPECT_EQ(ends.run_until_closed(), ErrorCode::Malformed);
    }
}

TEST(Channel, RefusesWhatItsQueueCannotHold) {
    Ends ends({.message_bytes_max = 1U << 20, .queue_bytes_max = 1U << 20});
    EXPECT_EQ(ends.channel->send(Bytes((1U << 20) + 1)).error().code, ErrorCode::TooLarge);
    ErrorCode last = ErrorCode::Failed;
    for (int i = 0; i < 100 && last != ErrorCode::Full; ++i) {
        if (const auto sent = ends.channel->send(Bytes(100'000)); !sent) last = sent.error().code;
    }
    EXPECT_EQ(last, ErrorCode::Full);
    EXPECT_LE(ends.channel->queued_bytes(), 1U << 20);
}

TEST(Channel, ReportsAPeerThatLeftDuringAWrite) {
    Ends ends;
    ASSERT_TRUE(ends.channel->send(Bytes(8U << 20)));
    ends.peer.reset();
    ends.run_until_closed();
    EXPECT_EQ(ends.channel->send(Bytes(1)).error().code, ErrorCode::Closed);
}

TEST(Channel, ReadsNothingWhilePaused) {
    Ends ends;
    ends.channel->pause();
    ends.raw({1, 0, 0, 0, 9, 1, 0, 0, 0, 8});
    ends.loop.run_until([] { return false; }, Instant(steady_now().value + 20));
    EXPECT_TRUE(ends.received.empty());
    ends.channel->resume();
    EXPECT_TRUE(ends.loop.run_until([&] { return ends.received.size() == 2; }, soon()));
}

TEST(Channel, MayBeDroppedByItsOwnHandler) {
    EventLoop loop;
    FdPair pair = socket_pair().get();
    int calls = 0;
    std::optional<Channel> channel;
    channel.emplace(loop, std::move(pair.first), ChannelLimits{},
                    ChannelHandlers{[&](const Bytes&) {
                                        ++calls;
                                        channel.reset();
                                    },
                                    {}});
    ASSERT_TRUE(write_message(pair.second.get(), Bytes{1}));
    ASSERT_TRUE(write_message(pair.second.get(), Bytes{2}));
    loop.run_until([] { return false; }, Instant(steady_now().value + 30));
    EXPECT_EQ(calls, 1);
}

using UnixSocket = InDirectory;

TEST_F(UnixSocket, AcceptsAndPassesDescriptors) {
    EventLoop loop;
    Fd accepted;
    const auto listener =
        UnixListener::listen(loop, path("s"), [&](Fd fd) { accepted = std::move(fd); }).get();
    const Fd client = connect_unix(path("s")).get();
    ASSERT_TRUE(loop.run_until([&] { return accepted.valid(); }, soon()));
    FdPair pair = socket_pair().get();
    const int passed = pair.first.get();
    ASSERT_TRUE(send_descriptors(client.get(), view_of("here"), {&passed, 1}));
    pair.first.reset();
    const Delivery delivery = receive_descriptors(accepted.get(), 100).get();
    EXPECT_EQ(text_of(delivery.bytes), "here");
    ASSERT_EQ(delivery.descriptors.size(), 1U);
    ASSERT_TRUE(write_message(delivery.descriptors[0].get(), view_of("through")));
    EXPECT_EQ(text_of(read_message(pair.second.get(), 100).get()), "through");
}

TEST_F(UnixSocket, ReplacesAStaleFileButNotALiveListener) {
    EventLoop loop;
    const auto ignore = [](const Fd&) {};
    {
        const auto first = UnixListener::listen(loop, path("s"), ignore);
        EXPECT_EQ(UnixListener::listen(loop, path("s"), ignore).error().code, ErrorCode::Exists);
        ASSERT_EQ(::link(path("s").c_str(), path("stale").c_str()), 0);
    }
    EXPECT_EQ(connect_unix(path("stale")).error().code, ErrorCode::Refused);
    EXPECT_TRUE(UnixListener::listen(loop, path("stale"), ignore));
    EXPECT_FALSE(connect_unix(std::string(200, 'x')));
}

Bytes program_bytes(const std::string& path) { return read_file(path, 64U << 20).get(); }

TEST(SealedMemfd, CannotBeChangedByAnybody) {
    const Fd fd = create_sealed_memfd("test", view_of("fixed")).get();
    EXPECT_EQ(::pwrite(fd.get(), "x", 1, 0), -1);
    EXPECT_EQ(::ftruncate(fd.get(), 0), -1);
    EXPECT_EQ(::ftruncate(fd.get(), 10), -1);
    EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL), -1);
    EXPECT_EQ(read_file("/proc/self/fd/" + std::to_string(fd.get()), 10).get(),
              to_bytes(std::string_view("fixed")));
}

TEST(SealedMemfd, RunsWithTheGivenDescriptorsAndNothingElse) {
    const Fd program = create_sealed_memfd("sh", program_bytes("/bin/dash")).get();
    FdPair pair = socket_pair().get();
    const Fd leak(::open("/dev/null", O_RDONLY));  // deliberately without O_CLOEXEC
    Process child =
        spawn_fd(program.get(), {.arguments = {"-c", "echo /proc/self/fd/* >&3; set >&3"},
                                 .name = "measured",
                                 .descriptors = {{pair.second.get(), 3}}})
            .get();
    pair.second.reset();
    EXPECT_TRUE(child.wait().success());
    Bytes said(65536);
    said.resize(static_cast<std::size_t>(::read(pair.first.get(), said.data(), said.size())));
    const std::string_view first_line = text_of(said).substr(0, text_of(said).find('\n'));
    EXPECT_EQ(first_line.substr(0, 56), "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/se");
    EXPECT_EQ(first_line.find("/proc/self/fd/" + std::to_string(leak.get())), std::string::npos);
    EXPECT_EQ(text_of(said).find("HOME="), std::string::npos);
}

TEST(Process, TellsItsExitToTheLoop) {
    EventLoop loop;
    Process child = spawn("/bin/sh", {.arguments = {"-c", "exit 3"}}).get();
    std::optional<ExitStatus> ended;
    child.on_exit(loop, [&](ExitStatus status) { ended = status; });
    ASSERT_TRUE(loop.run_until([&] { return ended.has_value(); }, soon()));
    EXPECT_EQ(ended->code, 3);
}

TEST(Process, ThatCannotStartIsAnError) {
    EXPECT_EQ(spawn("/no/such/program", {}).error().code, ErrorCode::NotFound);
    EXPECT_EQ(spawn("/etc/passwd", {}).error().code, ErrorCode::Denied);
}

TEST(Process, IsKilledWithItsGroupWhenDropped) {
    FdPair pair = socket_pair().get();
    {
        const Process child = spawn("/bin/sh", {.arguments = {"-c", "sleep 100 & sleep 100"},
                                                .descriptors = {{pair.second.get(), 3}},
                                                .group = Group::Own})
                                  .get();
        pair.second.reset();
    }
    EXPECT_EQ(read_message(pair.first.get(), 10).error().code, ErrorCode::Closed);
}

using ProcessOutput = InDirectory;

TEST_F(ProcessOutput, GoesToTheFileAndTheEnvironmentIsAsGiven) {
    Process child = spawn("/bin/sh", {.arguments = {"-c", "echo $A; echo $HOME >&2"},
                                      .environment = {"A=given"},
                                      .output_path = path("log")})
                        .get();
    EXPECT_TRUE(child.wait().success());
    EXPECT_EQ(text_of(read_file(path("log"), 100).get()), "given\n\n");
}

TEST_F(ProcessOutput, DescriptorsMaySwapPlaces) {
    FdPair pair = socket_pair().get();
    const int a = pair.first.get();
    const int b = pair.second.get();
    ASSERT_LT(b, 100);
    Process child =
        spawn("/bin/sh", {.arguments = {"-c", "readlink /proc/self/fd/" + std::to_string(b)},
                          .descriptors = {{a, b}, {b, a}},
                          .output_path = path("log")})
            .get();
    EXPECT_TRUE(child.wait().success());
    std::string expected(100, '\0');
    expected.resize(static_cast<std::size_t>(
        ::readlink(("/proc/self/fd/" + std::to_string(a)).c_str(), expected.data(), 100)));
    EXPECT_EQ(text_of(read_file(path("log"), 100).get()), expected + "\n");
}

}  // namespace
}  // namespace cloister::io
