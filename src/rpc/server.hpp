// JSON-RPC 2.0 as Substrate nodes speak it (substrate.md section 1), over any transport: request
// bodies in, reply bodies out, and notifications for those that keep a connection. No sockets.
// Every request, batch, reply and subscription is bounded; every error has its code, message and a
// hint.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/node.hpp"

namespace cloister::rpc {

// What strangers can make the server hold at once: waiting_max slots, subscriptions_max of a few
// hundred bytes, storage_keys_max keys of key_bytes_max, and while one body is answered a small
// multiple of body_bytes_max and twice reply_bytes_max.
struct Limits {
    std::size_t body_bytes_max = 9U << 20;    // an extrinsic of 4 MiB in hexadecimal
    std::size_t reply_bytes_max = 24U << 20;  // a block of 5 MiB in hexadecimal, twice over
    std::size_t batch_max = 64;
    // Open long polls and submissions; beyond, the oldest poll ends early.
    std::size_t waiting_max = 1024;
    std::uint64_t wait_ms_max = 30'000;
    std::size_t subscriptions_max = 8192;
    std::size_t subscriptions_per_connection_max = 128;
    std::size_t storage_keys_max = 16384;
    std::size_t storage_keys_per_connection_max = 1024;
    std::size_t storage_key_bytes_max = 1024;
    std::uint64_t sweep_ms = 1'000;  // how often watched transactions are looked for in the pool
    // Between inBlock and finalized of a watched transaction, though both are true at once: when
    // the second follows on the heels of the first, polkadot-js swallows the first, and whoever
    // waits for isInBlock waits for ever.
    std::uint64_t finalized_delay_ms = 500;
};

// What a chain calls itself.
struct ChainInfo {
    std::string chain = "Cloister Development";
    std::string node_version = "0.1.0";
    std::string chain_type = "Development";
};

using RequestId = std::uint64_t;
using ConnectionId = std::uint64_t;

struct Request {
    RequestId id = 0;
    std::optional<ConnectionId> connection{};  // what can take notifications; none for HTTP
    std::string_view body{};
};

namespace output {
struct Reply {
    RequestId request = 0;
    std::string body;
};
// Hand it to the node; tell `on_node_output` what came back.
struct Submit {
    node::input::Submit submit;
};
struct Notify {
    ConnectionId connection = 0;
    std::string body;
};
// Close it: what it subscribed to can no longer be told within the limits.
struct Drop {
    ConnectionId connection = 0;
    std::string reason;
};
}  // namespace output
using Output = std::variant<output::Reply, output::Submit, output::Notify, output::Drop>;

class Server {
  public:
    // `node` must outlive the server.
    Server(const node::Node& node, ChainInfo info, Limits limits = {});
    ~Server();

    void handle(Instant now, const Request& request, std::vector<Output>& out);
    // Frees all that the connection asked for; nothing is output for it any more.
    void closed(ConnectionId connection);
    void on_node_output(Instant now, const node::Output& output, std::vector<Output>& out);
    // Ends long polls whose time is over, and tells what else is due of watched transactions.
    void tick(Instant now, std::vector<Output>& out);
    Instant next_wake() const;
    std::size_t subscription_count() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cloister::rpc
