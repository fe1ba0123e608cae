#include "runtime/tasks/tasks.hpp"

#include "protocol/storage.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/system/system.hpp"

namespace cloister::runtime::tasks {

namespace {

namespace storage = protocol::storage;
using protocol::PendingDraw;
using protocol::RequestRecord;

constexpr auto weigh_submit = [](const protocol::SubmitTasks& call, std::size_t bytes) -> Weight {
    return millisecond + 5 * millisecond * call.batches.size() +
           millisecond * call.receipts.size() + 20'000 * bytes;
};
constexpr std::array calls{
    declare_call<protocol::TaskRequest, request, linear<500 * microsecond, 10'000>>(
        "request",
        "kind: RequestKind, contract: H256, epoch: u32, request_id: [u8; 16], reply_key: [u8; 32], "
        "policy: ReplicationPolicy, blob_root: Option<H256>, gas_limit: u64, deadline: u32, "
        "sealed_input: Bytes",
        Access::Signed),
    declare_call<protocol::PostDraw, post_draw, linear<30 * millisecond, 0>>(
        "post_draw", "cluster: H256, request_block: u32, vrf: PartialEvaluation", Access::Signed),
    declare_call<protocol::SubmitTasks, submit, weigh_submit>(
        "submit", "batches: Vec<Batch>, receipts: Vec<SubmittedReceipt>", Access::Signed),
};
constexpr std::array events_{
    declare_event<events::Requested>(),
    declare_event<events::Expired>(),
    declare_event<events::Drawn>(),
    declare_event<events::Finished>(),
};
Bytes one() { return scale::encode(std::uint64_t{1}); }
Bytes none() { return Bytes{0}; }
constexpr std::array stored{
    StorageEntry{"NextTask", "u64", Hasher::None, "", one},
    StorageEntry{"Requests", "RequestRecord", Hasher::Twox64Concat, "u64", nullptr},
    StorageEntry{"Inputs", "Bytes", Hasher::Twox64Concat, "u64", nullptr},
    StorageEntry{"DrawQueue", "Vec<PendingDraw>", Hasher::Twox64Concat, "H256", none},
    StorageEntry{"NextSequence", "u64", Hasher::Twox64Concat, "H256", one},
    StorageEntry{"Assignments", "Assignment", Hasher::Twox64Concat, "(H256, u64)", nullptr},
    StorageEntry{"Accepted", "AcceptedState", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"AcceptedRoots", "H256", Hasher::Twox64Concat, "(H256, u64)", nullptr},
    StorageEntry{"Results", "TaskResult", Hasher::Twox64Concat, "u64", nullptr},
    StorageEntry{"Outputs", "Bytes", Hasher::Twox64Concat, "u64", nullptr},
    StorageEntry{"Batches", "Batch", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"SeenRequests", "u32", Hasher::Twox64Concat, "(AccountId, [u8; 16])", nullptr},
    StorageEntry{"Expiring", "Vec<u64>", Hasher::Twox64Concat, "u32", none},
    StorageEntry{"Instantiating", "u64", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"DrawMembers", "Vec<H256>", Hasher::Twox64Concat, "(H256, u32)", none},
    StorageEntry{"AssignedTimes", "u64", Hasher::Twox64Concat, "(H256, u64)", nullptr},
};
constexpr std::array constants{
    ConstantEntry{"GasPrice", "u128", encoded_constant<gas_price>},
    ConstantEntry{"InputBytePrice", "u128", encoded_constant<input_byte_price>},
    ConstantEntry{"TaskFee", "u128", encoded_constant<task_fee>},
    ConstantEntry{"OutputBytePrice", "u128", encoded_constant<output_byte_price>},
    ConstantEntry{"GasLimitMax", "u64", encoded_constant<gas_limit_max>},
    ConstantEntry{"GasPerBlock", "u64", encoded_constant<gas_per_block>},
    ConstantEntry{"DeadlineBlocksMin", "u32", encoded_constant<deadline_blocks_min>},
    ConstantEntry{"DeadlineBlocksMax", "u32", encoded_constant<deadline_blocks_max>},
    ConstantEntry{"OverdueBlocks", "u32", encoded_constant<overdue_blocks>},
    ConstantEntry{"OverdueMillis", "u64", encoded_constant<overdue_ms>},
    ConstantEntry{"SealedInputBytesMax", "u32", encoded_constant<sealed_input_bytes_max>},
};

// True if the task still waited; then it is out of the queue.
bool remove_from_queue(Overlay& state, const RequestRecord& record) {
    const Bytes key = storage::tasks_draw_queue(record.cluster);
    auto queue = state.load_or(key, std::vector<PendingDraw>{});
    for (auto entry = queue.begin(); entry != queue.end(); ++entry) {
        if (std::erase(entry->tasks, record.task) == 0) continue;
        if (entry->tasks.empty()) {
            state.remove(draw_members_key(record.cluster, entry->request_block));
            queue.erase(entry);
        }
        state.store(key, queue);
        return true;
    }
    return false;
}

void expire(Context& context, TaskId task) {
    const auto record = context.state.load<RequestRecord>(storage::tasks_request(task));
    CLOISTER_ASSERT(record.has_value());
    if (!remove_from_queue(context.state, *record)) return;
    balances::unreserve(context, record->origin, record->escrow.value);
    context.state.remove(storage::tasks_request(task));
    context.state.remove(storage::tasks_input(task));
    if (record->kind == protocol::RequestKind::Instantiate) {
        context.state.remove(instantiating_key(record->contract));
    }
    context.deposit(events::Expired{task});
}

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"Tasks",         Pallet::Tasks, calls,    events_,
                                       names_of<Error>, stored,        constants};
    return entry;
}

