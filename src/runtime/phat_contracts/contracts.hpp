// PhalaPhatContracts: clusters, uploaded code and reserved contracts. A contract exists on chain
// (and has a key) before it is instantiated by a task.
#pragma once

#include "protocol/registry.hpp"
#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::contracts {

inline constexpr std::size_t pending_keys_max = 64;

enum class Error : std::uint8_t {
    UnknownCluster,       // no such cluster
    NotWasm,              // the resource does not begin with "\0asm"
    CodeAlreadyUploaded,  // this module is there
    UnknownCode,          // nobody uploaded a module with this hash
    AlreadyReserved,      // same deployer, code, cluster and salt as an existing contract
    TooManyPending,       // contracts wait for keys, and there is no room for more
};
constexpr Error scale_last(Error) { return Error::TooManyPending; }
constexpr Pallet pallet_of(Error) { return Pallet::PhalaPhatContracts; }

namespace events {
struct ResourceUploaded {
    static constexpr Pallet pallet = Pallet::PhalaPhatContracts;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "ResourceUploaded";
    static constexpr std::string_view field_list = "cluster: H256, code_hash: H256";
    ClusterId cluster;
    CodeHash code_hash;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.cluster, s.code_hash); }
};
struct Instantiating {
    static constexpr Pallet pallet = Pallet::PhalaPhatContracts;
    static constexpr std::uint8_t variant = 1;
    static constexpr std::string_view name = "Instantiating";
    static constexpr std::string_view field_list =
        "contract: H256, cluster: H256, deployer: AccountId";
    ContractId contract;
    ClusterId cluster;
    AccountId deployer;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.contract, s.cluster, s.deployer);
    }
};
struct Instantiated {
    static constexpr Pallet pallet = Pallet::PhalaPhatContracts;
    static constexpr std::uint8_t variant = 2;
    static constexpr std::string_view name = "Instantiated";
    static constexpr std::string_view field_list =
        "contract: H256, cluster: H256, deployer: AccountId";
    ContractId contract;
    ClusterId cluster;
    AccountId deployer;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.contract, s.cluster, s.deployer);
    }
};
}  // namespace events

struct ClusterInfo {
    AccountId owner;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.owner); }
};

const PalletEntry& declaration();
Bytes cluster_key(const ClusterId& cluster);
bool cluster_exists(const Overlay& state, const ClusterId& cluster);
std::optional<protocol::ContractInfo> find(const Overlay& state, const ContractId& contract);
// The chain has a receipt for a successful constructor.
void set_instantiated(Context& context, const ContractId& contract);

}  // namespace cloister::runtime::contracts
