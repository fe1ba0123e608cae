// What an enclave with the cluster's keys owes the chain besides receipts: the cluster's VRF key,
// the request keys of new contracts, and draws. Each is repeated until the chain shows it.
//
// All members owe the same message and the chain takes one, so they take turns: whose turn is first
// follows from the subject, and the next waits a while longer. A member that stays silent delays,
// it cannot prevent.
#pragma once

#include "enclave/key_ring.hpp"

namespace cloister::enclave {

class Publisher {
  public:
    static constexpr std::uint64_t again_ms = 3000;
    static constexpr std::uint64_t turn_ms = 750;

    // Needs core.view and a registration.
    void advance(Core& core, KeyRing& keys);

  private:
    struct Owed {
        std::optional<Instant> since;  // when this enclave first saw that it is owed
        Timer sent;
    };
    // True when it is this member's time to send; asks to be woken for it.
    static bool is_due(Core& core, Owed& owed, ByteView subject);
    void publish_cluster_key(Core& core, const ClusterKeys& keys);
    void publish_contract_keys(Core& core, KeyRing& keys);
    void post_draw(Core& core, const ClusterKeys& keys);

    Owed cluster_key_;
    std::map<ContractId, Owed> contract_keys_;  // of the pending list alone
    std::optional<BlockNumber> drawn_;
    Owed drawing_;
};

}  // namespace cloister::enclave
