#include "protocol/storage.hpp"

namespace cloister::protocol::storage {
namespace {

Bytes hashed(std::string_view pallet, std::string_view item, const auto& key) {
    return twox64_concat(pallet, item, scale::encode(key));
}

// Both halves Twox64Concat.
Bytes hashed2(std::string_view pallet, std::string_view item, const auto& first,
              const auto& second) {
    const Bytes a = scale::encode(first);
    const Bytes b = scale::encode(second);
    return concat(prefix(pallet, item), crypto::twox_64(a).view(), a, crypto::twox_64(b).view(), b);
}

}  // namespace

Bytes prefix(std::string_view pallet, std::string_view item) {
    return concat(crypto::twox_128(view_of(pallet)).view(), crypto::twox_128(view_of(item)).view());
}

Bytes twox64_concat(std::string_view pallet, std::string_view item, ByteView key) {
    return concat(prefix(pallet, item), crypto::twox_64(key).view(), key);
}

Bytes blake2_128_concat(std::string_view pallet, std::string_view item, ByteView key) {
    return concat(prefix(pallet, item), crypto::blake2b_128(key).view(), key);
}

Bytes system_account(const AccountId& account) {
    static const Bytes accounts =
        prefix("System", "Account");  // asked for a dozen times a transfer
    return concat(accounts, crypto::blake2b_128(account.view()).view(), account.view());
}
Bytes system_block_hash(BlockNumber number) { return hashed("System", "BlockHash", number); }
Bytes system_number() { return prefix("System", "Number"); }
Bytes system_events() { return prefix("System", "Events"); }
Bytes timestamp_now() { return prefix("Timestamp", "Now"); }

Bytes attestation_collateral() { return prefix("Attestation", "Collateral"); }
Bytes attestation_policy() { return prefix("Attestation", "Policy"); }
Bytes attestation_simulated_root() { return prefix("Attestation", "SimulatedRoot"); }
Bytes attestation_approved(const Measurement& m) {
    return hashed("Attestation", "ApprovedMeasurements", m);
}

Bytes registry_worker(const WorkerId& worker) { return hashed("PhalaRegistry", "Workers", worker); }
Bytes registry_operator_worker(const AccountId& operator_account) {
    return hashed("PhalaRegistry", "OperatorWorker", operator_account);
}
Bytes registry_endpoint(const WorkerId& worker) {
    return hashed("PhalaRegistry", "Endpoints", worker);
}
Bytes registry_gatekeepers() { return prefix("PhalaRegistry", "Gatekeeper"); }
Bytes registry_current_epoch() { return prefix("PhalaRegistry", "CurrentEpoch"); }
Bytes registry_epoch_key(KeyEpoch epoch) { return hashed("PhalaRegistry", "EpochKeys", epoch); }
Bytes registry_cluster_key(const ClusterId& cluster) {
    return hashed("PhalaRegistry", "ClusterKeys", cluster);
}
Bytes registry_contract_key(const ContractId& contract) {
    return hashed("PhalaRegistry", "ContractKeys", contract);
}

Bytes contracts_cluster_workers(const ClusterId& cluster) {
    return hashed("PhalaPhatContracts", "ClusterWorkers", cluster);
}
Bytes contracts_contract(const ContractId& contract) {
    return hashed("PhalaPhatContracts", "Contracts", contract);
}
Bytes contracts_code(const CodeHash& code) { return hashed("PhalaPhatContracts", "Code", code); }
Bytes contracts_pending_keys(const ClusterId& cluster) {
    return hashed("PhalaPhatContracts", "PendingKeys", cluster);
}

Bytes tasks_next_task() { return prefix("Tasks", "NextTask"); }
Bytes tasks_request(TaskId task) { return hashed("Tasks", "Requests", task); }
Bytes tasks_input(TaskId task) { return hashed("Tasks", "Inputs", task); }
Bytes tasks_draw_queue(const ClusterId& cluster) { return hashed("Tasks", "DrawQueue", cluster); }
Bytes tasks_next_sequence(const ClusterId& cluster) {
    return hashed("Tasks", "NextSequence", cluster);
}
Bytes tasks_assignment(const ClusterId& cluster, Sequence sequence) {
    return hashed2("Tasks", "Assignments", cluster, sequence);
}
Bytes tasks_accepted(const ClusterId& cluster) { return hashed("Tasks", "Accepted", cluster); }
Bytes tasks_accepted_root(const ClusterId& cluster, Sequence sequence) {
    return hashed2("Tasks", "AcceptedRoots", cluster, sequence);
}
Bytes tasks_result(TaskId task) { return hashed("Tasks", "Results", task); }
Bytes tasks_output(TaskId task) { return hashed("Tasks", "Outputs", task); }
Bytes tasks_batch(const Hash256& receipts_root) {
    return hashed("Tasks", "Batches", receipts_root);
}
Bytes tasks_seen_request(const AccountId& account, const RequestId& id) {
    return hashed2("Tasks", "SeenRequests", account, id);
}

}  // namespace cloister::protocol::storage
