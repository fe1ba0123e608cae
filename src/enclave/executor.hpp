// Executes the cluster's commands in sequence, one at a time; reads ahead so that the next is
// ready. Every replica executes every command; what is not yet accepted on the chain is kept as a
// result for receipts.
#pragma once

#include "enclave/command.hpp"

namespace cloister::enclave {

// An executed command that the chain has not accepted yet.
struct CommandResult {
    protocol::Receipt receipt;
    Bytes sealed_output;
    std::vector<Bytes> actions;
    protocol::Assignment assignment;
    Instant done_at;
};

class Executor {
  public:
    static constexpr std::uint64_t ahead_max = 64;  // executed and not yet accepted
    static constexpr std::uint64_t read_ahead = 8;
    static constexpr std::size_t snapshots_bytes_max = 256U << 20;

    // Needs core.view. Starts the next command when it can.
    void advance(Core& core, KeyRing& keys, Modules& modules, ClusterState& state);
    // False when the run is not this part's.
    bool executed(Core& core, KeyRing& keys, ClusterState& state, const input::Executed& message);
    const CommandResult* result(Sequence sequence) const;
    // Blocks whose reads are still needed.
    void pin(std::set<BlockHash>& blocks) const;
    void wipe();

  private:
    struct Running {
        std::uint64_t id = 0;
        Command command;
    };
    void finish(Core& core, const ContractKeys* keys, ClusterState& state, const Command& command,
                Ended ended);
    bool may_run(const Core& core, const ClusterState& state) const;

    std::map<Sequence, Command> commands_;  // read and not yet executed
    std::set<BlockHash> reading_;
    std::optional<Running> running_;
    std::map<Sequence, CommandResult> results_;
};

}  // namespace cloister::enclave
