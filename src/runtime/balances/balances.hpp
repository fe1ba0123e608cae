// Balances: the native token. Free money moves, reserved money waits (escrows, bonds). Every unit
// is in some account's free or reserved balance; Balances.TotalIssuance is their sum.
#pragma once

#include "runtime/system/system.hpp"

namespace cloister::runtime::balances {

inline constexpr u128 existential_deposit = 1'000'000'000;  // a thousandth of a unit (12 decimals)

enum class Error : std::uint8_t {
    InsufficientBalance,  // less free money than asked for
    ExistentialDeposit,   // the destination would hold less than an account must
    Expendability,        // keep_alive, or a reserve, would leave less than an account must hold
};
constexpr Error scale_last(Error) { return Error::Expendability; }
constexpr Pallet pallet_of(Error) { return Pallet::Balances; }

namespace events {
template <std::uint8_t Variant>
struct AccountAmount {
    static constexpr Pallet pallet = Pallet::Balances;
    static constexpr std::uint8_t variant = Variant;
    static constexpr std::string_view field_list = "who: AccountId, amount: u128";
    AccountId who;
    u128 amount = 0;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.who, s.amount); }
};
struct Endowed : AccountAmount<0> {
    static constexpr std::string_view name = "Endowed";
};
struct DustLost : AccountAmount<1> {
    static constexpr std::string_view name = "DustLost";
};
struct Transfer {
    static constexpr Pallet pallet = Pallet::Balances;
    static constexpr std::uint8_t variant = 2;
    static constexpr std::string_view name = "Transfer";
    static constexpr std::string_view field_list = "from: AccountId, to: AccountId, amount: u128";
    AccountId from;
    AccountId to;
    u128 amount = 0;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.from, s.to, s.amount); }
};
struct Reserved : AccountAmount<4> {
    static constexpr std::string_view name = "Reserved";
};
struct Unreserved : AccountAmount<5> {
    static constexpr std::string_view name = "Unreserved";
};
struct Deposit : AccountAmount<7> {
    static constexpr std::string_view name = "Deposit";
};
struct Withdraw : AccountAmount<8> {
    static constexpr std::string_view name = "Withdraw";
};
struct Burned : AccountAmount<11> {
    static constexpr std::string_view name = "Burned";
};
}  // namespace events

const PalletEntry& declaration();

u128 free_balance(const Overlay& state, const AccountId& who);
Bytes total_issuance_key();

// Takes `amount` out of existence; Expendability unless the account keeps the existential deposit.
Dispatch withdraw(Context& context, const AccountId& who, u128 amount);
// Brings `amount` back into existence: a fee that is returned. Precondition: the account lives.
void refund(Context& context, const AccountId& who, u128 amount);
// Free to reserved; Expendability unless the free part keeps the existential deposit.
Dispatch reserve(Context& context, const AccountId& who, u128 amount);
// Reserved back to free. Precondition: that much is reserved.
void unreserve(Context& context, const AccountId& who, u128 amount);
// Reserved money of one becomes free money of another. Precondition: that much is reserved.
void pay_reserved(Context& context, const AccountId& from, const AccountId& to, u128 amount);
// Takes reserved money out of existence. Precondition: that much is reserved.
void burn_reserved(Context& context, const AccountId& who, u128 amount);

}  // namespace cloister::runtime::balances
