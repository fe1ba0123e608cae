// Around the node and its RPC server: database, HTTP and time. Each batch of the node is on disk
// before anything that rests on it is told.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "io/event_loop.hpp"
#include "io/http_server.hpp"
#include "io/kv.hpp"
#include "output.hpp"
#include "rpc/server.hpp"

namespace cloister::app {

struct NodeOptions {
    std::string base_path;
    std::uint16_t rpc_port = 9944;
    std::uint64_t block_time_ms = 0;
    // The HTTP server's, whose bounds on memory and time are stated in io/http_server.hpp.
    std::uint64_t idle_timeout_ms = 60'000;
    std::uint64_t request_timeout_ms = 10'000;
    std::string genesis_config;  // empty: genesis.scale in the base path
    io::DiskOptions disk{};
};

class NodeShell {
  public:
    // Opens the database, makes block 0 if it is empty, and listens.
    static Result<std::unique_ptr<NodeShell>, Problem> open(io::EventLoop& loop,
                                                            const NodeOptions& options);

    std::uint16_t rpc_port() const { return http_->port(); }
    const BlockHash& genesis() const { return node_->genesis_hash(); }
    BlockNumber newest() const { return node_->newest().number; }
    // Why the loop was stopped, if it was not asked for: the disk refused a write.
    const std::optional<Problem>& failure() const { return failure_; }

  private:
    NodeShell(io::EventLoop& loop, io::KeyValue database)
        : loop_(loop), database_(std::move(database)) {}

    Result<void, Problem> start(const NodeOptions& options);
    void on_request(io::HttpRequest request, io::Responder responder);
    void on_websocket(io::Responder responder);
    void ask(rpc::Request request);
    void reply(rpc::output::Reply reply);
    void run_rpc(std::vector<rpc::Output> outputs);
    void run_node(const node::Input& input);
    void apply(const std::vector<node::Output>& outputs);
    void on_timer();
    void set_timer();

    io::EventLoop& loop_;
    io::KeyValue database_;
    std::optional<node::Node> node_;
    std::optional<rpc::Server> rpc_;
    struct Open {
        io::Responder responder;
        io::HttpHeaders headers;
    };
    // Who gets the answer: an HTTP request, or the WebSocket of this connection.
    std::map<rpc::RequestId, std::variant<Open, rpc::ConnectionId>> open_;
    std::map<rpc::ConnectionId, io::WebSocket> sockets_;
    rpc::ConnectionId next_connection_ = 1;
    rpc::RequestId next_request_ = 1;
    std::optional<io::TimerId> timer_;
    std::optional<Problem> failure_;
    std::optional<io::HttpServer> http_;
};

}  // namespace cloister::app
