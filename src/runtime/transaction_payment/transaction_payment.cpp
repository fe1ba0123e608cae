#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::runtime::transaction_payment {

namespace {

constexpr std::array events_{declare_event<events::TransactionFeePaid>()};
constexpr std::array constants{
    ConstantEntry{"BaseFee", "u128", encoded_constant<base_fee>},
    ConstantEntry{"ByteFee", "u128", encoded_constant<byte_fee>},
    ConstantEntry{"WeightPerFee", "u64", encoded_constant<weight_per_fee>},
};

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{
        "TransactionPayment", Pallet::TransactionPayment, {}, events_, {}, {}, constants};
    return entry;
}

u128 fee_of(std::size_t length_bytes, Weight weight) {
    return base_fee + byte_fee * length_bytes + weight / weight_per_fee;
}

}  // namespace cloister::runtime::transaction_payment
