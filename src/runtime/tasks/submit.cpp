// Tasks.submit: receipts in sequence. Cheap checks first (assignment, record, root, signature),
// then the batch's quote, then path, output and actions. One bad receipt refuses the whole
// submission.
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "protocol/storage.hpp"
#include "runtime/attestation/attestation.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/system/system.hpp"
#include "runtime/tasks/tasks.hpp"

namespace cloister::runtime::tasks {

namespace {

namespace storage = protocol::storage;
using protocol::Assignment;
using protocol::Batch;
using protocol::Receipt;
using protocol::RequestRecord;
using protocol::SubmittedReceipt;
using protocol::WorkerInfo;

bool is_overdue(const Context& context, const Assignment& assignment, const Receipt& receipt) {
    const auto record = context.state.load<RequestRecord>(storage::tasks_request(assignment.task));
    CLOISTER_ASSERT(record.has_value());
    const std::uint64_t blocks = context.number.value - assignment.assigned_at.value;
    const std::uint64_t allowed = overdue_blocks + record->gas_limit.value / gas_per_overdue_block;
    const auto drawn =
        context.state.load_or(assigned_time_key(receipt.cluster, receipt.sequence), UnixMillis{});
    return blocks > allowed && context.now().value - drawn.value >= overdue_ms;
}

Dispatch check_assignment(const Context& context, const Receipt& receipt,
                          const protocol::AcceptedState& accepted, Assignment& assignment) {
    if (receipt.sequence != accepted.sequence.next()) return refuse(Error::OutOfSequence);
    const auto found = context.state.load<Assignment>(
        storage::tasks_assignment(receipt.cluster, receipt.sequence));
    if (!found) return refuse(Error::NoSuchAssignment);
    assignment = *found;
    if (!registry::serves(context.state, receipt.worker, receipt.cluster)) {
        return refuse(Error::WorkerNotRegistered);
    }
    if (found->worker != receipt.worker && !is_overdue(context, *found, receipt)) {
        return refuse(Error::NotAssigned);
    }
    return {};
}

Dispatch check_record(const Context& context, const Receipt& receipt, const Assignment& assignment,
                      const RequestRecord& record) {
    if (receipt.version != 1 || receipt.genesis != context.genesis ||
        receipt.task != assignment.task || receipt.request_hash != hash_of(record) ||
        receipt.sealed_input_hash != record.sealed_input_hash) {
        return refuse(Error::RequestMismatch);
    }
    if (receipt.contract != record.contract) return refuse(Error::WrongContract);
    if (receipt.epoch != record.epoch) return refuse(Error::EpochMismatch);
    const auto info = contracts::find(context.state, record.contract);
    CLOISTER_ASSERT(info.has_value());
    if (receipt.code_hash != info->code_hash) return refuse(Error::WrongCodeHash);
    const auto block = system::block_hash(context.state, assignment.assigned_at);
    if (block != receipt.assigning_block) return refuse(Error::WrongAssigningBlock);
    return {};
}

Dispatch check_signature(const Receipt& receipt, const crypto::Ed25519Signature& signature) {
    const crypto::Ed25519Public key(receipt.worker.view());
    if (!crypto::verify_ed25519(key, signing_bytes(receipt), signature)) {
        return refuse(Error::BadReceiptSignature);
    }
    return {};
}

Error error_of(attestation::Refusal refusal) {
    switch (refusal) {
        case attestation::Refusal::QuoteNotAuthentic: return Error::QuoteNotAuthentic;
        case attestation::Refusal::ForeignPlatform: return Error::ForeignPlatform;
        case attestation::Refusal::ReportDataMismatch: return Error::BadBatch;
        case attestation::Refusal::MeasurementNotApproved: return Error::MeasurementNotApproved;
        case attestation::Refusal::DebugEnclave:
        case attestation::Refusal::PolicyRefused: return Error::PolicyRefused;
    }
    std::unreachable();
}

Dispatch check_quote(const Context& context, const Batch& batch, const WorkerInfo& worker) {
    const auto& statement = batch.statement;
    if (statement.genesis != context.genesis || statement.worker != worker.worker) {
        return refuse(Error::BadBatch);
    }
    if (!registry::is_recent(
            context, {statement.block, statement.block_hash, protocol::batch_age_blocks_max})) {
        return refuse(Error::StaleQuote);
    }
    const auto verdict = attestation::examine(context, batch.quote, report_data_of(statement));
    if (!verdict) return refuse(error_of(verdict.error()));
    if (verdict->claims.measurement != worker.measurement) {
        return refuse(Error::MeasurementNotApproved);
    }
    const bool same_platform = equal(verdict->platform.ppid.view(), worker.ppid.view()) &&
                               verdict->simulated == worker.simulated;
    if (!same_platform) return refuse(Error::ForeignPlatform);
    return {};
}

// A root that the chain verified serves by path alone; a new one needs its quote, once. `used`
// counts those.
Dispatch check_batch(Context& context, const std::vector<Batch>& offered,
                     const SubmittedReceipt& submitted, std::size_t& used) {
    const auto worker = registry::find_worker(context.state, submitted.receipt.worker);
    CLOISTER_ASSERT(worker.has_value());
    switch (attestation::standing_of(context.state, worker->measurement, context.number)) {
        case attestation::Standing::MayServe: break;
        case attestation::Standing::InNotice: return refuse(Error::MeasurementInNotice);
        case attestation::Standing::NotApproved: return refuse(Error::MeasurementNotApproved);
    }
    const Bytes key = storage::tasks_batch(submitted.receipts_root);
    if (const auto known = context.state.load<Batch>(key)) {
        if (known->statement.worker != worker->worker) return refuse(Error::BadBatch);
        return {};
    }
    for (const Batch& batch : offered) {
        if (batch.statement.receipts_root != submitted.receipts_root) continue;
        CLOISTER_CHECK(check_quote(context, batch, *worker));
        context.state.store(key, batch);
        ++used;
        return {};
    }
    return refuse(Error::UnknownBatch);
}

Dispatch check_contents(const SubmittedReceipt& submitted) {
    const Receipt& receipt = submitted.receipt;
    if (!verify_merkle_path(submitted.receipts_root, scale::encode(receipt), submitted.path)) {
        return refuse(Error::WrongPath);
    }
    if (crypto::blake2b_256(submitted.sealed_output) != receipt.sealed_output_hash) {
        return refuse(Error::OutputMismatch);
    }
    const bool failed = receipt.outcome != protocol::TaskOutcome::Ok;
    if (protocol::hash_of_actions(submitted.actions) != receipt.actions_hash ||
        (failed && !submitted.actions.empty())) {
        return refuse(Error::ActionsMismatch);
    }
    for (const Bytes& action : submitted.actions) {
        if (action.size() > protocol::action_bytes_max) return refuse(Error::ActionsMismatch);
    }
    return {};
}

Dispatch accept(Context& context, const std::vector<Batch>& batches,
                const SubmittedReceipt& submitted, std::size_t& used) {
    const Receipt& receipt = submitted.receipt;
    const auto accepted =
        context.state.load_or(storage::tasks_accepted(receipt.cluster), protocol::AcceptedState{});
    Assignment assignment;
    CLOISTER_CHECK(check_assignment(context, receipt, accepted, assignment));
    const auto record = context.state.load<RequestRecord>(storage::tasks_request(assignment.task));
    CLOISTER_ASSERT(record.has_value());
    CLOISTER_CHECK(check_record(context, receipt, assignment, *record));
    // The first receipt tells the blinded root of the empty state, which only enclaves can compute.
    const bool first = accepted.sequence == Sequence{0};
    if (!first && receipt.root_before != accepted.blinded_root) return refuse(Error::RootMismatch);
    CLOISTER_CHECK(check_signature(receipt, submitted.signature));
    CLOISTER_CHECK(check_batch(context, batches, submitted, used));
    CLOISTER_CHECK(check_contents(submitted));
    return settle(context, submitted, *record);
}

}  // namespace

Dispatch submit(Context& context, const AccountId&, const protocol::SubmitTasks& call) {
    if (call.receipts.empty()) return refuse(Error::NoReceipts);
    std::size_t used = 0;
    for (const SubmittedReceipt& submitted : call.receipts) {
        CLOISTER_CHECK(accept(context, call.batches, submitted, used));
    }
    context.fee_returned = used == call.batches.size();
    return {};
}

}  // namespace cloister::runtime::tasks
