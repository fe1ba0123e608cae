#include "runtime/timestamp/timestamp.hpp"

#include "protocol/storage.hpp"

namespace cloister::runtime::timestamp {

namespace {

Dispatch set(Context& context, const AccountId&, const protocol::TimestampSet& call) {
    if (call.now_ms.value <= context.now().value) return refuse(Error::NotLater);
    context.state.store(protocol::storage::timestamp_now(), UnixMillis(call.now_ms.value));
    return {};
}

constexpr std::array calls{
    declare_call<protocol::TimestampSet, set, linear<10 * microsecond, 0>>(
        "set", "now: Compact<u64>", Access::Inherent),
};
Bytes zero() { return scale::encode(std::uint64_t{0}); }
constexpr std::array stored{StorageEntry{"Now", "u64", Hasher::None, "", zero}};
Bytes minimum_period() { return scale::encode(std::uint64_t{1}); }
constexpr std::array constants{ConstantEntry{"MinimumPeriod", "u64", minimum_period}};

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"Timestamp", Pallet::Timestamp, calls, {}, names_of<Error>,
                                       stored,      constants};
    return entry;
}

}  // namespace cloister::runtime::timestamp
