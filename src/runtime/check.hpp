// What every extrinsic must pass before it is applied: form, era, signature, nonce, fee.
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime {

struct Checked {
    AccountId signer;
    protocol::Extra extra;
    ByteView call;  // into the extrinsic
    Weight weight = 0;
    u128 fee = 0;  // without the tip
    std::uint32_t account_nonce = 0;
    VerifiedSignature signature;
};
enum class NonceRule : std::uint8_t { Exact, MayBeFuture };
// `context.state` must know the parent of the block that the extrinsic would enter. `known`
// is null where nothing is known of the signature.
Result<Checked, TransactionError> check_signed(const Context& context, ByteView extrinsic,
                                               NonceRule rule, const VerifiedSignature* known);

// The bare Timestamp.set that begins a block; nothing for anything else.
std::optional<ByteView> inherent_call(ByteView extrinsic);

}  // namespace cloister::runtime
