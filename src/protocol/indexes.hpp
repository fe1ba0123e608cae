// Pallet and call indexes, fixed once for ever. The Phala pallets keep the original's numbers and
// call names.
#pragma once

#include <cstdint>

namespace cloister::protocol {

enum class Pallet : std::uint8_t {
    System = 0,
    Timestamp = 1,
    Balances = 7,
    TransactionPayment = 8,
    Grandpa = 21,
    Governance = 30,
    Attestation = 40,
    PhalaRegistry = 41,
    PhalaPhatContracts = 48,
    Tasks = 50,
    Stake = 51,
};

// Pallet and call in one number, as the two bytes that begin an encoded call.
struct CallIndex {
    Pallet pallet;
    std::uint8_t call;
    friend constexpr bool operator==(const CallIndex&, const CallIndex&) = default;
};

namespace call {
inline constexpr CallIndex system_remark{Pallet::System, 0};
inline constexpr CallIndex timestamp_set{Pallet::Timestamp, 0};
inline constexpr CallIndex balances_transfer_allow_death{Pallet::Balances, 0};
inline constexpr CallIndex balances_transfer_keep_alive{Pallet::Balances, 3};
inline constexpr CallIndex governance_enact{Pallet::Governance, 0};
inline constexpr CallIndex attestation_submit_collateral{Pallet::Attestation, 0};
inline constexpr CallIndex attestation_approve_measurement{Pallet::Attestation, 1};
inline constexpr CallIndex attestation_remove_measurement{Pallet::Attestation, 2};
inline constexpr CallIndex attestation_set_policy{Pallet::Attestation, 3};
inline constexpr CallIndex registry_register_worker{Pallet::PhalaRegistry, 7};
inline constexpr CallIndex registry_update_worker_endpoint{Pallet::PhalaRegistry, 8};
inline constexpr CallIndex registry_publish_epoch_key{Pallet::PhalaRegistry, 20};
inline constexpr CallIndex registry_publish_cluster_key{Pallet::PhalaRegistry, 21};
inline constexpr CallIndex registry_publish_contract_key{Pallet::PhalaRegistry, 22};
inline constexpr CallIndex contracts_add_cluster{Pallet::PhalaPhatContracts, 0};
inline constexpr CallIndex contracts_cluster_upload_resource{Pallet::PhalaPhatContracts, 1};
inline constexpr CallIndex contracts_add_worker_to_cluster{Pallet::PhalaPhatContracts, 8};
inline constexpr CallIndex contracts_reserve_contract{Pallet::PhalaPhatContracts, 20};
inline constexpr CallIndex tasks_request{Pallet::Tasks, 0};
inline constexpr CallIndex tasks_post_draw{Pallet::Tasks, 1};
inline constexpr CallIndex tasks_submit{Pallet::Tasks, 2};
inline constexpr CallIndex stake_bond{Pallet::Stake, 0};
inline constexpr CallIndex stake_unbond{Pallet::Stake, 1};
}  // namespace call

}  // namespace cloister::protocol
