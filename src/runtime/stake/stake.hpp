// Stake: what operators bond. Reserved money; unbonding below the minimum takes the worker off the
// chain.
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::stake {

enum class Error : std::uint8_t {
    NotBonded,  // more unbonded than is bonded
};
constexpr Error scale_last(Error) { return Error::NotBonded; }
constexpr Pallet pallet_of(Error) { return Pallet::Stake; }

namespace events {
struct Bonded {
    static constexpr Pallet pallet = Pallet::Stake;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "Bonded";
    static constexpr std::string_view field_list = "who: AccountId, amount: u128";
    AccountId who;
    u128 amount = 0;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.who, s.amount); }
};
struct Unbonded {
    static constexpr Pallet pallet = Pallet::Stake;
    static constexpr std::uint8_t variant = 1;
    static constexpr std::string_view name = "Unbonded";
    static constexpr std::string_view field_list = "who: AccountId, amount: u128";
    AccountId who;
    u128 amount = 0;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.who, s.amount); }
};
}  // namespace events

const PalletEntry& declaration();

u128 bonded(const Overlay& state, const AccountId& who);
Bytes bond_key(const AccountId& who);
Bytes worker_bond_min_key();
bool has_worker_bond(const Overlay& state, const AccountId& who);

}  // namespace cloister::runtime::stake
