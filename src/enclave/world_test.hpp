// A chain, a platform and hosts for the enclave's tests: real finality proofs, storage proofs,
// evidence and contract runs over a chain whose rules are only as long as the tests need.
#pragma once

#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "crypto/hpke.hpp"
#include "enclave/enclave.hpp"
#include "platform/platform.hpp"
#include "protocol/calls.hpp"

namespace cloister::enclave::test {

Bytes counter_wasm();  // deploy stores its input's first 4 bytes; call adds 1, answers the sum;
                       // 0xff traps
Secret<32> secret_of(std::uint8_t fill);
AccountId account(std::uint8_t number);
inline const ClusterId cluster = protocol::cluster_id(1);

class Chain {
  public:
    explicit Chain(const platform::Platform& platform, std::uint8_t mark = 0,
                   std::uint32_t notice_blocks = 0);
    void put(const Bytes& key, Bytes value);
    void erase(const Bytes& key);
    template <class T>
    std::optional<T> get(const Bytes& key) const {
        const auto found = state_.find(key);
        if (found == state_.end()) return std::nullopt;
        return scale::decode<T>(found->second).get();
    }
    void seal_block(std::uint8_t mark = 0);
    // Another justified block at an existing height.
    protocol::RelayedBlock fork_of(BlockNumber number) const;
    protocol::RelayedBlock block(std::uint32_t number) const { return blocks_.at(number); }
    std::uint32_t height() const { return static_cast<std::uint32_t>(blocks_.size() - 1); }
    BlockHash hash(std::uint32_t number) const;
    std::optional<std::vector<Bytes>> prove(const BlockHash& block,
                                            const std::vector<Bytes>& keys) const;
    protocol::input::Start start(protocol::Role role, AccountId operator_account) const;

    // Applies an encoded call as its runtime would; false when it refuses.
    bool apply(const AccountId& signer, ByteView call);
    ContractId reserve(ByteView wasm, std::uint8_t salt);
    struct Ask {
        protocol::RequestKind kind = protocol::RequestKind::Call;
        ContractId contract;
        Bytes message;
        std::function<void(protocol::RequestContext&)> distort;  // what the user sealed for
    };
    TaskId request(const Ask& ask);
    // Opens a finalised output with the user's key.
    struct Reply {
        protocol::TaskOutcome outcome{};
        Bytes output;
    };
    std::optional<Reply> reply(TaskId task) const;
    std::vector<protocol::Receipt> receipts;

  private:
    bool register_worker(const AccountId& signer, const protocol::RegisterWorker& call);
    bool post_draw(const protocol::PostDraw& call);
    bool submit(const protocol::SubmitTasks& call);
    protocol::RelayedBlock justified(finality::Header header) const;

    const platform::Platform* platform_;
    crypto::Ed25519Key validator_;
    crypto::X25519Key reply_key_;
    trie::Entries state_;
    trie::NodeMap nodes_;
    std::vector<finality::Header> headers_;
    std::vector<protocol::RelayedBlock> blocks_;
    std::map<TaskId, Bytes> outputs_;
    std::uint64_t now_ms_ = 1'700'000'000'000;
};

// One enclave and its host.
struct Machine {
    Machine(std::uint8_t number, protocol::Role role, const contract::Engine& engine,
            const platform::Platform& platform);
    void step(Instant now, Input input);
    AccountId operator_account;
    protocol::Role role;
    Measurement measurement;
    std::unique_ptr<Enclave> enclave;
    std::vector<Output> outbox;
    std::map<std::string, Bytes> disk;
    std::vector<std::string> logs;
    std::vector<std::pair<std::string, Bytes>> calls;
    std::map<std::uint64_t, protocol::QueryReply> query_replies;
    std::vector<protocol::PeerReply> peer_replies;
    std::optional<protocol::output::Status> status;
    std::optional<protocol::output::Stopped> stopped;
    std::optional<protocol::Session> session;
    std::optional<Bytes> last_peer_request;
    Bytes transcript;  // every output that leaves, encoded
    bool logged(std::string_view code) const;
};

class World {
  public:
    explicit World(std::uint32_t notice_blocks = 0);
    Machine& add(std::uint8_t number, protocol::Role role, std::uint8_t measurement = 7);
    void deliver(Machine& machine, protocol::HostInput message);
    void pump();
    // Lets time go on in steps of 250 ms until it holds; false after `steps`.
    bool until(const std::function<bool()>& holds, int steps = 200);
    void idle(int steps);
    // A gatekeeper and a worker with keys, a deployed counter.
    void start_network();
    ContractId deploy(std::uint8_t salt = 1, std::uint8_t initial = 5);
    bool run_task(TaskId task);

    struct Ask {
        ContractId contract;
        Nonce32 nonce;
        std::function<void(protocol::Query&)> distort;
    };
    std::uint64_t query(Machine& machine, const Ask& ask);
    std::optional<protocol::Answer> answer(std::uint64_t id) const;

    platform::Platform platform;
    contract::Engine engine;
    Chain chain;
    std::vector<std::unique_ptr<Machine>> machines;
    Instant now{1000};
    // The attacker: changes a message to an enclave, or drops it by `false`.
    std::function<bool(Machine&, protocol::HostInput&)> attack;
    bool blocks_made = true;

  private:
    void handle(Machine& machine, const Output& output);
    void handle_host(Machine& machine, const protocol::HostOutput& output);
    std::vector<std::pair<AccountId, Bytes>> pool_;
    std::map<std::uint64_t, crypto::HpkeContext> queries_;
    std::uint64_t next_query_ = 1;
};

}  // namespace cloister::enclave::test
