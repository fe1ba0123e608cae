#include "runtime/phala_registry/registry.hpp"

#include "protocol/storage.hpp"
#include "runtime/attestation/attestation.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/stake/stake.hpp"
#include "runtime/system/system.hpp"

namespace cloister::runtime::registry {

namespace {

namespace storage = protocol::storage;
using protocol::Role;
using protocol::WorkerInfo;

constexpr auto light = linear<200 * microsecond, 500>;
constexpr std::array calls{
    declare_call<protocol::RegisterWorker, register_worker, linear<5 * millisecond, 2000>>(
        "register_worker", "registration: Registration, evidence: Bytes", Access::Signed),
    declare_call<protocol::UpdateWorkerEndpoint, update_worker_endpoint, light>(
        "update_worker_endpoint", "worker: H256, url: Text", Access::Signed),
    declare_call<protocol::PublishEpochKeyCall, publish_epoch_key, light>(
        "publish_epoch_key", "message: PublishEpochKey", Access::Signed),
    declare_call<protocol::PublishClusterKeyCall, publish_cluster_key, light>(
        "publish_cluster_key", "message: PublishClusterKey", Access::Signed),
    declare_call<protocol::PublishContractKeyCall, publish_contract_key, light>(
        "publish_contract_key", "message: PublishContractKey", Access::Signed),
};
constexpr std::array events_{
    declare_event<events::WorkerRegistered>(),     declare_event<events::WorkerRetired>(),
    declare_event<events::EpochKeyPublished>(),    declare_event<events::ClusterKeyPublished>(),
    declare_event<events::ContractKeyPublished>(),
};
Bytes none() { return Bytes{0}; }
Bytes zero() { return scale::encode(std::uint32_t{0}); }
constexpr std::array stored{
    StorageEntry{"Workers", "WorkerInfo", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"OperatorWorker", "H256", Hasher::Twox64Concat, "AccountId", nullptr},
    StorageEntry{"Endpoints", "Bytes", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"Gatekeeper", "Vec<H256>", Hasher::None, "", none},
    StorageEntry{"GatekeeperOperators", "Vec<AccountId>", Hasher::None, "", none},
    StorageEntry{"CurrentEpoch", "u32", Hasher::None, "", zero},
    StorageEntry{"EpochKeys", "EpochKey", Hasher::Twox64Concat, "u32", nullptr},
    StorageEntry{"ClusterKeys", "ClusterKey", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"ContractKeys", "ContractKey", Hasher::Twox64Concat, "H256", nullptr},
};

Error error_of(attestation::Refusal refusal) {
    switch (refusal) {
        case attestation::Refusal::QuoteNotAuthentic: return Error::QuoteNotAuthentic;
        case attestation::Refusal::ForeignPlatform: return Error::ForeignPlatform;
        case attestation::Refusal::ReportDataMismatch: return Error::ReportDataMismatch;
        case attestation::Refusal::MeasurementNotApproved: return Error::MeasurementNotApproved;
        case attestation::Refusal::DebugEnclave: return Error::DebugEnclave;
        case attestation::Refusal::PolicyRefused: return Error::PolicyRefused;
    }
    std::unreachable();
}

// Where a role's enclaves are listed, and how many there may be.
Bytes roll_key(Role role, const ClusterId& cluster) {
    return role == Role::Gatekeeper ? storage::registry_gatekeepers()
                                    : storage::contracts_cluster_workers(cluster);
}

std::vector<WorkerId> roll(const Overlay& state, const Bytes& key) {
    return state.load_or(key, std::vector<WorkerId>{});
}

Dispatch check_role(const Context& context, const protocol::Registration& registration) {
    const AccountId& who = registration.operator_account;
    if (registration.role == Role::Gatekeeper) {
        const auto named =
            context.state.load_or(gatekeeper_operators_key(), std::vector<AccountId>{});
        if (std::ranges::find(named, who) == named.end()) return refuse(Error::NotGatekeeper);
        return {};
    }
    if (!contracts::cluster_exists(context.state, registration.cluster)) {
        return refuse(Error::UnknownCluster);
    }
    if (!stake::has_worker_bond(context.state, who)) return refuse(Error::BondTooSmall);
    return {};
}

Dispatch enlist(Context& context, const WorkerInfo& info) {
    const Bytes key = roll_key(info.role, info.cluster);
    auto members = roll(context.state, key);
    const bool gatekeeper = info.role == Role::Gatekeeper;
    if (members.size() >= (gatekeeper ? gatekeepers_max : cluster_workers_max)) {
        return refuse(Error::ClusterFull);
    }
    members.push_back(info.worker);
    context.state.store(key, members);
    context.state.store(storage::registry_worker(info.worker), info);
    context.state.store(storage::registry_operator_worker(info.operator_account), info.worker);
    return {};
}

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{
        "PhalaRegistry", Pallet::PhalaRegistry, calls, events_, names_of<Error>, stored, {}};
    return entry;
}

Bytes gatekeeper_operators_key() { return storage::prefix("PhalaRegistry", "GatekeeperOperators"); }

std::optional<WorkerInfo> find_worker(const Overlay& state, const WorkerId& worker) {
    return state.load<WorkerInfo>(storage::registry_worker(worker));
}

std::vector<WorkerId> workers_of(const Overlay& state, const ClusterId& cluster) {
    return roll(state, storage::contracts_cluster_workers(cluster));
}

bool serves(const Overlay& state, const WorkerId& worker, const ClusterId& cluster) {
    const auto info = find_worker(state, worker);
    return info && info->role == Role::Worker && info->cluster == cluster;
}

bool may_be_drawn(const Context& context, const WorkerId& worker, const ClusterId& cluster) {
    if (!serves(context.state, worker, cluster)) return false;
    const auto measurement = find_worker(context.state, worker)->measurement;
    return attestation::standing_of(context.state, measurement, context.number) ==
           attestation::Standing::MayServe;
}

KeyEpoch current_epoch(const Overlay& state) {
    return state.load_or(storage::registry_current_epoch(), KeyEpoch{});
}

bool is_recent(const Context& context, const BlockClaim& claim) {
    if (claim.block >= context.number) return false;
    if (context.number.value - claim.block.value > claim.age_max) return false;
    return system::block_hash(context.state, claim.block) == claim.hash;
}

void retire_worker_of(Context& context, const AccountId& operator_account) {
    const Bytes operator_key = storage::registry_operator_worker(operator_account);
    const auto worker = context.state.load<WorkerId>(operator_key);
    if (!worker) return;
    const auto info = find_worker(context.state, *worker);
    CLOISTER_ASSERT(info.has_value());
    const Bytes key = roll_key(info->role, info->cluster);
    auto members = roll(context.state, key);
    std::erase(members, *worker);
    context.state.store(key, members);
    context.state.remove(storage::registry_worker(*worker));
    context.state.remove(storage::registry_endpoint(*worker));
    context.state.remove(operator_key);
    context.deposit(events::WorkerRetired{*worker});
}

Dispatch register_worker(Context& context, const AccountId& who,
                         const protocol::RegisterWorker& call) {
    const auto& registration = call.registration;
    if (registration.version != 1) return refuse(Error::UnsupportedVersion);
    if (registration.genesis != context.genesis) return refuse(Error::WrongGenesis);
    if (registration.operator_account != who) return refuse(Error::WrongOperator);
    if (!is_recent(context, {registration.block, registration.block_hash,
                             protocol::registration_age_blocks_max})) {
        return refuse(Error::StaleRegistration);
    }
    CLOISTER_CHECK(check_role(context, registration));
    const auto known = find_worker(context.state, registration.worker);
    if (known && known->operator_account != who) return refuse(Error::WorkerTaken);
    const auto verdict = attestation::examine(context, call.evidence, report_data_of(registration));
    if (!verdict) return refuse(error_of(verdict.error()));
    retire_worker_of(context, who);
    WorkerInfo info{
        .worker = registration.worker,
        .encryption_key = registration.encryption_key,
        .operator_account = who,
        .role = registration.role,
        .cluster = registration.role == Role::Worker ? registration.cluster : ClusterId{},
        .measurement = verdict->claims.measurement,
        .ppid = decltype(WorkerInfo::ppid)(verdict->platform.ppid.view()),
        .simulated = verdict->simulated,
        .registered_at = context.number,
    };
    CLOISTER_CHECK(enlist(context, info));
    context.deposit(events::WorkerRegistered{info.worker, who, info.role, info.simulated});
    return {};
}

Dispatch update_worker_endpoint(Context& context, const AccountId& who,
                                const protocol::UpdateWorkerEndpoint& call) {
    const auto info = find_worker(context.state, call.worker);
    if (!info) return refuse(Error::UnknownWorker);
    if (info->operator_account != who) return refuse(Error::WrongOperator);
    context.state.put(storage::registry_endpoint(call.worker), scale::encode(call.url));
    return {};
}

}  // namespace cloister::runtime::registry
