#include "enclave/command.hpp"

#include "crypto/hpke.hpp"
#include "protocol/domains.hpp"
#include "protocol/padding.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave {

namespace {

using protocol::RequestKind;
using protocol::TaskOutcome;
namespace storage = protocol::storage;

Bytes task_context(const Core& core, const Command& command) {
    return scale::encode(core.mission->genesis, command.record.task, command.assigned.hash);
}

}  // namespace

std::optional<Command> read_command(Core& core, KeyRing& keys, Modules& modules, Sequence sequence,
                                    bool is_next) {
    const ClusterId& cluster = core.mission->cluster;
    const auto assignment = core.reads.get<protocol::Assignment>(
        core.view->at, storage::tasks_assignment(cluster, sequence));
    if (!assignment.value || assignment.value->sequence != sequence) return std::nullopt;
    const auto assigned = core.follower.at(assignment.value->assigned_at);
    if (!assigned) return std::nullopt;  // below the light client's history
    const TaskId task = assignment.value->task;
    const auto record =
        core.reads.get<protocol::RequestRecord>(*assigned, storage::tasks_request(task));
    const auto time = core.reads.get<UnixMillis>(*assigned, storage::timestamp_now());
    if (!record.ready || !record.value) return std::nullopt;
    const bool is_large = record.value->sealed_input_bytes > ahead_input_bytes_max;
    Read<Bytes> input;
    if (!is_large || is_next) {
        input = core.reads.get<Bytes>(*assigned, storage::tasks_input(task),
                                      is_large ? Ask::Large : Ask::Own);
    }
    const ContractId& contract = record.value->contract;
    auto info =
        core.reads.get<protocol::ContractInfo>(*assigned, storage::contracts_contract(contract));
    if (!info.ready || !time.ready) return std::nullopt;
    if (info.value && info.value->cluster != cluster) info.value.reset();
    // All is asked for before the first that is missing ends the attempt.
    const auto code = is_next ? Modules::Code::May : Modules::Code::MayNot;
    const auto module = info.value ? modules.get(core, *assigned, info.value->code_hash, code)
                                   : Read<std::shared_ptr<const contract::Module>>{true, {}};
    const bool has_keys = !info.value || keys.contract(contract) != nullptr;
    if (!input.ready || !module.ready || !has_keys) return std::nullopt;
    return Command{*assignment.value,
                   *assigned,
                   time.value.value_or(UnixMillis()),
                   *record.value,
                   input.value.value_or(Bytes()),
                   std::move(info.value),
                   module.value.value_or(nullptr)};
}

Opened open_command(const Core& core, const Command& command, const ContractKeys* keys,
                    const Snapshot& state) {
    const protocol::RequestRecord& record = command.record;
    const bool exists = state.find(record.contract) != nullptr;
    const bool deploys = record.kind == RequestKind::Instantiate;
    if (!command.info || keys == nullptr || exists == deploys)
        return err(TaskOutcome::NoSuchContract);
    if (command.module == nullptr) return err(TaskOutcome::BadCode);
    // The runtime's own report is no secret; it comes from the chain as it is.
    if (record.kind == RequestKind::ActionFailed) return SecretBytes(command.sealed_input);
    if (record.epoch != current_epoch || record.blob_root ||
        crypto::blake2b_256(command.sealed_input) != record.sealed_input_hash) {
        return err(TaskOutcome::InputDoesNotOpen);
    }
    const Bytes associated = scale::encode(protocol::context_of(core.mission->genesis, record));
    const auto padded = crypto::hpke_open(
        keys->request, {view_of(protocol::domain::request), associated}, command.sealed_input);
    if (!padded) return err(TaskOutcome::InputDoesNotOpen);
    auto input = protocol::unpad(padded->reveal());
    if (!input || input->size() > core.engine.limits().input_bytes_max) {
        return err(TaskOutcome::InputMalformed);
    }
    return std::move(*input);
}

