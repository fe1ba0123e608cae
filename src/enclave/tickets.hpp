// Freshness tickets (DESIGN.md section 2, "Queries"): a gatekeeper signs this enclave's nonce and
// the newest finalised block. A ticket counts from the moment its nonce was sent, on the enclave's
// own cycle counter, and only once its block lies on the followed chain.
#pragma once

#include <deque>

#include "enclave/core.hpp"

namespace cloister::enclave {

class Tickets {
  public:
    static constexpr std::uint64_t again_ms = 2000;
    static constexpr std::uint64_t renew_ms = 30'000;
    static constexpr std::size_t nonces_max = 32;

    void advance(Core& core);
    void accept(Core& core, const protocol::Ticket& ticket);
    // Holds a live ticket whose block was followed.
    bool fresh(const Core& core) const;

  private:
    struct Asked {
        Nonce32 nonce;
        Instant at;
    };
    struct Held {
        BlockNumber block;
        BlockHash hash;
        Instant from;
    };
    static bool alive(const Core& core, Instant from);
    // Takes `held` if its block is on the chain; false when that block is not followed yet.
    bool settle(Core& core, const Held& held);

    std::deque<Asked> asked_;
    std::optional<Held> ticket_;
    std::optional<Held> ahead_;  // names a block that is not followed yet
    std::optional<protocol::Ticket>
        early_;  // its gatekeeper may be registered in a block not viewed yet
    Timer attempts_;
};

}  // namespace cloister::enclave
