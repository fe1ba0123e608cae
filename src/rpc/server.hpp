// JSON-RPC 2.0 as Substrate nodes speak it (substrate.md section 1), over any transport: request
// bodies in, reply bodies out. No sockets. Every request and batch is bounded; every error has its
// code, message and a hint.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "node/node.hpp"

namespace cloister::rpc {

struct Limits {
    std::size_t body_bytes_max = 9U << 20;  // an extrinsic of 4 MiB in hexadecimal
    std::size_t batch_max = 64;
    std::size_t waiting_max = 4096;  // open long polls and submissions
    std::uint64_t wait_ms_max = 30'000;
};

// What a chain calls itself.
struct ChainInfo {
    std::string chain = "Cloister Development";
    std::string node_version = "0.1.0";
    std::string chain_type = "Development";
};

using RequestId = std::uint64_t;

namespace output {
struct Reply {
    RequestId request = 0;
    std::string body;
};
// Hand it to the node; tell `on_node_output` what came back.
struct Submit {
    node::input::Submit submit;
};
}  // namespace output
using Output = std::variant<output::Reply, output::Submit>;

class Server {
  public:
    // `node` must outlive the server.
    Server(const node::Node& node, ChainInfo info, Limits limits = {});
    ~Server();

    void handle(Instant now, RequestId request, std::string_view body, std::vector<Output>& out);
    void on_node_output(const node::Output& output, std::vector<Output>& out);
    // Ends long polls whose time is over.
    void tick(Instant now, std::vector<Output>& out);
    Instant next_wake() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cloister::rpc
