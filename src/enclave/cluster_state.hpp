// The private state of a cluster: a pure function of the finalised chain. Snapshots are immutable
// and shared, so that a run on another thread and the next command never meet; a command copies the
// one contract it changes.
//
// State root: the trie (state version 1) over
//     contract id ++ 0x00 ++ storage key -> value
//     contract id ++ 0x01                -> code hash, once the contract is instantiated
// It never leaves bare: blinded(n) = HMAC-SHA256(commitment key, domain::commitment ||
// SCALE(cluster, n, root)).
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "base/secret.hpp"
#include "contract/engine.hpp"
#include "trie/trie.hpp"

namespace cloister::enclave {

// By contract::bytes_of_entry, and contract_overhead_bytes for each contract: what a state costs in
// memory, and more than it has when it is sealed.
inline constexpr std::size_t cluster_bytes_max = 64U << 20;
inline constexpr std::size_t contract_overhead_bytes = 512;

// One instantiated contract. Its values are wiped when the last holder lets go.
struct ContractMemory {
    ContractMemory() = default;
    ContractMemory(const ContractMemory&) = default;
    ContractMemory& operator=(const ContractMemory&) = delete;
    ~ContractMemory();
    CodeHash code;
    contract::State storage;
};
using Contracts = std::map<ContractId, std::shared_ptr<const ContractMemory>>;

struct Snapshot {
    Sequence sequence;
    std::shared_ptr<const Contracts> contracts = std::make_shared<const Contracts>();
    Hash256 root;
    Hash256 blinded;
    std::size_t bytes = 0;  // of all contracts, as cluster_bytes_max counts
    const ContractMemory* find(const ContractId& contract) const;
};

// What a command did to its contract.
struct StateChange {
    ContractId contract;
    std::optional<CodeHash> instantiated;  // set by a successful deploy
    std::map<Bytes, std::optional<Bytes>> writes;
};

class ClusterState {
  public:
    ClusterState(const ClusterId& cluster, const Secret<32>& commitment_key);
    ClusterState(const ClusterState&) = delete;
    ClusterState& operator=(const ClusterState&) = delete;
    ~ClusterState();  // wipes

    const Snapshot& newest() const { return snapshots_.rbegin()->second; }
    const Snapshot* at(Sequence sequence) const;
    void forget_before(Sequence sequence);  // keeps the newest
    // Whether the cluster stays below cluster_bytes_max.
    bool fits(const StateChange& change) const;
    // The next command changed this, or nothing. Returns the new snapshot.
    const Snapshot& commit(const std::optional<StateChange>& change);
    // What these contracts are as of `sequence`; to compare with the chain before it is taken.
    Snapshot snapshot_of(Sequence sequence, Contracts contracts) const;
    void restore(Snapshot snapshot);

  private:
    Hash256 blind(Sequence sequence, const Hash256& root) const;
    void update_root(const trie::Changes& changes, const Contracts& contracts,
                     std::size_t state_bytes);
    void rebuild(const Contracts& contracts);

    ClusterId cluster_;
    Secret<32> commitment_key_;
    std::map<Sequence, Snapshot> snapshots_;
    // The trie of the newest snapshot; stale nodes stay until there are too many.
    Hash256 root_;
    trie::NodeMap nodes_;
    std::size_t node_bytes_ = 0;
};

// SCALE of all contracts, and back; nothing for bytes that are no such state or above the limits.
SecretBytes encode_contracts(const Contracts& contracts);
std::optional<Contracts> parse_contracts(ByteView bytes);

}  // namespace cloister::enclave
