// PhalaRegistry: workers and gatekeepers with their evidence checked, endpoints, and the public
// keys of epochs, clusters and contracts (DESIGN.md section 7).
#pragma once

#include "protocol/registry.hpp"
#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::registry {

inline constexpr std::size_t cluster_workers_max = 1024;
inline constexpr std::size_t gatekeepers_max = 64;

enum class Error : std::uint8_t {
    UnsupportedVersion,  // a registration of another version
    WrongGenesis,        // made for another chain
    WrongOperator,       // signed by another account than it names
    StaleRegistration,   // its block is not on this chain or too old
    WorkerTaken,         // the identity belongs to another operator
    UnknownCluster,      // a worker for a cluster that does not exist
    ClusterFull,         // no room in the cluster, or among the gatekeepers
    BondTooSmall,        // the operator bonded less than Stake.WorkerBondMin
    QuoteNotAuthentic,   // attest::verify refuses the evidence
    ForeignPlatform,     // evidence of a simulated platform on a real chain, or the other way round
    ReportDataMismatch,  // authentic evidence that binds another registration
    MeasurementNotApproved,  // an enclave that governance did not approve
    DebugEnclave,            // a debug enclave
    PolicyRefused,           // authentic, but the policy says no
    NotGatekeeper,           // an operator or enclave without that role
    UnknownWorker,           // no such worker is registered
    InvalidEpochKey,         // threshold, holders or points make no sense
    WrongEpoch,              // another epoch than the current one
    AlreadyPublished,        // the same key is there
    KeyMismatch,             // another key is there
    NotInCluster,            // the publishing enclave does not serve that cluster
    UnknownContract,         // no such contract
    BadSignature,            // the publishing enclave did not sign this
    MeasurementInNotice,     // the publishing enclave's notice period is not over
};
constexpr Error scale_last(Error) { return Error::MeasurementInNotice; }
constexpr Pallet pallet_of(Error) { return Pallet::PhalaRegistry; }

namespace events {
struct WorkerRegistered {
    static constexpr Pallet pallet = Pallet::PhalaRegistry;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "WorkerRegistered";
    static constexpr std::string_view field_list =
        "worker: H256, operator: AccountId, role: Role, simulated: bool";
    WorkerId worker;
    AccountId operator_account;
    protocol::Role role = protocol::Role::Worker;
    bool simulated = false;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.worker, s.operator_account, s.role, s.simulated);
    }
};
struct WorkerRetired {
    static constexpr Pallet pallet = Pallet::PhalaRegistry;
    static constexpr std::uint8_t variant = 1;
    static constexpr std::string_view name = "WorkerRetired";
    static constexpr std::string_view field_list = "worker: H256";
    WorkerId worker;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.worker); }
};
struct EpochKeyPublished {
    static constexpr Pallet pallet = Pallet::PhalaRegistry;
    static constexpr std::uint8_t variant = 2;
    static constexpr std::string_view name = "EpochKeyPublished";
    static constexpr std::string_view field_list = "epoch: u32";
    KeyEpoch epoch;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.epoch); }
};
struct ClusterKeyPublished {
    static constexpr Pallet pallet = Pallet::PhalaRegistry;
    static constexpr std::uint8_t variant = 3;
    static constexpr std::string_view name = "ClusterKeyPublished";
    static constexpr std::string_view field_list = "cluster: H256";
    ClusterId cluster;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.cluster); }
};
struct ContractKeyPublished {
    static constexpr Pallet pallet = Pallet::PhalaRegistry;
    static constexpr std::uint8_t variant = 4;
    static constexpr std::string_view name = "ContractKeyPublished";
    static constexpr std::string_view field_list = "contract: H256";
    ContractId contract;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.contract); }
};
}  // namespace events

const PalletEntry& declaration();
Bytes gatekeeper_operators_key();

std::optional<protocol::WorkerInfo> find_worker(const Overlay& state, const WorkerId& worker);
std::vector<WorkerId> workers_of(const Overlay& state, const ClusterId& cluster);
bool serves(const Overlay& state, const WorkerId& worker, const ClusterId& cluster);
// It serves the cluster, and its measurement may serve in this block.
bool may_be_drawn(const Context& context, const WorkerId& worker, const ClusterId& cluster);
KeyEpoch current_epoch(const Overlay& state);

// `block` with this hash lies below `number`, on this chain, at most `age_max` blocks back.
struct BlockClaim {
    BlockNumber block;
    BlockHash hash;
    std::uint32_t age_max = 0;
};
bool is_recent(const Context& context, const BlockClaim& claim);

// The operator's registration goes, if there is one.
void retire_worker_of(Context& context, const AccountId& operator_account);

// The calls; the declaration gathers them from two sources.
Dispatch register_worker(Context&, const AccountId&, const protocol::RegisterWorker&);
Dispatch update_worker_endpoint(Context&, const AccountId&, const protocol::UpdateWorkerEndpoint&);
Dispatch publish_epoch_key(Context&, const AccountId&, const protocol::PublishEpochKeyCall&);
Dispatch publish_cluster_key(Context&, const AccountId&, const protocol::PublishClusterKeyCall&);
Dispatch publish_contract_key(Context&, const AccountId&, const protocol::PublishContractKeyCall&);

}  // namespace cloister::runtime::registry
