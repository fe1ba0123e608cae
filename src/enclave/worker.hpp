// The worker role put together: keys, state, commands, receipts, queries.
#pragma once

#include "enclave/publisher.hpp"
#include "enclave/queries.hpp"
#include "enclave/receipts.hpp"
#include "enclave/sealing.hpp"
#include "enclave/tickets.hpp"

namespace cloister::enclave {

class Worker {
  public:
    explicit Worker(std::pmr::memory_resource* key_memory) : keys_(key_memory) {}

    // Needs core.view.
    void advance(Core& core);
    // Runs in every step, also while nothing of the newest block is proven yet.
    void peer_reply(Core& core, const protocol::input::PeerReply& message);
    bool quoted(Core& core, const input::Quoted& message);
    void executed(Core& core, const input::Executed& message);
    void sealed(Core& core, const protocol::input::Sealed& message) {
        sealing_.sealed(core, message);
    }
    void query(Core& core, const protocol::input::Query& message);
    void stop(Core& core);
    void wipe();

    void pin(std::set<BlockHash>& blocks) const { executor_.pin(blocks); }
    bool has_keys() const { return keys_.cluster() != nullptr; }
    bool fresh(const Core& core) const { return tickets_.fresh(core); }
    Sequence executed_sequence() const { return state_ ? state_->newest().sequence : Sequence(); }

  private:
    QueryGround ground();
    void check_divergence(Core& core);

    Tickets tickets_;
    KeyRing keys_;
    Publisher publisher_;
    Modules modules_;
    std::optional<ClusterState> state_;
    bool restored_ = false;
    bool diverged_ = false;
    Sealing sealing_;
    Executor executor_;
    Receipts receipts_;
    Queries queries_;
};

}  // namespace cloister::enclave
