// The chain as the enclave follows it by itself: genesis, headers, finality proofs (DESIGN.md
// section 2, step 5).
#pragma once

#include "enclave/reads.hpp"
#include "finality/light_client.hpp"

namespace cloister::enclave {

class Follower {
  public:
    // False, and a Log, when the genesis header or its proof is not what `start` names.
    bool start(const protocol::input::Start& start, Instant now, Outbox& out);
    // Blocks that continue the chain. Emits Stopped, once, when two proofs for one height were
    // seen.
    void import(const protocol::input::Blocks& message, Instant now, Outbox& out);

    bool started() const { return client_.has_value(); }
    bool stopped() const { return client_ && client_->stopped(); }
    At newest() const;
    // Nothing above the newest block and below the light client's history.
    std::optional<At> at(BlockNumber number) const;
    // Set on a simulated chain: the only vendor root that counts there.
    const std::optional<Hash256>& simulated_root() const { return simulated_root_; }
    // Nothing newer was on offer lately: a short message, none for a while, or none at all since
    // the start.
    bool caught_up(Instant now) const;
    std::optional<Instant> last_import() const { return last_import_; }
    static constexpr std::uint64_t quiet_ms = 300;
    static constexpr std::uint64_t nothing_ms = 2000;

  private:
    std::optional<finality::LightClient> client_;
    std::optional<Hash256> simulated_root_;
    Instant started_at_;
    std::optional<Instant> last_import_;
    bool short_message_ = false;
};

}  // namespace cloister::enclave
