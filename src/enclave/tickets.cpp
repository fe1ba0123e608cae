#include "enclave/tickets.hpp"

#include "base/hex.hpp"

namespace cloister::enclave {

bool Tickets::alive(const Core& core, Instant from) {
    return core.now.value < from.value + protocol::ticket_lifetime_ms;
}

bool Tickets::fresh(const Core& core) const { return ticket_ && alive(core, ticket_->from); }

void Tickets::advance(Core& core) {
    if (ahead_ && settle(core, *ahead_)) ahead_.reset();
    if (early_ && core.view->at.number >= early_->block) {
        accept(core, *std::exchange(early_, std::nullopt));
    }
    if (ticket_ && core.now.value < ticket_->from.value + renew_ms) {
        return core.wake_at(Instant(ticket_->from.value + renew_ms));
    }
    if (fresh(core)) core.wake_at(Instant(ticket_->from.value + protocol::ticket_lifetime_ms));
    if (!core.due(attempts_, again_ms)) return;
    if (asked_.size() >= nonces_max) asked_.pop_front();
    asked_.push_back({core.fresh_nonce(), core.now});
    const protocol::PeerRequest request =
        protocol::TicketRequest{core.mission->genesis, core.identity.worker(), asked_.back().nonce};
    core.out.host(protocol::output::ToGatekeeper{scale::encode(request)});
}

void Tickets::accept(Core& core, const protocol::Ticket& ticket) {
    const auto asked = std::ranges::find(asked_, ticket.nonce, &Asked::nonce);
    if (asked == asked_.end() || ticket.worker != core.identity.worker()) {
        return core.out.log("TicketWrongNonce");  // a stranger's, a forged one, or used before
    }
    if (!alive(core, asked->at)) return core.out.log("TicketExpired");
    if (!core.knows_gatekeeper(ticket.gatekeeper)) {
        if (!core.view || core.view->at.number < ticket.block) {
            early_ = ticket;
            return;
        }
        return core.out.log("TicketUnknownGatekeeper", base::to_hex(ticket.gatekeeper.view()));
    }
    if (!crypto::verify_ed25519(crypto::Ed25519Public(ticket.gatekeeper.view()),
                                protocol::signing_bytes(core.mission->genesis, ticket),
                                ticket.signature)) {
        return core.out.log("TicketBadSignature");
    }
    const Held held{ticket.block, ticket.block_hash, asked->at};
    asked_.erase(asked);
    if (!settle(core, held)) ahead_ = held;
}

bool Tickets::settle(Core& core, const Held& held) {
    if (held.block > core.follower.newest().number) return !alive(core, held.from);
    const auto known = core.follower.at(held.block);
    if (!known || known->hash != held.hash) {
        core.out.log("TicketOffChain", "block " + std::to_string(held.block.value));
        return true;
    }
    if (!ticket_ || ticket_->from < held.from) ticket_ = held;
    return true;
}

}  // namespace cloister::enclave
