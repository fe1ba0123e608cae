#include "worker_shell.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "http_front.hpp"
#include "io/clock.hpp"
#include "io/file.hpp"
#include "protocol/gatekeeper.hpp"
#include "protocol/query.hpp"

namespace cloister::app {
namespace {

constexpr std::uint64_t backoff_ms_min = 100;
constexpr std::uint64_t backoff_ms_max = 10'000;
constexpr std::uint64_t steady_life_ms =
    2'000;  // an enclave that lived so long starts afresh at once
constexpr std::uint64_t rpc_timeout_ms = 40'000;  // above the node's longest poll
constexpr std::uint64_t peer_timeout_ms = 5'000;
constexpr std::uint64_t peer_pause_ms_min = 25;  // doubled with each attempt
constexpr std::uint64_t peer_pause_ms_max = 800;
constexpr std::uint64_t sleep_ms_max = 60'000;
constexpr std::size_t blob_bytes_max = protocol::host_message_bytes_max;

// Names come from the enclave, which is not trusted with our file system either.
bool is_blob_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    };
    return !name.empty() && name.size() <= 64 && name[0] != '.' &&
           std::ranges::all_of(name, allowed);
}

// What a gatekeeper says that has not yet followed the chain as far as the asking enclave: worth
// asking again soon, where the enclave itself would wait for seconds.
bool is_early(std::string_view body) {
    const auto reply = scale::decode<protocol::PeerReply>(view_of(body));
    const auto* error = reply ? std::get_if<protocol::GatekeeperError>(&*reply) : nullptr;
    return error != nullptr && (*error == protocol::GatekeeperError::NotReady ||
                                *error == protocol::GatekeeperError::UnknownWorker ||
                                *error == protocol::GatekeeperError::NotInCluster);
}

std::string blob_path(const WorkerOptions& options, const std::string& name) {
    return options.base_path + "/sealed/" + name;
}

}  // namespace

WorkerShell::WorkerShell(io::EventLoop& loop, WorkerOptions options, OperatorKey operator_key)
    : loop_(loop),
      options_(std::move(options)),
      operator_key_(std::move(operator_key)),
      client_(loop) {}

Result<std::unique_ptr<WorkerShell>, Problem> WorkerShell::open(io::EventLoop& loop,
                                                                WorkerOptions options,
                                                                OperatorKey operator_key) {
    const std::string sealed = options.base_path + "/sealed";
    const auto made = io::ensure_directory(sealed);
    if (!made) return err(problem_of(made.error(), "is the base path yours?"));
    const auto cleaned = io::remove_leftovers(sealed);
    if (!cleaned) return err(problem_of(cleaned.error(), "is the base path yours?"));
    const auto key = operator_key();
    if (!key) return err(key.error());
    std::unique_ptr<WorkerShell> shell(
        new WorkerShell(loop, std::move(options), std::move(operator_key)));
    shell->operator_account_ = key->account();
    const std::uint16_t port = shell->options_.port;
    auto http = io::HttpServer::listen(
        loop, "127.0.0.1", port,
        {.body_bytes_max = protocol::query_bytes_max, .connections_max = 1024},
        [self = shell.get()](io::HttpRequest request, io::Responder responder) {
            self->on_request(std::move(request), std::move(responder));
        });
    if (!http && http.error().code == io::ErrorCode::Exists) {
        return err(Problem{"PortInUse",
                           "port " + std::to_string(port) + " is taken: " + http.error().text,
                           "choose another port, or stop what listens there"});
    }
    if (!http) return err(problem_of(http.error(), "choose another port"));
    shell->http_.emplace(std::move(*http));
    std::string& endpoint = shell->options_.agent.endpoint;
    if (endpoint.empty()) endpoint = "http://127.0.0.1:" + std::to_string(shell->port());
    shell->launch();
    return shell;
}

void WorkerShell::launch() {
    ++life_;
    launched_at_ = io::steady_now();
    auto key = operator_key_();
    if (!key) return launch_later(key.error().message);
    agent_.emplace(options_.agent, std::move(*key));
    auto link = EnclaveLink::launch(
        loop_, options_.enclave,
        {.on_started = [this](const platform::Launched& launched) { on_started(launched); },
         .on_message =
             [this](protocol::HostOutput message) {
                 step(worker::input::FromEnclave{std::move(message)});
             },
         .on_ended = [this](const std::string& reason) { launch_later(reason); }});
    if (!link) return launch_later(link.error().message);
    enclave_ = std::move(*link);
}

