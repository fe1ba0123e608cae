// Receipts and batches: what an enclave says that it computed, and the quote that stands behind it
// (DESIGN.md section 2, steps 6 to 8).
#pragma once

#include <optional>
#include <vector>

#include "codec/scale/scale.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"

namespace cloister::protocol {

inline constexpr std::size_t sealed_output_bytes_max = (1U << 20) + 4096;
inline constexpr std::size_t actions_max = 16;
inline constexpr std::size_t action_bytes_max = 4096;
inline constexpr std::size_t batch_receipts_max = 64;
inline constexpr std::size_t quote_bytes_max = 16384;

// How a command ended; each is a receipt and is paid.
enum class TaskOutcome : std::uint8_t {
    Ok = 0,
    Reverted = 1,
    Trapped = 2,
    OutOfGas = 3,
    OutOfMemory = 4,
    StateTooLarge = 5,
    InputDoesNotOpen = 6,  // no plaintext under the recorded context
    InputMalformed = 7,    // opens, but is not padded input
    NoSuchContract = 8,    // call before a successful instantiate, or instantiate twice
    BadCode = 9,           // the uploaded bytes are no contract, or have another hash
};
constexpr TaskOutcome scale_last(TaskOutcome) { return TaskOutcome::BadCode; }
std::string_view name_of(TaskOutcome outcome);

struct Receipt {
    std::uint8_t version = 1;
    BlockHash genesis;
    TaskId task;
    Hash256 request_hash;
    ClusterId cluster;
    Sequence sequence;
    ContractId contract;
    CodeHash code_hash;
    KeyEpoch epoch;
    std::uint32_t engine_version = 0;
    BlockHash assigning_block;
    TaskOutcome outcome = TaskOutcome::Ok;
    Hash256 sealed_input_hash;
    Hash256 sealed_output_hash;
    Hash256 root_before;         // blinded
    Hash256 root_after;          // blinded
    Hash256 actions_hash;        // hash_of_actions
    std::uint8_t gas_class = 0;  // ceil(log2(gas used)); 0 for none
    WorkerId worker;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.version, s.genesis, s.task, s.request_hash, s.cluster, s.sequence,
                             s.contract, s.code_hash, s.epoch, s.engine_version, s.assigning_block,
                             s.outcome, s.sealed_input_hash, s.sealed_output_hash, s.root_before,
                             s.root_after, s.actions_hash, s.gas_class, s.worker);
    }
    friend bool operator==(const Receipt&, const Receipt&) = default;
};
// domain::receipt || SCALE: what the worker signs with its identity key.
Bytes signing_bytes(const Receipt& receipt);
Hash256 hash_of_actions(const std::vector<Bytes>& actions);
std::uint8_t gas_class_of(Gas used);
Gas gas_of_class(std::uint8_t gas_class);  // the most gas that the class stands for; saturates

// RFC 6962 section 2.1 over SHA-256, leaves are SCALE receipts.
struct MerklePath {
    std::uint32_t index = 0;
    std::uint32_t leaves = 1;
    std::vector<Hash256> siblings;  // bottom up
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.index, s.leaves, scale::bounded<32>(s.siblings));
    }
    friend bool operator==(const MerklePath&, const MerklePath&) = default;
};
Hash256 merkle_root(std::span<const Bytes> leaves);
MerklePath merkle_path(std::span<const Bytes> leaves, std::uint32_t index);
bool verify_merkle_path(const Hash256& root, ByteView leaf, const MerklePath& path);

// What one quote of a batch binds, by report_data_of.
struct BatchStatement {
    BlockHash genesis;
    WorkerId worker;
    BlockNumber block;  // the newest finalised block that the enclave had followed
    BlockHash block_hash;
    Hash256 receipts_root;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.genesis, s.worker, s.block, s.block_hash, s.receipts_root);
    }
    friend bool operator==(const BatchStatement&, const BatchStatement&) = default;
};
using ReportData64 = FixedBytes<64, struct ProtocolReportDataTag>;
// blake2b-256(domain || SCALE) and 32 zero bytes.
ReportData64 report_data_of(const BatchStatement& statement);

struct Batch {
    BatchStatement statement;
    Bytes quote;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.statement, scale::bounded<quote_bytes_max>(s.quote));
    }
    friend bool operator==(const Batch&, const Batch&) = default;
};

struct SubmittedReceipt {
    Receipt receipt;
    crypto::Ed25519Signature signature;
    Hash256 receipts_root;
    MerklePath path;
    Bytes sealed_output;
    std::vector<Bytes> actions;  // encoded calls, hashed in the receipt
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.receipt, s.signature, s.receipts_root, s.path,
                             scale::bounded<sealed_output_bytes_max>(s.sealed_output),
                             scale::bounded<actions_max>(s.actions));
    }
    friend bool operator==(const SubmittedReceipt&, const SubmittedReceipt&) = default;
};

// Tasks.Results: kept for ever; with Tasks.Batches it is what a proof needs.
struct TaskResult {
    Receipt receipt;
    crypto::Ed25519Signature signature;
    Hash256 receipts_root;
    MerklePath path;
    BlockNumber finalised_at;
    bool actions_applied = true;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.receipt, s.signature, s.receipts_root, s.path, s.finalised_at,
                             s.actions_applied);
    }
    friend bool operator==(const TaskResult&, const TaskResult&) = default;
};

// Tasks.Accepted[cluster]: how far the cluster's private state is agreed.
struct AcceptedState {
    Sequence sequence;  // 0: nothing yet
    Hash256 blinded_root;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.sequence, s.blinded_root);
    }
    friend bool operator==(const AcceptedState&, const AcceptedState&) = default;
};

}  // namespace cloister::protocol
