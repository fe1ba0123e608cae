#include "runtime/check.hpp"

#include "crypto/hash.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::runtime {

// The one maker of a VerifiedSignature.
struct SignatureCheck {
    static Result<VerifiedSignature, TransactionError> run(const protocol::SignedPart& part,
                                                           ByteView call, ByteView extrinsic,
                                                           const protocol::ChainContext& chain,
                                                           const VerifiedSignature* known) {
        const Hash256 hash = crypto::blake2b_256(extrinsic);
        if (known != nullptr && known->covers(hash, chain.genesis, chain.era_block)) return *known;
        // CheckNonZeroSender: the zero account is the neutral element, which anybody can sign for.
        if (part.signer.is_zero()) return err(TransactionError::BadProof);
        const Bytes payload = protocol::signing_payload(call, part.extra, chain);
        if (!crypto::verify(part.signer, payload, part.signature)) {
            return err(TransactionError::BadProof);
        }
        return VerifiedSignature(hash, chain.genesis, chain.era_block);
    }
};

namespace {

Result<BlockHash, TransactionError> era_block(const Context& context, const protocol::Era& era) {
    if (era.immortal()) return context.genesis;
    const auto hash = system::block_hash(context.state, era.birth(context.number));
    if (!hash) return err(TransactionError::AncientBirthBlock);
    return *hash;
}

// Fee and tip are affordable and leave the account alive.
bool can_pay(u128 free, const Checked& checked) {
    const u128 needed = checked.fee + balances::existential_deposit;
    return free >= needed && free - needed >= checked.extra.tip;
}

}  // namespace

Result<Checked, TransactionError> check_signed(const Context& context, ByteView extrinsic,
                                               NonceRule rule, const VerifiedSignature* known) {
    const auto parsed = protocol::parse_extrinsic(extrinsic);
    if (!parsed) return err(TransactionError::Malformed);
    const CallEntry* entry = find_call(parsed->call);
    if (entry == nullptr) return err(TransactionError::Malformed);
    const auto weight = entry->weigh(parsed->call.subspan(2));
    if (!weight) return err(TransactionError::Malformed);
    if (!parsed->signed_part) return err(TransactionError::BadMandatory);
    const auto& part = *parsed->signed_part;
    if (part.extra.metadata_mode != 0) return err(TransactionError::MetadataHashUnsupported);
    CLOISTER_TRY(const BlockHash birth, era_block(context, part.extra.era));
    const protocol::ChainContext chain{spec_version, transaction_version, context.genesis, birth};
    CLOISTER_TRY(const VerifiedSignature signature,
                 SignatureCheck::run(part, parsed->call, extrinsic, chain, known));
    const system::AccountInfo account = system::account(context.state, part.signer);
    const std::uint32_t nonce = account.nonce;
    if (part.extra.nonce < nonce) return err(TransactionError::Stale);
    if (part.extra.nonce > nonce && rule == NonceRule::Exact) {
        return err(TransactionError::Future);
    }
    if (*weight > block_weight_max) return err(TransactionError::ExhaustsResources);
    Checked checked{part.signer,
                    part.extra,
                    parsed->call,
                    *weight,
                    transaction_payment::fee_of(extrinsic.size(), *weight),
                    nonce,
                    signature};
    if (!can_pay(account.free, checked)) return err(TransactionError::Payment);
    return checked;
}

std::optional<ByteView> inherent_call(ByteView extrinsic) {
    const auto parsed = protocol::parse_extrinsic(extrinsic);
    if (!parsed || parsed->signed_part) return std::nullopt;
    const CallEntry* entry = find_call(parsed->call);
    if (entry == nullptr || entry->access != Access::Inherent) return std::nullopt;
    if (!entry->weigh(parsed->call.subspan(2))) return std::nullopt;
    return parsed->call;
}

Result<Validity, TransactionError> validate(const StateView& view, const At& at,
                                            ByteView extrinsic) {
    Overlay state(view);
    system::note_parent(state, at);
    const Context context{state, at.number.next(), at.genesis, std::nullopt};
    CLOISTER_TRY(const Checked checked,
                 check_signed(context, extrinsic, NonceRule::MayBeFuture, nullptr));
    constexpr u128 half = ~std::uint64_t{0};
    const u128 fee_per_byte = checked.fee / extrinsic.size();
    const std::uint64_t death = checked.extra.era.death(context.number);
    return Validity{
        .signer = checked.signer,
        .nonce = checked.extra.nonce,
        .account_nonce = checked.account_nonce,
        .signature = checked.signature,
        .priority = (std::min(checked.extra.tip, half) << 64) | std::min(fee_per_byte, half),
        .longevity_blocks = checked.extra.era.immortal() ? death : death - context.number.value,
    };
}

std::string_view name_of(TransactionError error) {
    switch (error) {
        case TransactionError::Malformed: return "Malformed";
        case TransactionError::BadProof: return "BadProof";
        case TransactionError::Stale: return "Stale";
        case TransactionError::Future: return "Future";
        case TransactionError::Payment: return "Payment";
        case TransactionError::AncientBirthBlock: return "AncientBirthBlock";
        case TransactionError::ExhaustsResources: return "ExhaustsResources";
        case TransactionError::BadMandatory: return "BadMandatory";
        case TransactionError::MetadataHashUnsupported: return "MetadataHashUnsupported";
    }
    std::unreachable();
}

}  // namespace cloister::runtime
