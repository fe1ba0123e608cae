#include "node_shell.hpp"

#include <cstdlib>

#include "http_front.hpp"
#include "io/clock.hpp"
#include "io/fd.hpp"
#include "io/file.hpp"
#include "node_genesis.hpp"

namespace cloister::app {
namespace {

constexpr std::uint64_t sleep_ms_max = 60'000;
constexpr std::size_t connections_max = 4096;
// For the database, whose files it may open at any time, and for ourselves.
constexpr std::size_t own_descriptors = 512;

node::Now now() { return {.steady = io::steady_now(), .wall = io::wall_now()}; }

// Memory after a failed read would be a guess about the chain: better no node than a wrong one.
std::optional<Bytes> read_or_stop(const io::KeyValue& database, ByteView key) {
    auto value = database.get(key);
    if (value) return std::move(*value);
    log_line("StorageFailed", value.error().text);
    std::_Exit(exit_failure);
}

// Connections must never take the descriptors that the database needs: that would stop the node.
std::size_t connections_of_limit() {
    const std::size_t most = io::raise_descriptor_limit();
    return std::max<std::size_t>(most > own_descriptors ? most - own_descriptors : 0, most / 2);
}

// The longest body is as long over either transport.
io::HttpLimits http_limits(const NodeOptions& options, const rpc::Limits& limits) {
    io::HttpLimits http{.body_bytes_max = limits.body_bytes_max,
                        .connections_max = std::min(connections_max, connections_of_limit()),
                        .idle_timeout_ms = options.idle_timeout_ms,
                        .request_timeout_ms = options.request_timeout_ms};
    http.websocket = {.connections_max = http.connections_max / 2,
                      .message_bytes_max = limits.body_bytes_max,
                      .idle_timeout_ms = options.idle_timeout_ms,
                      .message_timeout_ms = options.request_timeout_ms};
    return http;
}

Problem listen_problem(const io::Error& error, std::uint16_t port) {
    if (error.code == io::ErrorCode::Exists) {
        return {"PortInUse", "port " + std::to_string(port) + " is taken: " + error.text,
                "choose another with --rpc-port, or stop what listens there"};
    }
    return problem_of(error, "choose another port with --rpc-port");
}

}  // namespace

Result<std::unique_ptr<NodeShell>, Problem> NodeShell::open(io::EventLoop& loop,
                                                            const NodeOptions& options) {
    auto made = io::ensure_directory(options.base_path);
    if (!made) return err(problem_of(made.error(), "is the base path yours?"));
    auto database = io::KeyValue::open(options.base_path + "/db", options.disk);
    if (!database && database.error().code == io::ErrorCode::Busy) {
        return err(Problem{"BasePathInUse", database.error().text,
                           "another node runs on this base path: stop it first"});
    }
    if (!database)
        return err(problem_of(database.error(), "is the disk full, or the base path not yours?"));
    std::unique_ptr<NodeShell> shell(new NodeShell(loop, std::move(*database)));
    CLOISTER_CHECK(shell->start(options));
    return shell;
}

Result<void, Problem> NodeShell::start(const NodeOptions& options) {
    const node::KvView view = [this](ByteView key) { return read_or_stop(database_, key); };
    node::Config config{
        .solo = {.block_time_ms = options.block_time_ms}, .pool = {}, .genesis = {}};
    if (!node::Store(view).newest()) {
        const std::string path = options.genesis_config.empty() ? genesis_path(options.base_path)
                                                                : options.genesis_config;
        CLOISTER_TRY(config.genesis, load_genesis(path));
    }
    CLOISTER_TRY(crypto::Ed25519Key key, load_authority(options.base_path));
    std::vector<node::Output> outputs;
    node_.emplace(config, std::move(key), view, now(), outputs);
    rpc_.emplace(*node_, rpc::ChainInfo{});
    apply(outputs);
    if (failure_) return err(*failure_);
    const rpc::Limits limits;
    auto http =
        io::HttpServer::listen(loop_, "127.0.0.1", options.rpc_port, http_limits(options, limits),
                               [this](io::HttpRequest request, io::Responder responder) {
                                   on_request(std::move(request), std::move(responder));
                               });
    if (!http) return err(listen_problem(http.error(), options.rpc_port));
    http_.emplace(std::move(*http));
    set_timer();
    return {};
}

void NodeShell::on_request(io::HttpRequest request, io::Responder responder) {
    if (auto answer = front(request, Pages::Local)) return responder(std::move(*answer));
    io::HttpHeaders headers = cors_headers(request.origin, Pages::Local);
    const auto refuse = [&](int status, std::string_view code, std::string_view message) {
        responder(json_error(status, code, message, std::move(headers)));
    };
    if (failure_) return refuse(503, "StorageFailed", "the node is stopping");
    if (request.websocket) return on_websocket(std::move(responder));
    if (request.method != "POST")
        return refuse(405, "PostOnly", "JSON-RPC 2.0 over POST, or a WebSocket");
    // A page's form can send any other type to any host without being asked for leave.
    if (!request.content_type.empty() && !is_json(request.content_type))
        return refuse(415, "WrongContentType", "send Content-Type: application/json");
    const rpc::RequestId id = next_request_++;
    open_.emplace(id, Open{.responder = std::move(responder), .headers = std::move(headers)});
    ask({.id = id, .connection = {}, .body = request.body});
}

void NodeShell::on_websocket(io::Responder responder) {
    const rpc::ConnectionId connection = next_connection_++;
    io::WebSocketEvents events{.on_message =
                                   [this, connection](const std::string& message) {
                                       if (failure_) return;
                                       const rpc::RequestId id = next_request_++;
                                       open_.emplace(id, connection);
                                       ask({.id = id, .connection = connection, .body = message});
                                   },
                               .on_closed =
                                   [this, connection] {
                                       rpc_->closed(connection);
                                       std::erase_if(open_, [&](const auto& entry) {
                                           const auto* of =
                                               std::get_if<rpc::ConnectionId>(&entry.second);
                                           return of != nullptr && *of == connection;
                                       });
                                       sockets_.erase(connection);
                                   }};
    sockets_.emplace(connection, responder.upgrade(std::move(events)));
}

void NodeShell::ask(rpc::Request request) {
    std::vector<rpc::Output> outputs;
    rpc_->handle(io::steady_now(), request, outputs);
    run_rpc(std::move(outputs));
    set_timer();
}

void NodeShell::reply(rpc::output::Reply reply) {
    const auto found = open_.find(reply.request);
    if (found == open_.end()) return;
    auto to = std::move(found->second);
    open_.erase(found);
    if (auto* http = std::get_if<Open>(&to)) {
        return http->responder(json_response(200, std::move(reply.body), std::move(http->headers)));
    }
    const auto socket = sockets_.find(std::get<rpc::ConnectionId>(to));
    if (socket != sockets_.end()) socket->second.send(std::move(reply.body));
}

void NodeShell::run_rpc(std::vector<rpc::Output> outputs) {
    for (rpc::Output& output : outputs) {
        if (auto* submit = std::get_if<rpc::output::Submit>(&output)) {
            run_node(std::move(submit->submit));
        } else if (auto* answer = std::get_if<rpc::output::Reply>(&output)) {
            reply(std::move(*answer));
        } else if (auto* notify = std::get_if<rpc::output::Notify>(&output)) {
            const auto socket = sockets_.find(notify->connection);
            if (socket != sockets_.end()) socket->second.send(std::move(notify->body));
        } else {
            const auto& drop = std::get<rpc::output::Drop>(output);
            const auto socket = sockets_.find(drop.connection);
            if (socket != sockets_.end()) socket->second.refuse(drop.reason);
        }
    }
}

void NodeShell::run_node(const node::Input& input) {
    if (failure_) return;
    std::vector<node::Output> outputs;
    node_->step(now(), input, outputs);
    apply(outputs);
}

void NodeShell::apply(const std::vector<node::Output>& outputs) {
    for (const node::Output& output : outputs) {
        if (const auto* write = std::get_if<node::output::Write>(&output)) {
            io::Batch batch;
            for (const auto& [key, value] : write->batch) batch.put(key, value);
            const auto written = database_.write(batch, io::Durability::Synced);
            if (!written) {
                // The node is ahead of its disk now. What follows must never be told.
                failure_ = Problem{"StorageFailed", written.error().text,
                                   "free space on the disk and start again"};
                return loop_.stop();
            }
            continue;
        }
        if (const auto* dropped = std::get_if<node::output::Dropped>(&output)) {
            log_line("Dropped", dropped->reason);
        }
        std::vector<rpc::Output> replies;
        rpc_->on_node_output(io::steady_now(), output, replies);
        run_rpc(std::move(replies));
    }
}

void NodeShell::on_timer() {
    timer_.reset();
    run_node(node::input::Tick{});
    if (failure_) return;
    std::vector<rpc::Output> outputs;
    rpc_->tick(io::steady_now(), outputs);
    run_rpc(std::move(outputs));
    set_timer();
}

void NodeShell::set_timer() {
    if (timer_) loop_.cancel(*timer_);
    const Instant latest(io::steady_now().value + sleep_ms_max);
    const Instant wake = std::min({node_->next_wake(), rpc_->next_wake(), latest});
    timer_ = loop_.call_at(wake, [this] { on_timer(); });
}

}  // namespace cloister::app
