#include "runtime/stake/stake.hpp"

#include "protocol/storage.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/phala_registry/registry.hpp"

namespace cloister::runtime::stake {

namespace {

Dispatch bond(Context& context, const AccountId& who, const protocol::StakeBond& call) {
    CLOISTER_CHECK(balances::reserve(context, who, call.value.value));
    context.state.store(bond_key(who), bonded(context.state, who) + call.value.value);
    context.deposit(events::Bonded{who, call.value.value});
    return {};
}

Dispatch unbond(Context& context, const AccountId& who, const protocol::StakeUnbond& call) {
    const u128 before = bonded(context.state, who);
    const u128 amount = call.value.value;
    if (amount > before) return refuse(Error::NotBonded);
    balances::unreserve(context, who, amount);
    if (amount == before) {
        context.state.remove(bond_key(who));
    } else {
        context.state.store(bond_key(who), before - amount);
    }
    context.deposit(events::Unbonded{who, amount});
    if (!has_worker_bond(context.state, who)) registry::retire_worker_of(context, who);
    return {};
}

constexpr std::array calls{
    declare_call<protocol::StakeBond, bond, linear<150 * microsecond, 0>>(
        "bond", "value: Compact<u128>", Access::Signed),
    declare_call<protocol::StakeUnbond, unbond, linear<200 * microsecond, 0>>(
        "unbond", "value: Compact<u128>", Access::Signed),
};
constexpr std::array events_{declare_event<events::Bonded>(), declare_event<events::Unbonded>()};
Bytes zero() { return scale::encode(u128{0}); }
constexpr std::array stored{
    StorageEntry{"Bonds", "u128", Hasher::Blake2_128Concat, "AccountId", zero},
    StorageEntry{"WorkerBondMin", "u128", Hasher::None, "", zero},
};

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"Stake",         Pallet::Stake, calls, events_,
                                       names_of<Error>, stored,        {}};
    return entry;
}

u128 bonded(const Overlay& state, const AccountId& who) {
    return state.load_or(bond_key(who), u128{0});
}

Bytes bond_key(const AccountId& who) {
    return protocol::storage::blake2_128_concat("Stake", "Bonds", who.view());
}

Bytes worker_bond_min_key() { return protocol::storage::prefix("Stake", "WorkerBondMin"); }

bool has_worker_bond(const Overlay& state, const AccountId& who) {
    return bonded(state, who) >= state.load_or(worker_bond_min_key(), u128{0});
}

}  // namespace cloister::runtime::stake
