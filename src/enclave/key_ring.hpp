// The keys of the cluster and of its contracts: asked of gatekeepers with fresh evidence, share by
// share, each share verified against the epoch's public keys on the chain, put together here and
// never written to disk.
#pragma once

#include <map>
#include <memory_resource>
#include <set>

#include "enclave/core.hpp"

namespace cloister::enclave {

class KeyRing {
  public:
    static constexpr std::uint64_t again_ms = 3000;
    static constexpr std::size_t subjects_max = 64;     // of one request
    static constexpr std::size_t contracts_max = 4096;  // whose keys are held at a time

    explicit KeyRing(std::pmr::memory_resource* memory) : contracts_(memory), shares_(memory) {}

    const ClusterKeys* cluster() const { return cluster_ ? &*cluster_ : nullptr; }
    // nullptr while they are not held, and then they are asked for.
    const ContractKeys* contract(const ContractId& contract);

    // Needs core.view, a registration and a ticket: the caller's business.
    void advance(Core& core);
    bool quoted(Core& core, std::uint64_t id, const Bytes& quote);
    void accept(Core& core, const protocol::KeyResponse& response);
    void wipe();

  private:
    struct Waiting {
        std::uint64_t quote_id = 0;
        protocol::KeyRequest request;
    };
    void take(Core& core, const protocol::SeedShare& share);
    void install(const protocol::SeedSubject& subject, const Secret<32>& seed);

    std::optional<ClusterKeys> cluster_;
    std::pmr::map<ContractId, ContractKeys> contracts_;
    std::set<protocol::SeedSubject> wanted_;
    // Verified shares of what is wanted, by holder.
    using Shares = std::pmr::map<std::uint16_t, crypto::RistrettoPoint>;
    std::pmr::map<protocol::SeedSubject, Shares> shares_;
    Timer attempts_;
    std::optional<Waiting> waiting_;            // for its quote
    std::optional<protocol::KeyRequest> sent_;  // for its answer
};

}  // namespace cloister::enclave
