#include "runtime/governance/governance.hpp"

#include "protocol/storage.hpp"

namespace cloister::runtime::governance {

namespace {

std::optional<Weight> weight_of(ByteView call) {
    const CallEntry* entry = find_call(call);
    if (entry == nullptr) return std::nullopt;
    // What root may not call is not decoded either: an enacted enact would nest without end.
    if (entry->access != Access::Root) return Weight{0};
    return entry->weigh(call.subspan(2));
}

constexpr auto weigh_enact = [](const protocol::GovernanceEnact& call, std::size_t) -> Weight {
    return 100 * microsecond + weight_of(call.encoded_call).value_or(0);
};

Dispatch enact(Context& context, const AccountId& who, const protocol::GovernanceEnact& call) {
    if (context.state.load<AccountId>(authority_key()) != who) return refuse(Error::NotAuthority);
    if (!weight_of(call.encoded_call)) return refuse(Error::UndecodableCall);
    return dispatch(context, {Origin::Kind::Root, {}}, call.encoded_call);
}

constexpr std::array calls{
    declare_call<protocol::GovernanceEnact, enact, weigh_enact>("enact", "encoded_call: Bytes",
                                                                Access::Signed),
};
constexpr std::array stored{StorageEntry{"Authority", "AccountId", Hasher::None, "", nullptr}};

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{
        "Governance", Pallet::Governance, calls, {}, names_of<Error>, stored, {}};
    return entry;
}

Bytes authority_key() { return protocol::storage::prefix("Governance", "Authority"); }

}  // namespace cloister::runtime::governance