void WorkerShell::launch_later(const std::string& reason) {
    log_line("EnclaveEnded", reason);
    enclave_.reset();
    launched_.reset();
    answer_all(503);
    if (agent_ && agent_->stopped()) {
        return log_line(
            "Stopped",
            "the enclave saw two finality proofs for one height: it is not started again");
    }
    const bool lived = io::steady_now().value - launched_at_.value >= steady_life_ms;
    backoff_ms_ =
        lived ? backoff_ms_min : std::clamp(backoff_ms_ * 2, backoff_ms_min, backoff_ms_max);
    loop_.call_after(backoff_ms_, [this] { launch(); });
}

void WorkerShell::on_started(const platform::Launched& launched) {
    launched_ = launched;
    log_line("EnclaveStarted", "pid " + std::to_string(launched.pid) + ", measurement " +
                                   base::to_hex_0x(launched.measurement));
    step(worker::input::EnclaveStarted{});
}

void WorkerShell::step(const worker::Input& input) {
    std::vector<worker::Output> outputs;
    agent_->step(io::steady_now(), input, outputs);
    for (worker::Output& output : outputs) act(output);
    set_timer();
}

void WorkerShell::act(worker::Output& output) {
    if (auto* to_enclave = std::get_if<worker::output::ToEnclave>(&output)) {
        if (enclave_) enclave_->send(to_enclave->message);
    } else if (auto* call = std::get_if<worker::output::Rpc>(&output)) {
        rpc(*call);
    } else if (auto* peer = std::get_if<worker::output::ToGatekeeper>(&output)) {
        ask_gatekeeper(std::make_shared<const std::string>(text_of(peer->bytes)),
                       peer_pause_ms_min);
    } else if (auto* blob = std::get_if<worker::output::Store>(&output)) {
        store(*blob);
    } else if (auto* wanted = std::get_if<worker::output::Load>(&output)) {
        load(wanted->name);
    } else if (auto* line = std::get_if<worker::output::Log>(&output)) {
        log_line(line->code, line->message);
    } else {
        auto& reply = std::get<worker::output::HttpReply>(output);
        answer(reply.id,
               {.status = reply.status,
                .body = std::string(text_of(reply.body)),
                .content_type = reply.json ? "application/json" : "application/octet-stream"});
    }
}

void WorkerShell::set_timer() {
    if (timer_) loop_.cancel(*timer_);
    const Instant latest(io::steady_now().value + sleep_ms_max);
    timer_ = loop_.call_at(std::min(agent_->next_wake(), latest), [this] {
        timer_.reset();
        step(worker::input::Tick{});
    });
}

void WorkerShell::rpc(worker::output::Rpc& call) {
    io::HttpCall request = options_.node;
    request.body = std::move(call.body);
    request.timeout_ms = rpc_timeout_ms;
    client_.request(std::move(request),
                    [this, life = life_, id = call.id](Result<io::HttpResponse, io::Error> done) {
                        if (life != life_) return;
                        worker::input::RpcDone input{.id = id, .body = {}};
                        if (done && done->status == 200) input.body = std::move(done->body);
                        step(input);
                    });
}

void WorkerShell::ask_gatekeeper(std::shared_ptr<const std::string> bytes, std::uint64_t pause_ms) {
    if (!options_.gatekeeper) return step(worker::input::GatekeeperDone{});
    io::HttpCall request = *options_.gatekeeper;
    request.target = "/peer";
    request.body = *bytes;
    request.content_type = "application/octet-stream";
    request.timeout_ms = peer_timeout_ms;
    client_.request(std::move(request),
                    [=, this, life = life_](Result<io::HttpResponse, io::Error> done) {
                        if (life != life_) return;
                        const bool answered = done && done->status == 200;
                        if (pause_ms <= peer_pause_ms_max && (!answered || is_early(done->body))) {
                            loop_.call_after(pause_ms, [=, this] {
                                if (life == life_) ask_gatekeeper(bytes, pause_ms * 2);
                            });
                            return;
                        }
                        worker::input::GatekeeperDone input;
                        if (answered) input.reply = to_bytes(std::string_view(done->body));
                        step(input);
                    });
}

void WorkerShell::store(const worker::output::Store& blob) {
    if (!is_blob_name(blob.name) || blob.blob.size() > blob_bytes_max) {
        return log_line("BlobRefused",
                        "the enclave wants to store under a name or of a size that is not allowed");
    }
    const auto written = io::write_file_atomic(blob_path(options_, blob.name), blob.blob);
    if (!written) log_line("BlobNotStored", written.error().text);
}

void WorkerShell::load(const std::string& name) {
    worker::input::Loaded loaded{.name = name, .blob = {}};
    if (is_blob_name(name)) {
        auto bytes = io::read_file(blob_path(options_, name), blob_bytes_max);
        if (bytes) loaded.blob = std::move(*bytes);
        if (!bytes && bytes.error().code != io::ErrorCode::NotFound)
            log_line("BlobNotRead", bytes.error().text);
    }
    step(loaded);
}

}  // namespace cloister::app
