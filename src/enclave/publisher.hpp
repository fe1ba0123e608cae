// What an enclave with the cluster's keys owes the chain besides receipts: the cluster's VRF key,
// the request keys of new contracts, and draws. Each is repeated until the chain shows it.
#pragma once

#include "enclave/key_ring.hpp"

namespace cloister::enclave {

class Publisher {
  public:
    static constexpr std::uint64_t again_ms = 3000;

    // Needs core.view and a registration.
    void advance(Core& core, KeyRing& keys);

  private:
    void publish_cluster_key(Core& core, const ClusterKeys& keys);
    void publish_contract_keys(Core& core, KeyRing& keys);
    void post_draw(Core& core, const ClusterKeys& keys);

    Timer cluster_key_;
    std::map<ContractId, Timer> contract_keys_;  // of the pending list alone
    std::optional<BlockNumber> drawn_;
    Timer drawing_;
};

}  // namespace cloister::enclave
