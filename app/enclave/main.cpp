// cloister-enclave: the shell around enclave::Enclave. No arguments, no environment; descriptor 3
// is the host, descriptor 4 the platform.

#include <poll.h>
#include <signal.h>
#include <sys/random.h>

#include <array>
#include <cerrno>

#include "channel.hpp"
#include "clock.hpp"
#include "harden.hpp"
#include "platform/messages.hpp"
#include "runner.hpp"
#include "secret_pages.hpp"
#include "wiping.hpp"

namespace {

using namespace cloister;
using app::Channel;

// An end and an error show themselves when they are read.
constexpr int readable = POLLIN | POLLHUP | POLLERR;
constexpr int host_gone = 0;
constexpr int cannot_start = 1;
constexpr int platform_gone = 2;
constexpr int host_malformed = 3;
// The host reads slower than the enclave has to say: until it catches up it is not listened to.
constexpr std::size_t outgoing_bytes_max = 96U << 20;

void wipe(platform::SealKeyResponse& response) {
    base::wipe(response.key.data(), response.key.size());
}

// Asks before anything else goes on; waits for the answer.
std::optional<platform::EnclaveResponse> ask(Channel& channel,
                                             const platform::EnclaveRequest& request) {
    channel.send(scale::encode(request));
    for (;;) {
        if (auto frame = channel.take()) {
            auto response = scale::decode<platform::EnclaveResponse>(*frame);
            base::wipe(frame->data(), frame->size());
            if (!response) return std::nullopt;
            std::optional<platform::EnclaveResponse> out(*response);
            if (auto* key = std::get_if<platform::SealKeyResponse>(&*response)) wipe(*key);
            return out;
        }
        if (channel.broken() || channel.ended()) return std::nullopt;
        const short wanted = channel.wants_to_write() ? POLLIN | POLLOUT : POLLIN;
        pollfd poll{channel.file(), wanted, 0};
        if (::poll(&poll, 1, -1) < 0 && errno != EINTR) return std::nullopt;
        if ((poll.revents & POLLOUT) != 0) channel.write_some();
        if ((poll.revents & readable) != 0) channel.read_some();
    }
}

// Never inlined: what it leaves on the stack is wiped once it is back.
[[gnu::noinline]] std::optional<enclave::Birth> be_born(Channel& channel) {
    enclave::Birth birth;
    if (::getrandom(birth.entropy.writable(), 32, 0) != 32) return std::nullopt;
    auto measurement = ask(channel, platform::MeasurementRequest{});
    auto key = ask(channel, platform::SealKeyRequest{});
    if (!measurement || !key) return std::nullopt;
    const auto* measured = std::get_if<platform::MeasurementResponse>(&*measurement);
    auto* sealing = std::get_if<platform::SealKeyResponse>(&*key);
    if (measured == nullptr || sealing == nullptr) return std::nullopt;
    birth.measurement = measured->measurement;
    birth.seal_key = Secret<32>(sealing->key.view());
    wipe(*sealing);
    return birth;
}

class Shell {
  public:
    Shell(enclave::Birth birth, const contract::Engine& engine,
          std::pmr::memory_resource* key_memory, Channel& platform_channel)
        : enclave_(std::move(birth), engine, key_memory),
          host_(platform::enclave_host_descriptor, protocol::host_message_bytes_max),
          platform_(platform_channel) {}

    void report(std::span<const app::Measure* const> missing) {
        for (const app::Measure* measure : missing) {
            host_.send(scale::encode(protocol::HostOutput(
                protocol::output::Log{"HardeningMissing", std::string(measure->name)})));
        }
    }

    int run() {
        for (;;) {
            wait();
            if (platform_.broken() || platform_.ended()) return platform_gone;
            if (host_.broken()) return host_malformed;
            if (!take_platform()) return platform_gone;
            for (app::Runner* runner : {&commands_, &queries_}) {
                for (auto& result : runner->take()) step(std::move(result));
            }
            if (!take_host()) return host_malformed;
            if (host_.ended()) return host_gone;
            if (clock_.now() >= enclave_.next_wake()) step(enclave::input::Tick{});
        }
    }

