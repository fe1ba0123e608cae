#include "runtime/balances/balances.hpp"

#include "protocol/storage.hpp"

namespace cloister::runtime::balances {

namespace {

using system::account;
using system::set_account;

void burn(Overlay& state, u128 amount) {
    const u128 total = state.load_or(total_issuance_key(), u128{0});
    CLOISTER_ASSERT(total >= amount);
    state.store(total_issuance_key(), total - amount);
}

void issue(Overlay& state, u128 amount) {
    state.store(total_issuance_key(), state.load_or(total_issuance_key(), u128{0}) + amount);
}

void credit(Context& context, const AccountId& to, u128 amount) {
    auto info = account(context.state, to);
    const bool is_new = info.free == 0 && info.reserved == 0;
    info.free += amount;
    set_account(context.state, to, info);
    if (is_new) context.deposit(events::Endowed{{to, amount}});
}

enum class Sender : std::uint8_t { MayDie, KeepsAlive };

Dispatch transfer(Context& context, const AccountId& from, const protocol::Transfer& call,
                  Sender sender) {
    if (call.address_kind != protocol::MultiAddress::id_index) {
        return err(DispatchError{.kind = DispatchError::Kind::CannotLookup});
    }
    const u128 amount = call.value.value;
    auto source = account(context.state, from);
    if (source.free < amount) return refuse(Error::InsufficientBalance);
    if (from == call.destination) return {};
    if (account(context.state, call.destination).free + amount < existential_deposit) {
        return refuse(Error::ExistentialDeposit);
    }
    source.free -= amount;
    const bool dies = source.free < existential_deposit;
    if (dies && sender == Sender::KeepsAlive) return refuse(Error::Expendability);
    const bool is_dust = dies && source.reserved == 0 && source.free > 0;
    if (is_dust) {
        burn(context.state, source.free);
        context.deposit(events::DustLost{{from, source.free}});
        source.free = 0;
    }
    set_account(context.state, from, source);
    credit(context, call.destination, amount);
    context.deposit(events::Transfer{from, call.destination, amount});
    return {};
}

Dispatch transfer_allow_death(Context& context, const AccountId& from,
                              const protocol::TransferAllowDeath& call) {
    return transfer(context, from, call, Sender::MayDie);
}

Dispatch transfer_keep_alive(Context& context, const AccountId& from,
                             const protocol::TransferKeepAlive& call) {
    return transfer(context, from, call, Sender::KeepsAlive);
}

constexpr std::string_view transfer_fields = "dest: MultiAddress, value: Compact<u128>";
constexpr std::array calls{
    declare_call<protocol::TransferAllowDeath, transfer_allow_death, linear<150 * microsecond, 0>>(
        "transfer_allow_death", transfer_fields, Access::Signed),
    declare_call<protocol::TransferKeepAlive, transfer_keep_alive, linear<150 * microsecond, 0>>(
        "transfer_keep_alive", transfer_fields, Access::Signed),
};
constexpr std::array events_{
    declare_event<events::Endowed>(),    declare_event<events::DustLost>(),
    declare_event<events::Transfer>(),   declare_event<events::Reserved>(),
    declare_event<events::Unreserved>(), declare_event<events::Deposit>(),
    declare_event<events::Withdraw>(),   declare_event<events::Burned>(),
};
Bytes zero() { return scale::encode(u128{0}); }
constexpr std::array stored{StorageEntry{"TotalIssuance", "u128", Hasher::None, "", zero}};
constexpr std::array constants{
    ConstantEntry{"ExistentialDeposit", "u128", encoded_constant<existential_deposit>},
};

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"Balances",      Pallet::Balances, calls,    events_,
                                       names_of<Error>, stored,           constants};
    return entry;
}

u128 free_balance(const Overlay& state, const AccountId& who) { return account(state, who).free; }

Bytes total_issuance_key() { return protocol::storage::prefix("Balances", "TotalIssuance"); }

Dispatch withdraw(Context& context, const AccountId& who, u128 amount) {
    auto info = account(context.state, who);
    if (info.free < amount) return refuse(Error::InsufficientBalance);
    info.free -= amount;
    if (info.free < existential_deposit) return refuse(Error::Expendability);
    set_account(context.state, who, info);
    burn(context.state, amount);
    context.deposit(events::Withdraw{{who, amount}});
    return {};
}

void refund(Context& context, const AccountId& who, u128 amount) {
    if (amount == 0) return;
    auto info = account(context.state, who);
    info.free += amount;
    set_account(context.state, who, info);
    issue(context.state, amount);
    context.deposit(events::Deposit{{who, amount}});
}

Dispatch reserve(Context& context, const AccountId& who, u128 amount) {
    auto info = account(context.state, who);
    if (info.free < amount) return refuse(Error::InsufficientBalance);
    info.free -= amount;
    if (info.free < existential_deposit) return refuse(Error::Expendability);
    info.reserved += amount;
    set_account(context.state, who, info);
    context.deposit(events::Reserved{{who, amount}});
    return {};
}

void unreserve(Context& context, const AccountId& who, u128 amount) {
    if (amount == 0) return;
    auto info = account(context.state, who);
    CLOISTER_ASSERT(info.reserved >= amount);
    info.reserved -= amount;
    info.free += amount;
    set_account(context.state, who, info);
    context.deposit(events::Unreserved{{who, amount}});
}

void pay_reserved(Context& context, const AccountId& from, const AccountId& to, u128 amount) {
    if (amount == 0) return;
    auto info = account(context.state, from);
    CLOISTER_ASSERT(info.reserved >= amount);
    info.reserved -= amount;
    set_account(context.state, from, info);
    credit(context, to, amount);
    context.deposit(events::Transfer{from, to, amount});
}

void burn_reserved(Context& context, const AccountId& who, u128 amount) {
    if (amount == 0) return;
    auto info = account(context.state, who);
    CLOISTER_ASSERT(info.reserved >= amount);
    info.reserved -= amount;
    set_account(context.state, who, info);
    burn(context.state, amount);
    context.deposit(events::Burned{{who, amount}});
}

}  // namespace cloister::runtime::balances
