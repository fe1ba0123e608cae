// TransactionPayment: fee = base + per byte * length + weight * rate, and a tip. Withdrawn before
// the call runs and burnt. A call that failed costs its fee; one that did the network's work
// (post_draw, submit, the publish calls) gets it back, and only its tip is burnt: whoever made the
// request paid for it (tasks/tasks.hpp).
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::transaction_payment {

inline constexpr u128 base_fee = 1'000'000'000;
inline constexpr u128 byte_fee = 1'000'000;
inline constexpr Weight weight_per_fee = 100;  // picoseconds for one smallest unit

namespace events {
struct TransactionFeePaid {
    static constexpr Pallet pallet = Pallet::TransactionPayment;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "TransactionFeePaid";
    static constexpr std::string_view field_list = "who: AccountId, actual_fee: u128, tip: u128";
    AccountId who;
    u128 actual_fee = 0;
    u128 tip = 0;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.who, s.actual_fee, s.tip);
    }
};
}  // namespace events

const PalletEntry& declaration();

u128 fee_of(std::size_t length_bytes, Weight weight);

}  // namespace cloister::runtime::transaction_payment
