#include "consensus/engine.hpp"

#include <array>

namespace cloister::consensus {

Solo::Solo(SoloConfig config, crypto::Ed25519Key key) : config_(config), key_(std::move(key)) {}

finality::Authority Solo::authority() const { return {.id = key_.public_key(), .weight = 1}; }

bool Solo::wants_block(const Situation& situation) const {
    return situation.now >= next_wake(situation);
}

Instant Solo::next_wake(const Situation& situation) const {
    if (config_.block_time_ms == 0 && situation.transactions_ready) return situation.last_block_at;
    const std::uint64_t wait =
        config_.block_time_ms == 0 ? config_.heartbeat_ms : config_.block_time_ms;
    return Instant(situation.last_block_at.value + wait);
}

finality::Justification Solo::finalise(const finality::Target& target, std::uint64_t set_id) const {
    const std::array<const crypto::Ed25519Key*, 1> signers{&key_};
    return finality::justify(target, set_id, signers);
}

}  // namespace cloister::consensus
