// What all parts of the enclave share during a step: time, entropy, the followed chain, who the
// enclave is and what the chain says at the block under work. Parts see each other only through it.
#pragma once

#include "crypto/ed25519.hpp"
#include "crypto/entropy.hpp"
#include "enclave/follower.hpp"
#include "enclave/keys.hpp"
#include "protocol/query.hpp"

namespace cloister::enclave {

// Start, once accepted.
struct Mission {
    BlockHash genesis;
    protocol::Role role = protocol::Role::Worker;
    AccountId operator_account;
    ClusterId cluster;
};

// Keys born here at every start (DESIGN.md section 7, "Identity").
struct Identity {
    crypto::Ed25519Key signing;
    crypto::X25519Key encryption;
    crypto::X25519Key session;
    WorkerId worker() const { return WorkerId(signing.public_key().view()); }
};

// The items that every part needs, all proven at one block.
struct View {
    At at;
    UnixMillis time;
    std::optional<WorkerId> operator_worker;  // the operator's newest registration
    std::vector<WorkerId> gatekeepers;
    std::optional<protocol::EpochKey> epoch_key;
    // A worker's alone:
    std::optional<protocol::ClusterKey> cluster_key;
    std::vector<WorkerId> members;  // of the cluster, this one included when it is registered
    std::vector<ContractId> pending_keys;
    std::vector<protocol::PendingDraw> draws;
    Sequence next_sequence{1};
    protocol::AcceptedState accepted;
};

struct Timer {
    std::optional<Instant> last;
};

class Core {
  public:
    Core(Birth birth, const contract::Engine& contract_engine);

    // True at first and then every `interval_ms`; asks to be woken for the next time.
    bool due(Timer& timer, std::uint64_t interval_ms);
    void wake_at(Instant when) { wake = std::min(wake, when); }
    std::uint64_t next_id() { return ++id_; }
    Nonce32 fresh_nonce();
    crypto::X25519Key fresh_key();
    bool is_gatekeeper() const { return mission->role == protocol::Role::Gatekeeper; }
    bool knows_gatekeeper(const WorkerId& worker) const;
    crypto::Ed25519Signature sign(ByteView message) const { return identity.signing.sign(message); }
    // Signed by the identity, made anew when the session key is.
    protocol::Session session() const;
    void announce();  // Identity, with the session

    const contract::Engine& engine;
    crypto::Entropy entropy;
    Secret<32> seal_key;
    Measurement measurement;
    Identity identity;

    std::uint64_t step = 0;  // counts Enclave::step
    Instant now;
    Instant wake;
    Outbox out;
    std::optional<Mission> mission;
    Follower follower;
    Reads reads;
    std::optional<View> view;  // of the block under work, once its items are proven
    bool registered = false;

  private:
    std::uint64_t id_ = 0;
};

// Reads all items of `view` at `at`; nothing until they are proven.
std::optional<View> read_view(Core& core, const At& at);

}  // namespace cloister::enclave
