// Tasks: requests with their escrow, draws that give each its sequence number and worker, and
// receipts that settle them in sequence (DESIGN.md section 2, steps 3, 4 and 8). A drawn command is
// never dropped.
//
// Who pays: the request escrows
//   gas price * gas limit + input price * input bytes   what it used goes to the worker's operator,
//   task fee + output price * task_output_bytes_max     the fee, and the price of the output and
//                                                       action bytes that there are, are burnt;
// the rest returns. If its actions fail, the command that tells the contract so is paid from that
// rest in the same way, before it returns. Draws and submissions cost their senders nothing if they
// succeed (their fee is returned), so what is burnt is the price of the block space that the task
// takes, and neither a user can spend an operator's money nor an operator fill blocks with its own
// tasks for free. A submission that carries a quote it does not need pays its fee.
#pragma once

#include "protocol/task.hpp"
#include "runtime/frame/pallet.hpp"
#include "runtime/tasks/errors.hpp"

namespace cloister::runtime::tasks {

inline constexpr u128 gas_price = 1;                  // smallest units for one gas
inline constexpr u128 input_byte_price = 100'000;     // the size fee, part of the escrow
inline constexpr u128 task_fee = 20'000'000'000;      // a draw, a submission and a quote of 8 KiB
inline constexpr u128 output_byte_price = 1'000'200;  // a byte's fee in a submission
inline constexpr std::size_t task_output_bytes_max =
    protocol::sealed_output_bytes_max + protocol::actions_max * protocol::action_bytes_max;
inline constexpr std::uint64_t gas_limit_max = 1'000'000'000'000;
inline constexpr std::uint64_t gas_per_block = 5'000'000'000;  // what a deadline allows for
inline constexpr std::uint32_t deadline_blocks_min = 4;
inline constexpr std::uint32_t deadline_blocks_max = 1'000'000;
// A command is overdue, so that any replica may submit it, when its blocks (and one for each
// gas_per_overdue_block of its limit) and its time have passed since the draw.
inline constexpr std::uint32_t overdue_blocks = 8;
inline constexpr std::uint64_t gas_per_overdue_block = 1'000'000'000;
inline constexpr std::uint64_t overdue_ms = 6000;
inline constexpr std::uint32_t sealed_input_bytes_max = (1U << 20) + 48;  // HPKE adds 48
inline constexpr std::uint32_t queued_tasks_max = 2048;                   // of a cluster
inline constexpr std::uint32_t block_requests_max = 256;  // of a cluster in one block
inline constexpr std::uint32_t draw_tasks_max = 1024;     // PendingDraw's own bound
inline constexpr std::uint32_t deadline_tasks_max = 256;  // that may end in one block
inline constexpr Gas action_failed_gas{1'000'000'000};

namespace events {
struct Requested {
    static constexpr Pallet pallet = Pallet::Tasks;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "Requested";
    static constexpr std::string_view field_list = "task: u64, contract: H256, origin: AccountId";
    TaskId task;
    ContractId contract;
    AccountId origin;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.task, s.contract, s.origin);
    }
};
struct Expired {
    static constexpr Pallet pallet = Pallet::Tasks;
    static constexpr std::uint8_t variant = 1;
    static constexpr std::string_view name = "Expired";
    static constexpr std::string_view field_list = "task: u64";
    TaskId task;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.task); }
};
struct Drawn {
    static constexpr Pallet pallet = Pallet::Tasks;
    static constexpr std::uint8_t variant = 2;
    static constexpr std::string_view name = "Drawn";
    static constexpr std::string_view field_list = "task: u64, sequence: u64, worker: H256";
    TaskId task;
    Sequence sequence;
    WorkerId worker;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.task, s.sequence, s.worker);
    }
};
struct Finished {
    static constexpr Pallet pallet = Pallet::Tasks;
    static constexpr std::uint8_t variant = 3;
    static constexpr std::string_view name = "Finished";
    static constexpr std::string_view field_list =
        "task: u64, sequence: u64, worker: H256, outcome: TaskOutcome, actions_applied: bool";
    TaskId task;
    Sequence sequence;
    WorkerId worker;
    protocol::TaskOutcome outcome = protocol::TaskOutcome::Ok;
    bool actions_applied = true;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.task, s.sequence, s.worker, s.outcome, s.actions_applied);
    }
};
}  // namespace events

const PalletEntry& declaration();

// Where Tasks.Expiring and Tasks.Instantiating keep what only this pallet reads.
Bytes expiring_key(BlockNumber deadline);
Bytes instantiating_key(const ContractId& contract);
// Tasks.AssignedTimes: when a command that is not settled was drawn, by the chain's clock.
Bytes assigned_time_key(const ClusterId& cluster, Sequence sequence);
// Tasks.DrawMembers: the cluster's workers when the first request of that block came.
Bytes draw_members_key(const ClusterId& cluster, BlockNumber request_block);

// What a request reserves.
u128 escrow_of(Gas gas_limit, std::size_t input_bytes);

BlockNumber earliest_deadline(BlockNumber now, Gas gas_limit);

// Puts a recorded request at the end of its cluster's queue; QueueFull.
enum class Requester : std::uint8_t { User, Runtime };
Dispatch enqueue(Context& context, const protocol::RequestRecord& record, Requester requester);

// The next task number, used up.
TaskId take_task_id(Overlay& state);

// Refunds and drops the undrawn requests whose last block was the one before.
void on_initialize(Context& context);

Dispatch request(Context&, const AccountId&, const protocol::TaskRequest&);
Dispatch post_draw(Context&, const AccountId&, const protocol::PostDraw&);
Dispatch submit(Context&, const AccountId&, const protocol::SubmitTasks&);

// Pays, stores and applies what a checked receipt says; QueueFull.
Dispatch settle(Context& context, const protocol::SubmittedReceipt& submitted,
                const protocol::RequestRecord& record);

}  // namespace cloister::runtime::tasks
