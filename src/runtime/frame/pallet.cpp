#include "runtime/frame/pallet.hpp"

#include "protocol/storage.hpp"
#include "runtime/frame/declarations.hpp"

namespace cloister::runtime {

namespace {

bool allowed(Access access, Origin::Kind kind) {
    switch (access) {
        case Access::Inherent: return kind == Origin::Kind::None;
        case Access::Signed: return kind == Origin::Kind::Signed;
        case Access::Root: return kind == Origin::Kind::Root;
    }
    return false;
}

}  // namespace

UnixMillis Context::now() const {
    return state.load_or(protocol::storage::timestamp_now(), UnixMillis{});
}

void Context::write_phase(scale::Encoder& record) const {
    record.byte(extrinsic ? 0 : 2);  // ApplyExtrinsic, Initialization
    if (extrinsic) record.write(*extrinsic);
}

std::span<const PalletEntry> pallets() {
    static const std::array all{
        system::declaration(),      timestamp::declaration(),
        balances::declaration(),    transaction_payment::declaration(),
        grandpa::declaration(),     governance::declaration(),
        attestation::declaration(), registry::declaration(),
        contracts::declaration(),   tasks::declaration(),
        stake::declaration(),
    };
    return all;
}

const PalletEntry* find_pallet(std::uint8_t index) {
    for (const PalletEntry& pallet : pallets()) {
        if (pallet.index == Pallet{index}) return &pallet;
    }
    return nullptr;
}

const CallEntry* find_call(ByteView call) {
    if (call.size() < 2) return nullptr;
    const PalletEntry* pallet = find_pallet(call[0]);
    if (pallet == nullptr) return nullptr;
    for (const CallEntry& entry : pallet->calls) {
        if (entry.index.call == call[1]) return &entry;
    }
    return nullptr;
}

Dispatch dispatch(Context& context, const Origin& origin, ByteView call) {
    const CallEntry* entry = find_call(call);
    CLOISTER_ASSERT(entry != nullptr);
    if (!allowed(entry->access, origin.kind)) {
        return err(DispatchError{.kind = DispatchError::Kind::BadOrigin});
    }
    return entry->run(context, origin.signer, call.subspan(2));
}

Dispatch dispatch_atomically(Context& context, const Origin& origin, ByteView call) {
    context.state.begin();
    auto result = dispatch(context, origin, call);
    if (result.has_value()) {
        context.state.commit();
    } else {
        context.state.rollback();
    }
    return result;
}

}  // namespace cloister::runtime
