// What decides when a block is made and when it is final. Pure: the engine is asked, it never acts.
//
// `solo` is embedded: one authority, instant or timed blocks, each final as soon as it is made. An
// engine for networks orders blocks elsewhere and hands them in with the same kind of finality
// proof.
#pragma once

#include <optional>

#include "finality/grandpa.hpp"

namespace cloister::consensus {

// What an engine may look at when it is asked whether to make a block.
struct Situation {
    Instant now;
    Instant last_block_at;  // when the newest block was made, on the same clock
    bool transactions_ready = false;
};

struct SoloConfig {
    // 0: a block when there is something to put in it. Else: one every so many milliseconds.
    std::uint64_t block_time_ms = 0;
    // With block time 0, an empty block after so long without one: clients refuse a newest block
    // older than five minutes, and what waits for blocks to pass (an overdue task) must not wait
    // for strangers' traffic.
    std::uint64_t heartbeat_ms = 6000;
};

class Solo {
  public:
    Solo(SoloConfig config, crypto::Ed25519Key key);

    finality::Authority authority() const;
    bool wants_block(const Situation& situation) const;
    // When to ask again if nothing else happens.
    Instant next_wake(const Situation& situation) const;
    // The finality proof of a block that this authority made.
    finality::Justification finalise(const finality::Target& target, std::uint64_t set_id) const;

  private:
    SoloConfig config_;
    crypto::Ed25519Key key_;
};

}  // namespace cloister::consensus
