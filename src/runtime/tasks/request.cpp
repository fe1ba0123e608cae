// Tasks.request: checks, escrow, record.
#include "crypto/hash.hpp"
#include "protocol/storage.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/tasks/tasks.hpp"

namespace cloister::runtime::tasks {

namespace {

namespace storage = protocol::storage;
using protocol::RequestKind;
using protocol::TaskRequest;

Dispatch check_limits(const Context& context, const TaskRequest& call) {
    if (call.blob_root) return refuse(Error::BlobNotSupported);
    if (call.policy != protocol::ReplicationPolicy{}) return refuse(Error::PolicyNotSupported);
    if (call.sealed_input.size() > sealed_input_bytes_max) return refuse(Error::InputTooLarge);
    if (call.gas_limit.value > gas_limit_max) return refuse(Error::GasLimitTooHigh);
    if (call.deadline <= context.number) return refuse(Error::DeadlinePassed);
    if (call.deadline < earliest_deadline(context.number, call.gas_limit)) {
        return refuse(Error::DeadlineTooSoon);
    }
    if (call.deadline.value - context.number.value > deadline_blocks_max) {
        return refuse(Error::DeadlineTooFar);
    }
    return {};
}

Dispatch check_constructor(const Context& context, const AccountId& who,
                           const protocol::ContractInfo& info, const TaskRequest& call) {
    if (info.deployer != who) return refuse(Error::NotDeployer);
    const bool done = info.state == protocol::ContractState::Instantiated;
    if (done || context.state.contains(instantiating_key(call.contract))) {
        return refuse(Error::AlreadyInstantiated);
    }
    return {};
}

Dispatch check_contract(const Context& context, const AccountId& who, const TaskRequest& call) {
    const auto info = contracts::find(context.state, call.contract);
    if (!info) return refuse(Error::UnknownContract);
    if (call.kind == RequestKind::ActionFailed) return refuse(Error::KindNotSupported);
    const auto key =
        context.state.load<protocol::ContractKey>(storage::registry_contract_key(call.contract));
    if (!key) return refuse(Error::NoContractKey);
    if (key->epoch != call.epoch) return refuse(Error::WrongEpoch);
    if (call.kind == RequestKind::Instantiate) return check_constructor(context, who, *info, call);
    return {};
}

Dispatch note_deadline(Context& context, TaskId task, BlockNumber deadline) {
    const Bytes key = expiring_key(deadline);
    auto tasks = context.state.load_or(key, std::vector<TaskId>{});
    if (tasks.size() >= deadline_tasks_max) return refuse(Error::DeadlineCrowded);
    tasks.push_back(task);
    context.state.store(key, tasks);
    return {};
}

}  // namespace

u128 escrow_of(Gas gas_limit, std::size_t input_bytes) {
    return gas_price * gas_limit.value + input_byte_price * input_bytes + task_fee +
           output_byte_price * task_output_bytes_max;
}

BlockNumber earliest_deadline(BlockNumber now, Gas gas_limit) {
    const std::uint64_t needed = deadline_blocks_min + gas_limit.value / gas_per_block;
    return BlockNumber(static_cast<std::uint32_t>(now.value + needed));
}

Dispatch request(Context& context, const AccountId& who, const TaskRequest& call) {
    CLOISTER_CHECK(check_limits(context, call));
    CLOISTER_CHECK(check_contract(context, who, call));
    const Bytes seen_key = storage::tasks_seen_request(who, call.request_id);
    if (context.state.contains(seen_key)) return refuse(Error::RequestIdSeen);
    const u128 escrow = escrow_of(call.gas_limit, call.sealed_input.size());
    if (!balances::reserve(context, who, escrow)) return refuse(Error::PayerWithoutFunds);
    const protocol::RequestRecord record{
        .task = take_task_id(context.state),
        .kind = call.kind,
        .cluster = contracts::find(context.state, call.contract)->cluster,
        .contract = call.contract,
        .epoch = call.epoch,
        .origin = who,
        .request_id = call.request_id,
        .reply_key = call.reply_key,
        .policy = call.policy,
        .blob_root = call.blob_root,
        .gas_limit = call.gas_limit,
        .escrow = Balance(escrow),
        .submitted_at = context.number,
        .deadline = call.deadline,
        .sealed_input_hash = crypto::blake2b_256(call.sealed_input),
        .sealed_input_bytes = static_cast<std::uint32_t>(call.sealed_input.size()),
    };
    CLOISTER_CHECK(enqueue(context, record, Requester::User));
    CLOISTER_CHECK(note_deadline(context, record.task, call.deadline));
    context.state.store(seen_key, call.epoch);
    context.state.store(storage::tasks_input(record.task), call.sealed_input);
    if (call.kind == RequestKind::Instantiate) {
        context.state.store(instantiating_key(call.contract), record.task);
    }
    context.deposit(events::Requested{record.task, call.contract, who});
    return {};
}

}  // namespace cloister::runtime::tasks
