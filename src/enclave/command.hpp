// One command of the cluster's sequence: what it is (read with proof), what it may see, and what
// became of it. Everything here is equal on every replica but the worker's name in the receipt.
#pragma once

#include "enclave/cluster_state.hpp"
#include "enclave/key_ring.hpp"
#include "enclave/modules.hpp"

namespace cloister::enclave {

struct Command {
    protocol::Assignment assignment;
    At assigned;      // the assigning block: the chain as the command sees it
    UnixMillis time;  // of that block
    protocol::RequestRecord record;
    Bytes sealed_input;
    // Nothing for a contract that is not this cluster's: then there are no keys either.
    std::optional<protocol::ContractInfo> info;
    std::shared_ptr<const contract::Module> module;  // nullptr: no code that runs
};

// Inputs above this are read only when their command is the next.
inline constexpr std::uint32_t ahead_input_bytes_max = 32U << 10;

// Nothing while reads or keys are missing. Needs core.view. A command that is not the next leaves
// large input and code unread, so that the values of a full block never come all at once.
std::optional<Command> read_command(Core& core, KeyRing& keys, Modules& modules, Sequence sequence,
                                    bool is_next);

// A command ready to run, or its outcome where it comes to no run.
using Opened = Result<SecretBytes, protocol::TaskOutcome>;
Opened open_command(const Core& core, const Command& command, const ContractKeys* keys,
                    const Snapshot& state);

Execution::Job job_of(const Core& core, const Command& command, const ContractKeys& keys,
                      const Snapshot& state, SecretBytes input);

// What a run, or its absence, comes to.
struct Ended {
    protocol::TaskOutcome outcome = protocol::TaskOutcome::Trapped;
    Bytes output;
    Gas gas;
    std::vector<Bytes> actions;
    std::optional<StateChange> change;
};
Ended ended_of(const Command& command, const ClusterState& state, contract::Run run);

// HPKE to the reply key with the command's own ephemeral; empty when the reply key is of small
// order or there are no keys.
Bytes seal_reply(const Core& core, const Command& command, const ContractKeys* keys,
                 const Ended& ended);

protocol::TaskOutcome outcome_of(contract::Outcome outcome);
// SCALE(outcome, output) fits the sealed output's limit once it is padded.
bool reply_fits(std::size_t output_bytes);

}  // namespace cloister::enclave
