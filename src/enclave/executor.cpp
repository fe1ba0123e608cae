#include "enclave/executor.hpp"

#include "protocol/storage.hpp"

namespace cloister::enclave {

void Executor::advance(Core& core, KeyRing& keys, Modules& modules, ClusterState& state) {
    const Sequence accepted = core.view->accepted.sequence;
    results_.erase(results_.begin(), results_.upper_bound(accepted));
    state.forget_before(accepted);
    // A command that ends without a run makes room for the next in the same step.
    for (;;) {
        // The one that runs is read already.
        const Sequence first = running_ ? running_->command.assignment.sequence.next()
                                        : state.newest().sequence.next();
        commands_.erase(commands_.begin(), commands_.lower_bound(first));
        reading_.clear();
        for (Sequence n = first; n < core.view->next_sequence && n.value < first.value + read_ahead;
             n = n.next()) {
            if (commands_.contains(n)) continue;
            auto command = read_command(core, keys, modules, n, n == first);
            if (command) {
                commands_.emplace(n, std::move(*command));
                continue;
            }
            const auto assignment = core.reads.get<protocol::Assignment>(
                core.view->at, protocol::storage::tasks_assignment(core.mission->cluster, n));
            if (!assignment.value) continue;
            const auto at = core.follower.at(assignment.value->assigned_at);
            if (at) reading_.insert(at->hash);
        }
        const auto next = commands_.find(first);
        if (running_ || next == commands_.end() || !may_run(core, state)) return;
        const ContractKeys* contract_keys =
            next->second.info ? keys.contract(next->second.record.contract) : nullptr;
        if (next->second.info && contract_keys == nullptr) return;
        Command command = std::move(next->second);
        commands_.erase(next);
        auto input = open_command(core, command, contract_keys, state.newest());
        if (input) {
            auto job = job_of(core, command, *contract_keys, state.newest(), std::move(*input));
            running_ = Running{core.next_id(), std::move(command)};
            core.out.put(output::Execute{
                std::make_shared<const Execution>(running_->id, core.engine, std::move(job))});
            return;
        }
        Ended ended;
        ended.outcome = input.error();
        finish(core, contract_keys, state, command, std::move(ended));
    }
}

bool Executor::may_run(const Core& core, const ClusterState& state) const {
    const Snapshot& newest = state.newest();
    const std::uint64_t accepted = core.view->accepted.sequence.value;
    if (newest.sequence.value < accepted) return true;
    const std::uint64_t ahead = newest.sequence.value - accepted;
    return ahead < ahead_max && (ahead < 2 || ahead * newest.bytes < snapshots_bytes_max);
}

bool Executor::executed(Core& core, KeyRing& keys, ClusterState& state,
                        const input::Executed& message) {
    if (!running_ || running_->id != message.id) return false;
    const Command command = std::move(running_->command);
    running_.reset();
    const ContractKeys* contract_keys = keys.contract(command.record.contract);
    if (contract_keys == nullptr) return true;  // given up meanwhile: it is read and run again
    finish(core, contract_keys, state, command, ended_of(command, state, message.run));
    return true;
}

void Executor::finish(Core& core, const ContractKeys* keys, ClusterState& state,
                      const Command& command, Ended ended) {
    const Hash256 before = state.newest().blinded;
    Bytes sealed_output = seal_reply(core, command, keys, ended);
    const Snapshot& after = state.commit(ended.change);
    CLOISTER_ASSERT(after.sequence == command.assignment.sequence);
    if (core.view && after.sequence <= core.view->accepted.sequence) return;
    protocol::Receipt receipt{
        .version = 1,
        .genesis = core.mission->genesis,
        .task = command.record.task,
        .request_hash = protocol::hash_of(command.record),
        .cluster = core.mission->cluster,
        .sequence = after.sequence,
        .contract = command.record.contract,
        .code_hash = command.info ? command.info->code_hash : CodeHash(),
        .epoch = command.record.epoch,
        .engine_version = contract::engine_version,
        .assigning_block = command.assigned.hash,
        .outcome = ended.outcome,
        .sealed_input_hash = command.record.sealed_input_hash,
        .sealed_output_hash = crypto::blake2b_256(sealed_output),
        .root_before = before,
        .root_after = after.blinded,
        .actions_hash = protocol::hash_of_actions(ended.actions),
        .gas_class = protocol::gas_class_of(ended.gas),
        .worker = core.identity.worker(),
    };
    results_.insert_or_assign(
        after.sequence, CommandResult{std::move(receipt), std::move(sealed_output),
                                      std::move(ended.actions), command.assignment, core.now});
}

const CommandResult* Executor::result(Sequence sequence) const {
    const auto found = results_.find(sequence);
    return found == results_.end() ? nullptr : &found->second;
}

void Executor::pin(std::set<BlockHash>& blocks) const {
    blocks.insert(reading_.begin(), reading_.end());
}

void Executor::wipe() {
    commands_.clear();
    running_.reset();
    results_.clear();
}

}  // namespace cloister::enclave