Bytes expiring_key(BlockNumber deadline) {
    return storage::twox64_concat("Tasks", "Expiring", scale::encode(deadline));
}

Bytes instantiating_key(const ContractId& contract) {
    return storage::twox64_concat("Tasks", "Instantiating", contract.view());
}

Bytes draw_members_key(const ClusterId& cluster, BlockNumber request_block) {
    return storage::twox64_concat("Tasks", "DrawMembers", scale::encode(cluster, request_block));
}

Bytes assigned_time_key(const ClusterId& cluster, Sequence sequence) {
    return storage::twox64_concat("Tasks", "AssignedTimes", scale::encode(cluster, sequence));
}

TaskId take_task_id(Overlay& state) {
    const auto next = state.load_or(storage::tasks_next_task(), TaskId{1});
    state.store(storage::tasks_next_task(), next.next());
    return next;
}

Dispatch enqueue(Context& context, const RequestRecord& record, Requester requester) {
    const Bytes key = storage::tasks_draw_queue(record.cluster);
    auto queue = context.state.load_or(key, std::vector<PendingDraw>{});
    std::size_t waiting = 0;
    for (const PendingDraw& entry : queue) waiting += entry.tasks.size();
    if (queue.empty() || queue.back().request_block != context.number) {
        queue.push_back({context.number, {}});
        system::keep_block_hash(context.state, context.number);
        context.state.store(draw_members_key(record.cluster, context.number),
                            registry::workers_of(context.state, record.cluster));
    }
    auto& tasks = queue.back().tasks;
    const bool full = requester == Requester::User
                          ? waiting >= queued_tasks_max || tasks.size() >= block_requests_max
                          : tasks.size() >= draw_tasks_max;
    if (full) return refuse(Error::QueueFull);
    tasks.push_back(record.task);
    context.state.store(key, queue);
    context.state.store(storage::tasks_request(record.task), record);
    return {};
}

void on_initialize(Context& context) {
    const BlockNumber ended(context.number.value - 1);
    const Bytes key = expiring_key(ended);
    const auto tasks = context.state.load_or(key, std::vector<TaskId>{});
    if (tasks.empty()) return;
    for (const TaskId task : tasks) expire(context, task);
    context.state.remove(key);
}

}  // namespace cloister::runtime::tasks
