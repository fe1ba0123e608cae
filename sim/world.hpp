// A whole network in one deterministic process: node, simulated platform, workers' hosts and
// enclaves, a gatekeeper, all as the same state machines that the programs drive, joined by
// messages on virtual time. One seed, one history: the transcript's hash tells two runs apart.
//
// Hosts are the attacker, so every link can be bent: `Hooks` sees each message and may drop or
// change it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "client/chain.hpp"
#include "contract/engine.hpp"
#include "crypto/entropy.hpp"
#include "enclave/enclave.hpp"
#include "node/node.hpp"
#include "platform/platform.hpp"
#include "rpc/server.hpp"
#include "sim/hooks.hpp"
#include "worker/agent.hpp"

namespace cloister::sim {

inline constexpr std::size_t gatekeeper_index = 0;  // members: 0 is the gatekeeper, workers follow

// What worlds of one process may share: both are costly to make and never change.
struct Fixtures {
    std::shared_ptr<const contract::Engine> engine;
    std::shared_ptr<const platform::Platform> platform;
};

struct WorldConfig {
    std::uint64_t seed = 1;
    std::size_t workers = 3;
    std::uint64_t start_unix_ms = 1'790'000'000'000;
    Fixtures fixtures{};  // what is absent is made from the seed
};

// An extrinsic that was included in a block and failed there.
struct Failure {
    BlockNumber block;
    std::string error;  // "Tasks.RequestIdSeen"
};

struct LogLine {
    std::size_t member = 0;
    std::string code;
    std::string message;
};

class World {
  public:
    explicit World(const WorldConfig& config);
    ~World();

    // Runs events until `done` holds; false if virtual time passes `limit_ms` from now first.
    bool run_until(const std::function<bool()>& done, std::uint64_t limit_ms);
    void run_for(std::uint64_t milliseconds);
    // Registered, with keys, fresh (workers), or with a share (the gatekeeper).
    bool ready() const;

    // What a client of this world uses; both run the world while they wait.
    client::Transport transport();
    client::Clock clock();
    client::Chain chain();
    // One request to a member's host; nothing if it did not answer within ten virtual seconds.
    std::optional<Bytes> http(std::size_t member, worker::input::Http::Kind kind, Bytes body);
    crypto::Entropy client_entropy(std::string_view who) const;

    // The host kills its enclave and starts a new one; with `measurement` given, a changed program.
    void restart_enclave(std::size_t member, std::optional<Measurement> measurement = {});
    // A frozen enclave: the host gives it nothing and takes nothing, but its time goes on.
    void freeze(std::size_t member) { frozen_.insert(member); }
    void thaw(std::size_t member) { frozen_.erase(member); }
    // A second process of the same program on the same machine, told to start as the first was;
    // ended by the next restart.
    void clone_enclave(std::size_t member);
    // The machine loses its power: agent and enclave are gone, the disk stays.
    void crash_machine(std::size_t member);
    void start_machine(std::size_t member);
    bool is_up(std::size_t member) const;
    void set_host_clock(std::size_t member, std::uint64_t ahead_ms);
    // The node's machine loses its power, there or at the next point of that kind; it comes back
    // from its database alone.
    void crash_node(PowerCut where);
    void start_node();
    bool node_is_up() const { return node_up_; }
    // Does it after so much virtual time.
    void after(std::uint64_t delay_ms, std::function<void()> act);
    // Bytes straight into an enclave, past the host's agent.
    void inject(std::size_t member, protocol::HostInput message);

    Hooks hooks;
    const node::Node& node() const { return *node_; }
    const platform::Platform& platform() const { return *platform_; }
    const Measurement& measurement() const { return measurement_; }
    const ClusterId& cluster() const { return cluster_; }
    const worker::Agent& agent(std::size_t member) const;
    std::size_t members() const { return members_.size(); }
    const std::vector<LogLine>& logs() const { return logs_; }
    bool logged(std::size_t member, std::string_view code) const;
    const std::vector<Failure>& failures() const { return failures_; }
    bool failed(std::string_view error) const;
    std::map<std::string, Bytes>& blobs(std::size_t member);  // a host's disk
    const crypto::Ed25519Key& authority_key() const { return authority_; }
    const Hash256& transcript() const { return transcript_; }
    Instant now() const { return now_; }
    std::uint64_t events() const { return handled_; }  // handled so far

  private:
    struct Process;
    struct Machine;
    struct Event {
        Instant at;
        std::uint64_t order;
        std::function<void()> act;
        bool operator<(const Event& other) const {
            return std::tie(other.at, other.order) < std::tie(at, order);
        }
    };

    void note(std::string_view link, ByteView bytes);
    std::uint64_t delay();
    bool run_one();
    void load_node();
    void start_member(std::size_t index);
    void load_agent(std::size_t index);
    std::uint64_t start_process(std::size_t index);  // its life
    void step_node(const node::Input& input);
    void node_outputs(std::vector<node::Output> outputs);
    void rpc_outputs(std::vector<rpc::Output> outputs);
    using RpcDone = std::function<void(std::optional<std::string>)>;
    struct Caller {
        Link link;
        std::size_t member;
    };
    void ask_rpc(const std::string& body, Caller caller, RpcDone done);
    void reach_rpc(const std::string& body, const RpcDone& done);
    void ask_gatekeeper(std::size_t index, const Bytes& bytes);
    Copies carry(Link link, std::size_t member);
    void to_enclave(std::size_t member, const protocol::HostInput& message);
    bool alive(std::size_t member, std::uint64_t life) const;
    void step_agent(std::size_t index, const worker::Input& input);
    void agent_output(std::size_t index, worker::Output& output);
    void step_enclave(std::size_t index, std::uint64_t life, const enclave::Input& input);
    void enclave_output(std::size_t index, std::uint64_t life, enclave::Output& output);
    void schedule_wakes();
    void wake_member(std::size_t index, Instant& first, std::function<void()>& act);
    node::Now node_now() const;

    WorldConfig config_;
    crypto::Entropy random_;
    Instant now_{1000};
    std::uint64_t order_ = 0;
    std::uint64_t handled_ = 0;
    std::priority_queue<Event> events_;
    Hash256 transcript_;

    std::shared_ptr<const platform::Platform> platform_;
    std::shared_ptr<const contract::Engine> engine_;
    Measurement measurement_;
    ClusterId cluster_;
    crypto::Ed25519Key authority_;
    std::map<Bytes, Bytes> database_;
    std::unique_ptr<node::Node> node_;
    std::unique_ptr<rpc::Server> rpc_;
    bool node_up_ = true;
    std::uint64_t node_life_ = 0;
    std::optional<PowerCut> power_cut_;  // waits for the next write
    std::map<rpc::RequestId, RpcDone> rpc_open_;
    rpc::RequestId next_rpc_ = 1;
    std::vector<std::unique_ptr<Machine>> members_;
    std::set<std::size_t> frozen_;
    std::vector<LogLine> logs_;
    std::vector<Failure> failures_;
    std::map<std::uint64_t, std::function<void(worker::output::HttpReply)>> http_open_;
    std::uint64_t next_http_ = 1;
};

}  // namespace cloister::sim
