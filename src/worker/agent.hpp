// The host's agent beside an enclave, worker's or gatekeeper's: relays blocks and proofs, signs and
// submits what the enclave asks for, keeps its sealed blobs, carries queries and gatekeeper
// messages. Untrusted by design: it sees ciphertext only, and an enclave believes nothing that it
// says without a proof.
//
// A deterministic state machine; the shell moves the bytes.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/keyring.hpp"
#include "protocol/host_channel.hpp"

namespace cloister::worker {

struct Config {
    BlockHash genesis;
    protocol::Role role = protocol::Role::Worker;
    ClusterId cluster;     // zero for a gatekeeper
    std::string endpoint;  // where clients reach this host, published on chain
    std::uint32_t spec_version = 1;
    std::uint32_t transaction_version = 1;
    std::size_t open_requests_max = 1024;
};

namespace input {
struct FromEnclave {
    protocol::HostOutput message;
};
// The enclave is a new process: it must be told everything again.
struct EnclaveStarted {};
// The node's answer to output::Rpc; nothing: unreachable or no HTTP 200.
struct RpcDone {
    std::uint64_t id = 0;
    std::optional<std::string> body;
};
struct GatekeeperDone {
    std::optional<Bytes> reply;
};
struct Loaded {
    std::string name;
    std::optional<Bytes> blob;
};
// A client's request to this host.
struct Http {
    enum class Kind : std::uint8_t { Session, Query, Peer, Status } kind = Kind::Status;
    std::uint64_t id = 0;
    Bytes body;
};
struct Tick {};
}  // namespace input
using Input = std::variant<input::FromEnclave, input::EnclaveStarted, input::RpcDone,
                           input::GatekeeperDone, input::Loaded, input::Http, input::Tick>;

namespace output {
struct ToEnclave {
    protocol::HostInput message;
};
struct Rpc {
    std::uint64_t id = 0;
    std::string body;
};
struct ToGatekeeper {
    Bytes bytes;
};
struct Store {
    std::string name;
    Bytes blob;
};
struct Load {
    std::string name;
};
struct HttpReply {
    std::uint64_t id = 0;
    int status = 200;
    bool json = false;
    Bytes body;
};
struct Log {
    std::string code;
    std::string message;
};
}  // namespace output
using Output = std::variant<output::ToEnclave, output::Rpc, output::ToGatekeeper, output::Store,
                            output::Load, output::HttpReply, output::Log>;

class Agent {
  public:
    Agent(Config config, crypto::KeyPair operator_key);
    ~Agent();

    void step(Instant now, const Input& input, std::vector<Output>& out);
    Instant next_wake() const;

    // What the enclave last said of itself.
    const protocol::output::Status& status() const;
    const std::optional<WorkerId>& worker() const;
    bool stopped() const;  // the enclave saw two finality proofs for one height

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cloister::worker
