// Requests and draws: what a user asks, what the chain records of it, and who computes it
// (DESIGN.md section 2, steps 2 to 4).
#pragma once

#include <optional>
#include <vector>

#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"
#include "crypto/ristretto.hpp"
#include "crypto/x25519.hpp"

namespace cloister::protocol {

inline constexpr std::size_t inline_input_bytes_max = (1U << 20) + 4096;  // sealed

enum class RequestKind : std::uint8_t { Call = 0, Instantiate = 1, ActionFailed = 2 };
constexpr RequestKind scale_last(RequestKind) { return RequestKind::ActionFailed; }

// k of n workers from m TEE vendors.
struct ReplicationPolicy {
    std::uint8_t quorum = 1;
    std::uint8_t workers = 1;
    std::uint8_t vendors = 1;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.quorum, s.workers, s.vendors);
    }
    friend bool operator==(const ReplicationPolicy&, const ReplicationPolicy&) = default;
};
Hash256 hash_of(const ReplicationPolicy& policy);

// HPKE associated data of a request. The enclave rebuilds it from the finalised record, never from
// the sender.
struct RequestContext {
    std::uint8_t version = 1;
    BlockHash genesis;
    ContractId contract;
    KeyEpoch epoch;
    AccountId origin;
    RequestId request_id;
    crypto::X25519Public reply_key;
    Hash256 policy_hash;
    std::optional<Hash256> blob_root;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.version, s.genesis, s.contract, s.epoch, s.origin, s.request_id,
                             s.reply_key, s.policy_hash, s.blob_root);
    }
};

// Tasks.Requests: what the runtime recorded.
struct RequestRecord {
    TaskId task;
    RequestKind kind = RequestKind::Call;
    ClusterId cluster;
    ContractId contract;
    KeyEpoch epoch;
    AccountId origin;
    RequestId request_id;
    crypto::X25519Public reply_key;
    ReplicationPolicy policy;
    std::optional<Hash256> blob_root;
    Gas gas_limit;
    Balance escrow;
    BlockNumber submitted_at;
    BlockNumber deadline;
    Hash256 sealed_input_hash;  // blake2b-256 of the sealed bytes
    std::uint32_t sealed_input_bytes = 0;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.task, s.kind, s.cluster, s.contract, s.epoch, s.origin, s.request_id,
                             s.reply_key, s.policy, s.blob_root, s.gas_limit, s.escrow,
                             s.submitted_at, s.deadline, s.sealed_input_hash, s.sealed_input_bytes);
    }
    friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};
// blake2b-256(domain::request_record || SCALE)
Hash256 hash_of(const RequestRecord& record);
RequestContext context_of(const BlockHash& genesis, const RequestRecord& record);

// Tasks.Assignments[cluster, sequence]: who computes which command. Written by the draw.
struct Assignment {
    TaskId task;
    Sequence sequence;
    WorkerId worker;
    BlockNumber assigned_at;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.task, s.sequence, s.worker, s.assigned_at);
    }
    friend bool operator==(const Assignment&, const Assignment&) = default;
};

// Tasks.DrawQueue[cluster]: blocks whose requests wait for a draw, oldest first.
struct PendingDraw {
    BlockNumber request_block;
    std::vector<TaskId> tasks;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.request_block, scale::bounded<1024>(s.tasks));
    }
    friend bool operator==(const PendingDraw&, const PendingDraw&) = default;
};
// The VRF message: genesis, cluster, and the hash of the header of the requests' block.
Bytes draw_message(const BlockHash& genesis, const ClusterId& cluster,
                   const BlockHash& request_block);
// Which of `members` (> 0) computes `task`: the output expanded by the task's number.
std::size_t drawn_index(const crypto::RistrettoPoint& vrf_value, TaskId task, std::size_t members);

}  // namespace cloister::protocol