Execution::Job job_of(const Core& core, const Command& command, const ContractKeys& keys,
                      const Snapshot& state, SecretBytes input) {
    const protocol::RequestRecord& record = command.record;
    const auto found = state.contracts->find(record.contract);
    // The alias keeps the whole contract alive as long as the run looks at its storage.
    auto storage = found == state.contracts->end() ? std::make_shared<const contract::State>()
                                                   : std::shared_ptr<const contract::State>(
                                                         found->second, &found->second->storage);
    contract::Context context;
    context.contract = record.contract;
    context.caller = record.kind == RequestKind::ActionFailed
                         ? protocol::account_of(record.contract)
                         : record.origin;
    context.block = command.assigned.number;
    context.block_time = command.time;
    context.randomness_seed = crypto::hmac_sha256(
        keys.prf.reveal(),
        concat(view_of(protocol::domain::randomness), task_context(core, command)));
    const bool deploys = record.kind == RequestKind::Instantiate;
    return {
        .kind = Execution::Kind::Command,
        .module = command.module,
        .context = context,
        .state = std::move(storage),
        .function = deploys ? contract::Entry::Function::Deploy : contract::Entry::Function::Call,
        .input = std::move(input),
        .gas_limit = record.gas_limit};
}

Ended ended_of(const Command& command, const ClusterState& state, contract::Run run) {
    Ended ended{.outcome = outcome_of(run.outcome),
                .output = std::move(run.output),
                .gas = run.gas_used,
                .actions = {},
                .change = std::nullopt};
    if (!reply_fits(ended.output.size())) {
        ended.outcome = TaskOutcome::Trapped;
        ended.output.clear();
    }
    if (ended.outcome != TaskOutcome::Ok) return ended;
    StateChange change{command.record.contract, std::nullopt, std::move(run.writes)};
    if (command.record.kind == RequestKind::Instantiate)
        change.instantiated = command.info->code_hash;
    if (!state.fits(change)) {
        ended.outcome = TaskOutcome::StateTooLarge;
        ended.output.clear();
        return ended;
    }
    ended.actions = std::move(run.actions);
    ended.change = std::move(change);
    return ended;
}

Bytes seal_reply(const Core& core, const Command& command, const ContractKeys* keys,
                 const Ended& ended) {
    if (keys == nullptr) return {};
    const SecretBytes message(scale::encode(ended.outcome, ended.output));
    const SecretBytes plain = protocol::pad(message.reveal());
    const Hash256 ephemeral_seed =
        crypto::hmac_sha256(keys->prf.reveal(), concat(view_of(protocol::domain::ephemeral),
                                                       task_context(core, command),
                                                       crypto::sha256(plain.reveal()).view()));
    const crypto::X25519Key ephemeral = crypto::hpke_derive_key_pair(ephemeral_seed.view());
    const Bytes associated = scale::encode(core.mission->genesis, command.record.task,
                                           protocol::hash_of(command.record));
    auto sealed =
        crypto::hpke_seal(command.record.reply_key, {view_of(protocol::domain::reply), associated},
                          plain.reveal(), ephemeral);
    return sealed ? std::move(*sealed) : Bytes();
}

TaskOutcome outcome_of(contract::Outcome outcome) {
    switch (outcome) {
        case contract::Outcome::Returned: return TaskOutcome::Ok;
        case contract::Outcome::Reverted: return TaskOutcome::Reverted;
        case contract::Outcome::Trapped: return TaskOutcome::Trapped;
        case contract::Outcome::OutOfGas: return TaskOutcome::OutOfGas;
        case contract::Outcome::OutOfMemory: return TaskOutcome::OutOfMemory;
        case contract::Outcome::StateTooLarge: return TaskOutcome::StateTooLarge;
    }
    return TaskOutcome::Trapped;
}

bool reply_fits(std::size_t output_bytes) {
    constexpr std::size_t scale_overhead = 1 + 4;  // outcome, compact length
    return protocol::size_class_of(output_bytes + scale_overhead) + crypto::hpke_overhead_bytes <=
           protocol::sealed_output_bytes_max;
}

}  // namespace cloister::enclave
