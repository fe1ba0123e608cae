// Extrinsics, calls, storage keys.
#include "attest/policy.hpp"
#include "protocol/calls.hpp"
#include "protocol/extrinsic.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/storage.hpp"
#include "vectors.hpp"

namespace cloister::formats {

using namespace protocol;
using testing::numbered;

namespace {

constexpr std::uint8_t one = 0x01;

template <class Call>
Bytes call() {
    return encode_call(numbered<Call>());
}

void add_phala_calls(Vectors& out) {
    out["call_register_worker"] = call<RegisterWorker>();
    out["call_update_worker_endpoint"] = call<UpdateWorkerEndpoint>();
    out["call_publish_epoch_key"] = call<PublishEpochKeyCall>();
    out["call_publish_cluster_key"] = call<PublishClusterKeyCall>();
    out["call_publish_contract_key"] = call<PublishContractKeyCall>();
    out["call_cluster_upload_resource"] = call<UploadResource>();
    out["call_reserve_contract"] = call<ReserveContract>();
}

void add_task_keys(Vectors& out) {
    const auto cluster = repeated<ClusterId>(one);
    out["key_tasks_next_task"] = storage::tasks_next_task();
    out["key_tasks_request"] = storage::tasks_request(TaskId(1));
    out["key_tasks_input"] = storage::tasks_input(TaskId(1));
    out["key_tasks_draw_queue"] = storage::tasks_draw_queue(cluster);
    out["key_tasks_next_sequence"] = storage::tasks_next_sequence(cluster);
    out["key_tasks_assignment"] = storage::tasks_assignment(cluster, Sequence(2));
    out["key_tasks_accepted"] = storage::tasks_accepted(cluster);
    out["key_tasks_accepted_root"] = storage::tasks_accepted_root(cluster, Sequence(2));
    out["key_tasks_result"] = storage::tasks_result(TaskId(1));
    out["key_tasks_output"] = storage::tasks_output(TaskId(1));
    out["key_tasks_batch"] = storage::tasks_batch(repeated<Hash256>(one));
    out["key_tasks_seen_request"] =
        storage::tasks_seen_request(repeated<AccountId>(one), repeated<RequestId>(0x02));
}

}  // namespace

void add_extrinsics(Vectors& out) {
    const crypto::KeyPair key(crypto::Scheme::Ed25519, secret(0x05));
    const Extra extra{.era = Era::mortal(64, BlockNumber(100)), .nonce = 7, .tip = 1000};
    const ChainContext context{.spec_version = 1,
                               .transaction_version = 2,
                               .genesis = genesis(),
                               .era_block = repeated<BlockHash>(0xdd)};
    const Bytes remark = encode_call(SystemRemark{Bytes{0xab}});
    out["extrinsic_payload"] = signing_payload(remark, extra, context);
    out["extrinsic_signed"] = sign_extrinsic(key, remark, extra, context);
    out["extrinsic_bare"] = encode_bare(encode_call(TimestampSet{{1'700'000'000'000}}));
}

void add_calls(Vectors& out) {
    out["call_remark"] = call<SystemRemark>();
    out["call_set"] = call<TimestampSet>();
    Transfer transfer = numbered<Transfer>();
    transfer.address_kind = MultiAddress::id_index;
    out["call_transfer_allow_death"] = encode_call(TransferAllowDeath{transfer});
    out["call_transfer_keep_alive"] = encode_call(TransferKeepAlive{transfer});
    out["call_enact"] = call<GovernanceEnact>();
    out["call_submit_collateral"] = call<SubmitCollateral>();
    out["call_approve_measurement"] = call<ApproveMeasurement>();
    out["call_remove_measurement"] = call<RemoveMeasurement>();
    out["call_set_policy"] = call<SetPolicy>();
    add_phala_calls(out);
    out["call_request"] = call<TaskRequest>();
    out["call_post_draw"] = call<PostDraw>();
    out["call_submit"] = call<SubmitTasks>();
    out["call_bond"] = call<StakeBond>();
    out["call_unbond"] = call<StakeUnbond>();
}

void add_storage(Vectors& out) {
    const auto cluster = repeated<ClusterId>(one);
    const auto worker = repeated<WorkerId>(one);
    const auto contract = repeated<ContractId>(one);
    out["key_system_account"] = storage::system_account(repeated<AccountId>(one));
    out["key_system_block_hash"] = storage::system_block_hash(BlockNumber(1));
    out["key_system_number"] = storage::system_number();
    out["key_system_events"] = storage::system_events();
    out["key_timestamp_now"] = storage::timestamp_now();
    out["key_attestation_collateral"] = storage::attestation_collateral();
    out["key_attestation_policy"] = storage::attestation_policy();
    out["key_attestation_simulated_root"] = storage::attestation_simulated_root();
    out["key_attestation_approved"] = storage::attestation_approved(repeated<Measurement>(one));
    out["key_registry_worker"] = storage::registry_worker(worker);
    out["key_registry_operator_worker"] =
        storage::registry_operator_worker(repeated<AccountId>(one));
    out["key_registry_endpoint"] = storage::registry_endpoint(worker);
    out["key_registry_gatekeepers"] = storage::registry_gatekeepers();
    out["key_registry_current_epoch"] = storage::registry_current_epoch();
    out["key_registry_epoch_key"] = storage::registry_epoch_key(KeyEpoch(1));
    out["key_registry_cluster_key"] = storage::registry_cluster_key(cluster);
    out["key_registry_contract_key"] = storage::registry_contract_key(contract);
    out["key_contracts_cluster_workers"] = storage::contracts_cluster_workers(cluster);
    out["key_contracts_contract"] = storage::contracts_contract(contract);
    out["key_contracts_code"] = storage::contracts_code(repeated<CodeHash>(one));
    out["key_contracts_pending_keys"] = storage::contracts_pending_keys(cluster);
    add_task_keys(out);
}

void add_policy(Vectors& out, ByteView json) {
    const auto policy = attest::parse_policy_json(json);
    CLOISTER_ASSERT(policy.has_value());
    out["attest_policy"] = scale::encode(*policy);
}

}  // namespace cloister::formats
