// What follows from a receipt that the chain accepts: pay, result, new root, public actions.
#include "crypto/hash.hpp"
#include "protocol/storage.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/tasks/tasks.hpp"

namespace cloister::runtime::tasks {

namespace {

namespace storage = protocol::storage;
using protocol::Receipt;
using protocol::RequestKind;
using protocol::RequestRecord;
using protocol::TaskOutcome;

// Whose reserve holds the escrow. A report of failed actions is paid from what is left of the
// failed task's, so by who asked for that; its input begins with that task's number.
AccountId payer_of(const Context& context, const RequestRecord& record) {
    if (record.kind != RequestKind::ActionFailed) return record.origin;
    const auto input = context.state.load<Bytes>(storage::tasks_input(record.task));
    CLOISTER_ASSERT(input.has_value());
    const auto failed = scale::Decoder(*input).read<TaskId>();
    const auto cause = context.state.load<RequestRecord>(storage::tasks_request(failed));
    CLOISTER_ASSERT(cause.has_value());
    return cause->origin;
}

// Returns what is left of the escrow, still reserved. A user's escrow covers all; a report's may be
// less, and then the operator comes first.
u128 pay(Context& context, const AccountId& payer, const protocol::SubmittedReceipt& submitted,
         const RequestRecord& record) {
    const Receipt& receipt = submitted.receipt;
    std::size_t output_bytes = submitted.sealed_output.size();
    for (const Bytes& action : submitted.actions) output_bytes += action.size();
    const u128 gas_used =
        std::min(protocol::gas_of_class(receipt.gas_class).value, record.gas_limit.value);
    u128 space = task_fee + output_byte_price * output_bytes;
    u128 due = gas_price * gas_used + input_byte_price * record.sealed_input_bytes;
    if (record.kind == RequestKind::ActionFailed) {
        due = std::min(due, record.escrow.value);
        space = std::min(space, record.escrow.value - due);
    }
    CLOISTER_ASSERT(record.escrow.value >= space + due);
    const auto worker = registry::find_worker(context.state, receipt.worker);
    CLOISTER_ASSERT(worker.has_value());
    balances::pay_reserved(context, payer, worker->operator_account, due);
    balances::burn_reserved(context, payer, space);
    return record.escrow.value - due - space;
}

bool is_allowed(ByteView action) {
    const CallEntry* entry = find_call(action);
    if (entry == nullptr) return false;
    const bool listed = entry->index == protocol::call::system_remark ||
                        entry->index == protocol::call::balances_transfer_allow_death ||
                        entry->index == protocol::call::balances_transfer_keep_alive;
    return listed && entry->weigh(action.subspan(2)).has_value();
}

struct FailedAction {
    std::uint32_t index = 0;
    DispatchError error;  // Other: not on the list of calls
};

// All or none.
std::optional<FailedAction> apply_actions(Context& context, const ContractId& contract,
                                          const std::vector<Bytes>& actions) {
    const Origin origin{Origin::Kind::Signed, protocol::account_of(contract)};
    context.state.begin();
    for (std::uint32_t i = 0; i < actions.size(); ++i) {
        std::optional<DispatchError> error;
        if (!is_allowed(actions[i])) {
            error = DispatchError{};
        } else if (const auto result = dispatch(context, origin, actions[i]); !result) {
            error = result.error();
        }
        if (!error) continue;
        context.state.rollback();
        return FailedAction{i, *error};
    }
    context.state.commit();
    return std::nullopt;
}

// The failure reaches the contract as a command of its own: a public input
// SCALE(task, action index, error kind, error pallet, error number), answered to the same reply
// key. It takes its own escrow from what is `left` of the failed task's.
Dispatch report_failure(Context& context, const RequestRecord& failed, const FailedAction& what,
                        u128& left) {
    if (failed.kind == RequestKind::ActionFailed)
        return {};  // no failure of a failure: they would chain
    const Bytes input =
        scale::encode(failed.task, what.index, static_cast<std::uint8_t>(what.error.kind),
                      static_cast<std::uint8_t>(what.error.pallet), what.error.error);
    RequestRecord record = failed;
    record.task = take_task_id(context.state);
    record.kind = RequestKind::ActionFailed;
    record.origin = protocol::account_of(failed.contract);
    const Hash256 id = crypto::blake2b_256(scale::encode(context.genesis, record.task));
    record.request_id = RequestId(id.view().first(RequestId::size_bytes));
    record.gas_limit = action_failed_gas;
    record.escrow = Balance{std::min(left, escrow_of(action_failed_gas, input.size()))};
    left -= record.escrow.value;
    record.submitted_at = context.number;
    record.deadline = BlockNumber(~std::uint32_t{0});
    record.sealed_input_hash = crypto::blake2b_256(input);
    record.sealed_input_bytes = static_cast<std::uint32_t>(input.size());
    CLOISTER_CHECK(enqueue(context, record, Requester::Runtime));
    context.state.store(storage::tasks_input(record.task), input);
    context.deposit(events::Requested{record.task, record.contract, record.origin});
    return {};
}

void note_constructor(Context& context, const Receipt& receipt, const RequestRecord& record) {
    if (record.kind != RequestKind::Instantiate) return;
    context.state.remove(instantiating_key(record.contract));
    if (receipt.outcome == TaskOutcome::Ok) contracts::set_instantiated(context, record.contract);
}

}  // namespace

Dispatch settle(Context& context, const protocol::SubmittedReceipt& submitted,
                const RequestRecord& record) {
    const Receipt& receipt = submitted.receipt;
    const AccountId payer = payer_of(context, record);
    u128 left = pay(context, payer, submitted, record);
    note_constructor(context, receipt, record);
    const auto failed = apply_actions(context, record.contract, submitted.actions);
    if (failed) CLOISTER_CHECK(report_failure(context, record, *failed, left));
    balances::unreserve(context, payer, left);
    context.state.store(storage::tasks_result(record.task),
                        protocol::TaskResult{receipt, submitted.signature, submitted.receipts_root,
                                             submitted.path, context.number, !failed.has_value()});
    context.state.store(storage::tasks_output(record.task), submitted.sealed_output);
    context.state.store(storage::tasks_accepted(receipt.cluster),
                        protocol::AcceptedState{receipt.sequence, receipt.root_after});
    context.state.store(storage::tasks_accepted_root(receipt.cluster, receipt.sequence),
                        receipt.root_after);
    context.state.remove(storage::tasks_input(record.task));
    context.state.remove(assigned_time_key(receipt.cluster, receipt.sequence));
    context.deposit(events::Finished{record.task, receipt.sequence, receipt.worker, receipt.outcome,
                                     !failed.has_value()});
    return {};
}

}  // namespace cloister::runtime::tasks