  private:
    bool host_is_slow() const { return host_.outgoing_bytes() > outgoing_bytes_max; }

    void wait() {
        const Instant now = clock_.now();
        const Instant wake = enclave_.next_wake();
        const int timeout_ms =
            wake > now ? static_cast<int>(std::min<std::uint64_t>(wake.value - now.value, 60'000))
                       : 0;
        const auto events = [](const Channel& channel, bool listen) {
            const int in = listen ? POLLIN : 0;
            return static_cast<short>(in | (channel.wants_to_write() ? POLLOUT : 0));
        };
        std::array<pollfd, 4> files{{{host_.file(), events(host_, !host_is_slow()), 0},
                                     {platform_.file(), events(platform_, true), 0},
                                     {commands_.event_file(), POLLIN, 0},
                                     {queries_.event_file(), POLLIN, 0}}};
        if (::poll(files.data(), files.size(), timeout_ms) <= 0) return;
        if ((files[0].revents & POLLOUT) != 0) host_.write_some();
        if ((files[0].revents & readable) != 0) host_.read_some();
        if ((files[1].revents & POLLOUT) != 0) platform_.write_some();
        if ((files[1].revents & readable) != 0) platform_.read_some();
    }

    // The platform answers in the order in which it was asked.
    bool take_platform() {
        while (const auto frame = platform_.take()) {
            auto response = scale::decode<platform::EnclaveResponse>(*frame);
            if (!response || quotes_.empty()) return false;
            auto* quote = std::get_if<platform::QuoteResponse>(&*response);
            if (quote == nullptr) return false;
            const std::uint64_t id = quotes_.front();
            quotes_.pop_front();
            step(enclave::input::Quoted{id, std::move(quote->quote)});
        }
        return !platform_.broken();
    }

    bool take_host() {
        while (!host_is_slow()) {
            const auto frame = host_.take();
            if (!frame) break;
            auto message = scale::decode<protocol::HostInput>(*frame);
            if (!message) {
                const auto error = std::string(scale::name_of(message.error().error));
                host_.send(scale::encode(
                    protocol::HostOutput(protocol::output::Log{"MalformedMessage", error})));
                continue;
            }
            step(enclave::input::FromHost{std::move(*message)});
        }
        return !host_.broken();
    }

    void step(const enclave::Input& input) {
        std::vector<enclave::Output> outputs;
        enclave_.step(clock_.now(), input, outputs);
        app::wipe_stack();
        for (enclave::Output& output : outputs) {
            if (const auto* to_host = std::get_if<enclave::output::ToHost>(&output)) {
                host_.send(scale::encode(to_host->message));
            } else if (const auto* need = std::get_if<enclave::output::NeedQuote>(&output)) {
                quotes_.push_back(need->id);
                platform_.send(scale::encode(platform::EnclaveRequest(
                    platform::QuoteRequest{platform::ReportData(need->report_data.view())})));
            } else {
                const auto& execution = std::get<enclave::output::Execute>(output).execution;
                const bool is_query = execution->kind() == enclave::Execution::Kind::Query;
                (is_query ? queries_ : commands_).submit(execution);
            }
        }
    }

    app::Clock clock_;
    enclave::Enclave enclave_;
    Channel host_;
    Channel& platform_;
    // A long command delays no query, and no number of queries a command.
    app::Runner commands_;
    app::Runner queries_;
    std::deque<std::uint64_t> quotes_;
};

}  // namespace

int main() {
    const auto missing_at_start = app::harden(app::Measure::When::AtStart);
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    std::pmr::memory_resource* const key_memory = app::map_secret_pages();
    if (key_memory == nullptr) return cannot_start;
    Channel channel(platform::enclave_platform_descriptor, platform::response_frame_bytes_max);
    auto birth = be_born(channel);
    if (!birth) return cannot_start;
    const contract::Engine engine{contract::Limits()};
    Shell shell(std::move(*birth), engine, key_memory, channel);
    app::wipe_stack();
    const auto missing_before_serving = app::harden(app::Measure::When::BeforeServing);
    shell.report(missing_at_start);
    shell.report(missing_before_serving);
    return shell.run();
}
