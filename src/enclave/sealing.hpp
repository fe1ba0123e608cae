// The cluster's state on the host's disk, under the cluster's key, and back again. A restored state
// counts only when the chain accepted its blinded root, so a rolled-back, foreign or altered blob
// is useless.
#pragma once

#include "enclave/cluster_state.hpp"
#include "enclave/core.hpp"

namespace cloister::enclave {

// In the clear in front of the ciphertext, and its associated data.
struct SealedHeader {
    std::uint8_t version = 1;
    ClusterId cluster;
    KeyEpoch epoch;
    Sequence sequence;
    static constexpr std::size_t encoded_bytes = 1 + 32 + 4 + 8;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.version, s.cluster, s.epoch, s.sequence);
    }
    friend bool operator==(const SealedHeader&, const SealedHeader&) = default;
};

// header ++ AES-256-GCM under HKDF(state key, domain::state || SCALE(cluster, sequence, "state")),
// nonce zero: one key never meets two plaintexts, since the state at a sequence is what it is.
Bytes seal_state(const Secret<32>& state_key, const ClusterId& cluster, const Snapshot& snapshot);

enum class UnsealError : std::uint8_t {
    Foreign,  // no sealed state of this cluster and epoch
    Altered,  // does not open, or holds no state
};
struct Unsealed {
    Sequence sequence;
    Contracts contracts;
};
Result<Unsealed, UnsealError> open_state(const Secret<32>& state_key, const ClusterId& cluster,
                                         ByteView blob);

class Sealing {
  public:
    static constexpr std::string_view name = "state";
    static constexpr std::uint64_t again_ms = 2000;
    static constexpr std::uint64_t wait_ms = 6000;  // for the host's blob; then from empty
    static constexpr std::uint64_t large_pause_ms =
        5000;  // between blobs of more than `large_bytes`
    static constexpr std::size_t large_bytes = 1U << 20;

    // Restores once, before anything is executed. True when that is settled.
    bool restored(Core& core, const ClusterKeys& keys, ClusterState& state);
    void sealed(Core& core, const protocol::input::Sealed& message);
    // Stores the state at the accepted sequence when it has moved.
    void advance(Core& core, const ClusterKeys& keys, const ClusterState& state);
    void wipe() { candidate_.reset(); }

  private:
    enum class Stage : std::uint8_t { Asking, Judging, Done };
    Stage stage_ = Stage::Asking;
    std::optional<Instant> asked_since_;
    std::optional<Bytes> blob_;
    std::optional<Snapshot> candidate_;
    Timer asking_;
    Timer storing_;
    Sequence stored_;
};

}  // namespace cloister::enclave
