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

// An escrow of nothing (ActionFailed) pays for nothing.
void pay(Context& context, const protocol::SubmittedReceipt& submitted,
         const RequestRecord& record) {
    if (record.escrow.value == 0) return;
    const Receipt& receipt = submitted.receipt;
    std::size_t output_bytes = submitted.sealed_output.size();
    for (const Bytes& action : submitted.actions) output_bytes += action.size();
    const u128 space = task_fee + output_byte_price * output_bytes;
    const u128 gas_used =
        std::min(protocol::gas_of_class(receipt.gas_class).value, record.gas_limit.value);
    const u128 due = gas_price * gas_used + input_byte_price * record.sealed_input_bytes;
    CLOISTER_ASSERT(record.escrow.value >= space + due);
    const auto worker = registry::find_worker(context.state, receipt.worker);
    CLOISTER_ASSERT(worker.has_value());
    balances::pay_reserved(context, record.origin, worker->operator_account, due);
    balances::burn_reserved(context, record.origin, space);
    balances::unreserve(context, record.origin, record.escrow.value - due - space);
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
// key.
Dispatch report_failure(Context& context, const RequestRecord& failed, const FailedAction& what) {
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
    record.escrow = Balance{0};
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
    pay(context, submitted, record);
    note_constructor(context, receipt, record);
    const auto failed = apply_actions(context, record.contract, submitted.actions);
    if (failed) CLOISTER_CHECK(report_failure(context, record, *failed));
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
