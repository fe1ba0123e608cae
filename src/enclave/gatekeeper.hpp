// The gatekeeper role: holds a share of the epoch's network secret, signs freshness tickets, and
// gives key shares to enclaves whose evidence it verifies itself (DESIGN.md section 7).
#pragma once

#include <deque>

#include "crypto/aead.hpp"
#include "enclave/core.hpp"

namespace cloister::enclave {

class Gatekeeper {
  public:
    static constexpr std::uint64_t again_ms = 3000;
    static constexpr std::uint64_t ask_ms = 1000;
    static constexpr std::uint64_t peer_wait_ms = 10'000;
    static constexpr std::size_t peers_max = 32;
    static constexpr std::string_view share_name = "share";

    // Needs core.view.
    void advance(Core& core);
    // The host's answer to NeedSealed("share").
    void sealed(Core& core, const protocol::input::Sealed& message);
    // A stranger's request; answered now or when the reads that it needs are proven.
    void request(Core& core, const protocol::input::PeerRequest& message);
    bool ready() const { return ready_; }
    void wipe();

  private:
    struct Peer {
        std::uint64_t id = 0;
        protocol::KeyRequest request;
        Instant since;
    };
    enum class Stage : std::uint8_t { AskStored, AwaitStored, Held };

    void make_share(Core& core);
    void check_share(Core& core);
    void publish(Core& core);
    void answer_peers(Core& core);
    // Nothing while reads are missing.
    std::optional<protocol::PeerReply> answer(Core& core, const protocol::KeyRequest& request);
    protocol::PeerReply give(Core& core, const protocol::KeyRequest& request);

    Stage stage_ = Stage::AskStored;
    std::optional<crypto::RistrettoScalar> secret_;
    Bytes stored_;  // the blob that the host must prove to have kept before anything is published
    bool ready_ = false;  // the chain's epoch key is that of our share
    bool foreign_logged_ = false;
    Timer asking_;
    Timer publishing_;
    std::deque<Peer> peers_;
};

// Sealed by the platform's key for this measurement: AES-256-GCM, nonce in front, associated data
// domain::share_seal || SCALE(genesis, epoch); plaintext the scalar.
Bytes seal_share(const Secret<32>& seal_key, const BlockHash& genesis,
                 const crypto::RistrettoScalar& share, const crypto::AeadNonce& nonce);
std::optional<crypto::RistrettoScalar> open_share(const Secret<32>& seal_key,
                                                  const BlockHash& genesis, ByteView blob);

}  // namespace cloister::enclave
