// Publishing of epoch, cluster and contract keys.
#include "protocol/storage.hpp"
#include "runtime/attestation/attestation.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/phat_contracts/contracts.hpp"

namespace cloister::runtime::registry {

namespace {

namespace storage = protocol::storage;

template <class Message>
bool is_signed(const Context& context, const Message& message, const WorkerId& by) {
    return crypto::verify_ed25519(crypto::Ed25519Public(by.view()),
                                  signing_bytes(context.genesis, message), message.signature);
}

// A key is written once; whoever comes later learns whether the chain has the same.
template <class Key>
Dispatch publish_once(Context& context, const Bytes& storage_key, const Key& key) {
    if (const auto published = context.state.load<Key>(storage_key)) {
        return refuse(*published == key ? Error::AlreadyPublished : Error::KeyMismatch);
    }
    context.state.store(storage_key, key);
    return {};
}

// What an enclave that is registered needs besides, to publish a key.
Dispatch check_standing(const Context& context, const WorkerId& enclave) {
    const auto info = find_worker(context.state, enclave);
    CLOISTER_ASSERT(info.has_value());
    switch (attestation::standing_of(context.state, info->measurement, context.number)) {
        case attestation::Standing::MayServe: return {};
        case attestation::Standing::InNotice: return refuse(Error::MeasurementInNotice);
        case attestation::Standing::NotApproved: return refuse(Error::MeasurementNotApproved);
    }
    std::unreachable();
}

bool is_gatekeeper(const Overlay& state, const WorkerId& worker) {
    const auto all = state.load_or(storage::registry_gatekeepers(), std::vector<WorkerId>{});
    return std::ranges::find(all, worker) != all.end();
}

Dispatch check_epoch_key(const Context& context, const protocol::EpochKey& key) {
    // Later epochs need a distributed key generation; the first is the only one there is.
    if (key.epoch != KeyEpoch{0}) return refuse(Error::WrongEpoch);
    if (key.threshold == 0 || key.threshold > key.holders.size()) {
        return refuse(Error::InvalidEpochKey);
    }
    std::uint16_t last_index = 0;
    for (const auto& holder : key.holders) {
        if (holder.index <= last_index) return refuse(Error::InvalidEpochKey);
        last_index = holder.index;
        if (!is_gatekeeper(context.state, holder.gatekeeper)) return refuse(Error::NotGatekeeper);
    }
    return {};
}

bool epoch_is_current(const Context& context, KeyEpoch epoch) {
    return epoch == current_epoch(context.state) &&
           context.state.contains(storage::registry_epoch_key(epoch));
}

}  // namespace

Dispatch publish_epoch_key(Context& context, const AccountId&,
                           const protocol::PublishEpochKeyCall& call) {
    const auto& message = call.message;
    if (!is_gatekeeper(context.state, message.gatekeeper)) return refuse(Error::NotGatekeeper);
    CLOISTER_CHECK(check_standing(context, message.gatekeeper));
    if (!is_signed(context, message, message.gatekeeper)) return refuse(Error::BadSignature);
    CLOISTER_CHECK(check_epoch_key(context, message.key));
    CLOISTER_CHECK(
        publish_once(context, storage::registry_epoch_key(message.key.epoch), message.key));
    context.state.store(storage::registry_current_epoch(), message.key.epoch);
    context.fee_returned = true;
    context.deposit(events::EpochKeyPublished{message.key.epoch});
    return {};
}

Dispatch publish_cluster_key(Context& context, const AccountId&,
                             const protocol::PublishClusterKeyCall& call) {
    const auto& message = call.message;
    if (!serves(context.state, message.worker, message.cluster)) return refuse(Error::NotInCluster);
    CLOISTER_CHECK(check_standing(context, message.worker));
    if (!is_signed(context, message, message.worker)) return refuse(Error::BadSignature);
    if (!epoch_is_current(context, message.key.epoch)) return refuse(Error::WrongEpoch);
    CLOISTER_CHECK(
        publish_once(context, storage::registry_cluster_key(message.cluster), message.key));
    context.fee_returned = true;
    context.deposit(events::ClusterKeyPublished{message.cluster});
    return {};
}

Dispatch publish_contract_key(Context& context, const AccountId&,
                              const protocol::PublishContractKeyCall& call) {
    const auto& message = call.message;
    const auto contract = contracts::find(context.state, message.contract);
    if (!contract) return refuse(Error::UnknownContract);
    if (!serves(context.state, message.worker, contract->cluster)) {
        return refuse(Error::NotInCluster);
    }
    CLOISTER_CHECK(check_standing(context, message.worker));
    if (!is_signed(context, message, message.worker)) return refuse(Error::BadSignature);
    if (!epoch_is_current(context, message.key.epoch)) return refuse(Error::WrongEpoch);
    CLOISTER_CHECK(
        publish_once(context, storage::registry_contract_key(message.contract), message.key));
    const Bytes pending_key = storage::contracts_pending_keys(contract->cluster);
    auto pending = context.state.load_or(pending_key, std::vector<ContractId>{});
    std::erase(pending, message.contract);
    context.state.store(pending_key, pending);
    context.fee_returned = true;
    context.deposit(events::ContractKeyPublished{message.contract});
    return {};
}

}  // namespace cloister::runtime::registry
