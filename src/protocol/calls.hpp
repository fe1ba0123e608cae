// The arguments of every call, as they follow the two index bytes of an encoded call. The runtime
// decodes them, clients and enclaves make them.
#pragma once

#include <string>

#include "protocol/indexes.hpp"
#include "protocol/registry.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol {

inline constexpr std::size_t call_bytes_max = 3U << 20;
inline constexpr std::size_t code_bytes_max = 2U << 20;
inline constexpr std::size_t evidence_bytes_max = 16384;

// sp_runtime::MultiAddress; only Id (index 0) is accepted.
struct MultiAddress {
    AccountId id;
    static constexpr std::uint8_t id_index = 0;
};

struct SystemRemark {
    static constexpr CallIndex index = call::system_remark;
    Bytes remark;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.remark); }
};
struct TimestampSet {
    static constexpr CallIndex index = call::timestamp_set;
    scale::Compact<std::uint64_t> now_ms;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.now_ms); }
};
// The destination is MultiAddress::Id: `address_kind` must be 0.
struct Transfer {
    std::uint8_t address_kind = MultiAddress::id_index;
    AccountId destination;
    scale::Compact<u128> value;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.address_kind, s.destination, s.value);
    }
};
struct TransferAllowDeath : Transfer {
    static constexpr CallIndex index = call::balances_transfer_allow_death;
};
struct TransferKeepAlive : Transfer {
    static constexpr CallIndex index = call::balances_transfer_keep_alive;
};
// Signed by Governance.Authority: the inner encoded call runs as root.
struct GovernanceEnact {
    static constexpr CallIndex index = call::governance_enact;
    Bytes encoded_call;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<call_bytes_max>(s.encoded_call));
    }
};
// SCALE of attest::Collateral; kept as bytes so that protocol does not depend on attest.
struct SubmitCollateral {
    static constexpr CallIndex index = call::attestation_submit_collateral;
    Bytes collateral;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<(1U << 20)>(s.collateral));
    }
};
struct ApproveMeasurement {
    static constexpr CallIndex index = call::attestation_approve_measurement;
    Measurement measurement;
    std::string name;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.measurement, scale::bounded<64>(s.name));
    }
};
struct RemoveMeasurement {
    static constexpr CallIndex index = call::attestation_remove_measurement;
    Measurement measurement;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.measurement); }
};
// SCALE of attest::Policy.
struct SetPolicy {
    static constexpr CallIndex index = call::attestation_set_policy;
    Bytes policy;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<(1U << 18)>(s.policy));
    }
};
struct RegisterWorker {
    static constexpr CallIndex index = call::registry_register_worker;
    Registration registration;
    Bytes evidence;  // SGX quote
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.registration, scale::bounded<evidence_bytes_max>(s.evidence));
    }
};
// Signed by the worker's operator.
struct UpdateWorkerEndpoint {
    static constexpr CallIndex index = call::registry_update_worker_endpoint;
    WorkerId worker;
    std::string url;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.worker, scale::bounded<256>(s.url));
    }
};
struct PublishEpochKeyCall {
    static constexpr CallIndex index = call::registry_publish_epoch_key;
    PublishEpochKey message;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.message); }
};
struct PublishClusterKeyCall {
    static constexpr CallIndex index = call::registry_publish_cluster_key;
    PublishClusterKey message;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.message); }
};
struct PublishContractKeyCall {
    static constexpr CallIndex index = call::registry_publish_contract_key;
    PublishContractKey message;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.message); }
};
enum class ResourceKind : std::uint8_t { InkCode = 0 };
constexpr ResourceKind scale_last(ResourceKind) { return ResourceKind::InkCode; }
struct UploadResource {
    static constexpr CallIndex index = call::contracts_cluster_upload_resource;
    ClusterId cluster;
    ResourceKind kind = ResourceKind::InkCode;
    Bytes resource;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.cluster, s.kind, scale::bounded<code_bytes_max>(s.resource));
    }
};
struct ReserveContract {
    static constexpr CallIndex index = call::contracts_reserve_contract;
    CodeHash code_hash;
    ClusterId cluster;
    Bytes salt;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.code_hash, s.cluster, scale::bounded<64>(s.salt));
    }
};
struct TaskRequest {
    static constexpr CallIndex index = call::tasks_request;
    RequestKind kind = RequestKind::Call;  // Call or Instantiate
    ContractId contract;
    KeyEpoch epoch;
    RequestId request_id;
    crypto::X25519Public reply_key;
    ReplicationPolicy policy;
    std::optional<Hash256> blob_root;  // not accepted yet: input is inline up to 1 MiB
    Gas gas_limit;
    BlockNumber deadline;
    Bytes sealed_input;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.kind, s.contract, s.epoch, s.request_id, s.reply_key, s.policy,
                             s.blob_root, s.gas_limit, s.deadline,
                             scale::bounded<inline_input_bytes_max>(s.sealed_input));
    }
};
struct PostDraw {
    static constexpr CallIndex index = call::tasks_post_draw;
    ClusterId cluster;
    BlockNumber request_block;
    crypto::PartialEvaluation vrf;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.cluster, s.request_block, s.vrf);
    }
};
// Receipts in sequence. `batches` are new quotes that the receipts rest on; receipts under a root
// that the chain already verified need none.
struct SubmitTasks {
    static constexpr CallIndex index = call::tasks_submit;
    std::vector<Batch> batches;
    std::vector<SubmittedReceipt> receipts;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<4>(s.batches),
                             scale::bounded<batch_receipts_max>(s.receipts));
    }
};
struct StakeBond {
    static constexpr CallIndex index = call::stake_bond;
    scale::Compact<u128> value;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.value); }
};
struct StakeUnbond {
    static constexpr CallIndex index = call::stake_unbond;
    scale::Compact<u128> value;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.value); }
};

// Pallet byte, call byte, arguments.
template <class Call>
Bytes encode_call(const Call& arguments) {
    scale::Encoder encoder;
    encoder.byte(static_cast<std::uint8_t>(Call::index.pallet));
    encoder.byte(Call::index.call);
    encoder.write(arguments);
    return std::move(encoder).take();
}

}  // namespace cloister::protocol
