#include "enclave/worker.hpp"

namespace cloister::enclave {

QueryGround Worker::ground() {
    return {tickets_, keys_.cluster(), restored_ ? &*state_ : nullptr, modules_};
}

void Worker::advance(Core& core) {
    tickets_.advance(core);
    if (core.registered) publisher_.advance(core, keys_);
    const ClusterKeys* cluster = keys_.cluster();
    if (cluster != nullptr) {
        if (!state_) state_.emplace(core.mission->cluster, cluster->commitment);
        restored_ = restored_ || sealing_.restored(core, *cluster, *state_);
    }
    if (restored_ && cluster != nullptr) {
        executor_.advance(core, keys_, modules_, *state_);
        check_divergence(core);
        if (core.registered && !diverged_) receipts_.advance(core, executor_);
        sealing_.advance(core, *cluster, *state_);
    }
    queries_.advance(core, ground());
    // Last, so that what the others found missing in this step is asked for in it. No key before
    // gatekeepers have shown, over a nonce of ours, how far the chain has got.
    if (core.registered && tickets_.fresh(core)) keys_.advance(core);
}

// What this replica computed must be what the chain accepted.
void Worker::check_divergence(Core& core) {
    const protocol::AcceptedState& accepted = core.view->accepted;
    const Snapshot* own = state_->at(accepted.sequence);
    if (diverged_ || own == nullptr || accepted.sequence.value == 0) return;
    if (own->blinded == accepted.blinded_root) return;
    diverged_ = true;
    core.out.log("DivergedState", "sequence " + std::to_string(accepted.sequence.value));
}

void Worker::peer_reply(Core& core, const protocol::input::PeerReply& message) {
    const auto reply = scale::decode<protocol::PeerReply>(message.bytes);
    if (!reply) return core.out.log("MalformedPeerReply");
    if (const auto* ticket = std::get_if<protocol::Ticket>(&*reply)) {
        tickets_.accept(core, *ticket);
    } else if (const auto* keys = std::get_if<protocol::KeyResponse>(&*reply)) {
        keys_.accept(core, *keys);
    } else {
        // Not signed by anyone, so it decides nothing.
        core.out.log("GatekeeperRefused",
                     std::string(protocol::name_of(std::get<protocol::GatekeeperError>(*reply))));
    }
}

bool Worker::quoted(Core& core, const input::Quoted& message) {
    return keys_.quoted(core, message.id, message.quote) ||
           receipts_.quoted(core, message.id, message.quote);
}

void Worker::executed(Core& core, const input::Executed& message) {
    if (state_ && executor_.executed(core, keys_, *state_, message)) return;
    if (!queries_.executed(core, ground(), message)) core.out.log("StaleExecution");
}

void Worker::query(Core& core, const protocol::input::Query& message) {
    queries_.accept(core, message);
}

void Worker::stop(Core& core) {
    queries_.stop(core);
    wipe();
}

void Worker::wipe() {
    keys_.wipe();
    executor_.wipe();
    receipts_.wipe();
    sealing_.wipe();
    restored_ = false;
    state_.reset();
}

}  // namespace cloister::enclave
