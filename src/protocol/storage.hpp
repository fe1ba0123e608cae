// Storage keys of everything that is read with a proof, or by more than one layer. Pallets use the
// same functions, so a key is spelled once. twox128(pallet) ++ twox128(item) ++ hashed keys.
#pragma once

#include "protocol/registry.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol::storage {

// Pallet and item prefix: 32 bytes.
Bytes prefix(std::string_view pallet, std::string_view item);
// ... ++ twox64(key) ++ key (Twox64Concat)
Bytes twox64_concat(std::string_view pallet, std::string_view item, ByteView key);
Bytes blake2_128_concat(std::string_view pallet, std::string_view item, ByteView key);

Bytes system_account(const AccountId& account);  // AccountInfo, Blake2_128Concat
Bytes system_block_hash(BlockNumber number);     // BlockHash, Twox64Concat
Bytes system_number();                           // u32
Bytes system_events();                           // Vec<EventRecord>
Bytes timestamp_now();                           // u64, milliseconds

Bytes attestation_collateral();                    // attest::Collateral
Bytes attestation_policy();                        // attest::Policy
Bytes attestation_simulated_root();                // Hash256; absent on a real chain; genesis only
Bytes attestation_approved(const Measurement& m);  // MeasurementApproval

Bytes registry_worker(const WorkerId& worker);  // WorkerInfo
Bytes registry_operator_worker(
    const AccountId& operator_account);                   // WorkerId: the newest registration
Bytes registry_endpoint(const WorkerId& worker);          // Vec<u8> URL
Bytes registry_gatekeepers();                             // Vec<WorkerId>, "Gatekeeper"
Bytes registry_current_epoch();                           // KeyEpoch
Bytes registry_epoch_key(KeyEpoch epoch);                 // EpochKey
Bytes registry_cluster_key(const ClusterId& cluster);     // ClusterKey
Bytes registry_contract_key(const ContractId& contract);  // ContractKey, "ContractKeys"

Bytes contracts_cluster_workers(const ClusterId& cluster);  // Vec<WorkerId>, "ClusterWorkers"
Bytes contracts_contract(const ContractId& contract);       // ContractInfo
Bytes contracts_code(const CodeHash& code);                 // Vec<u8>
Bytes contracts_pending_keys(
    const ClusterId& cluster);  // Vec<ContractId> whose key nobody published yet

Bytes tasks_next_task();                              // u64
Bytes tasks_request(TaskId task);                     // RequestRecord
Bytes tasks_input(TaskId task);                       // Vec<u8>, removed with the result
Bytes tasks_draw_queue(const ClusterId& cluster);     // Vec<PendingDraw>
Bytes tasks_next_sequence(const ClusterId& cluster);  // u64, the next to be given out, from 1
Bytes tasks_assignment(const ClusterId& cluster, Sequence sequence);  // Assignment
Bytes tasks_accepted(const ClusterId& cluster);                       // AcceptedState
Bytes tasks_accepted_root(const ClusterId& cluster,
                          Sequence sequence);     // Hash256 blinded root after it
Bytes tasks_result(TaskId task);                  // TaskResult
Bytes tasks_output(TaskId task);                  // Vec<u8> sealed output
Bytes tasks_batch(const Hash256& receipts_root);  // Batch
Bytes tasks_seen_request(const AccountId& account, const RequestId& id);  // KeyEpoch

}  // namespace cloister::protocol::storage
