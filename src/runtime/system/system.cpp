#include "runtime/system/system.hpp"

#include "protocol/storage.hpp"

namespace cloister::runtime::system {

namespace {

namespace storage = protocol::storage;

Bytes kept_hash_key(BlockNumber number) {
    return storage::twox64_concat("System", "KeptBlockHash", scale::encode(number));
}

Dispatch remark(Context&, const AccountId&, const protocol::SystemRemark&) { return {}; }

constexpr std::array calls{
    declare_call<protocol::SystemRemark, remark, linear<10 * microsecond, 100>>(
        "remark", "remark: Bytes", Access::Signed),
};
constexpr std::array events_{
    declare_event<events::ExtrinsicSuccess>(),
    declare_event<events::ExtrinsicFailed>(),
};
Bytes default_account() { return scale::encode(AccountInfo{}); }
Bytes zero_u32() { return scale::encode(std::uint32_t{0}); }
Bytes no_events() { return Bytes{0}; }
Bytes zero_hash() { return scale::encode(Hash256{}); }
constexpr std::array stored{
    StorageEntry{"Account", "AccountInfo", Hasher::Blake2_128Concat, "AccountId", default_account},
    StorageEntry{"ExtrinsicCount", "u32", Hasher::None, "", nullptr},
    StorageEntry{"BlockHash", "H256", Hasher::Twox64Concat, "u32", zero_hash},
    StorageEntry{"Number", "u32", Hasher::None, "", zero_u32},
    StorageEntry{"ParentHash", "H256", Hasher::None, "", zero_hash},
    StorageEntry{"Digest", "Digest", Hasher::None, "", no_events},
    StorageEntry{"Events", "Vec<EventRecord>", Hasher::None, "", no_events},
    StorageEntry{"EventCount", "u32", Hasher::None, "", zero_u32},
};
Bytes ss58_prefix() { return scale::encode(std::uint16_t{42}); }
// No limits beyond the whole block's; none per class.
Bytes block_weights() {
    scale::Encoder out;
    out.raw(Bytes(2));  // base block
    out.compact(block_weight_max);
    out.compact(~std::uint64_t{0});
    out.raw(Bytes(3 * 5));  // three classes: base weight and three absent limits each
    return std::move(out).take();
}
constexpr std::array constants{
    ConstantEntry{"BlockWeights", "BlockWeights", block_weights},
    ConstantEntry{"BlockHashCount", "u32", encoded_constant<block_hash_count>},
    ConstantEntry{"Version", "RuntimeVersion", runtime_version},
    ConstantEntry{"SS58Prefix", "u16", ss58_prefix},
};

}  // namespace

events::ErrorOnWire events::on_wire(const DispatchError& error) {
    ErrorOnWire wire;
    switch (error.kind) {
        case DispatchError::Kind::Other: wire.emplace<0>(); break;
        case DispatchError::Kind::CannotLookup: wire.emplace<1>(); break;
        case DispatchError::Kind::BadOrigin: wire.emplace<2>(); break;
        case DispatchError::Kind::Module:
            wire.emplace<3>(ModulePart{static_cast<std::uint8_t>(error.pallet), {error.error}});
    }
    return wire;
}

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"System", Pallet::System, calls,    events_,
                                       {},       stored,         constants};
    return entry;
}

AccountInfo account(const Overlay& state, const AccountId& id) {
    return state.load_or(storage::system_account(id), AccountInfo{});
}

void set_account(Overlay& state, const AccountId& id, const AccountInfo& info) {
    const Bytes key = storage::system_account(id);
    if (info.nonce == 0 && info.free == 0 && info.reserved == 0) return state.remove(key);
    AccountInfo stored_info = info;
    stored_info.providers = info.free + info.reserved > 0 ? 1 : 0;
    state.store(key, stored_info);
}

std::optional<BlockHash> block_hash(const Overlay& state, BlockNumber number) {
    return state.load<BlockHash>(storage::system_block_hash(number));
}

void keep_block_hash(Overlay& state, BlockNumber number) {
    state.put(kept_hash_key(number), Bytes{});
}

void initialize(Overlay& state, const At& parent) {
    const BlockNumber number = parent.number.next();
    state.store(storage::system_number(), number);
    state.store(storage::prefix("System", "ParentHash"), parent.hash);
    note_parent(state, parent);
    scale::Encoder digest;
    const auto items = digest_of(number);
    digest.compact(items.size());
    for (const auto& item : items) {
        digest.byte(static_cast<std::uint8_t>(item.kind));
        digest.write(item.engine);
        digest.write(item.data);
    }
    state.put(storage::prefix("System", "Digest"), std::move(digest).take());
}

void note_parent(Overlay& state, const At& parent) {
    state.store(storage::system_block_hash(parent.number), parent.hash);
    if (parent.number.value <= block_hash_count) return;  // the genesis hash stays for ever
    const BlockNumber oldest(parent.number.value - block_hash_count);
    if (state.contains(kept_hash_key(oldest))) {
        state.remove(kept_hash_key(oldest));
    } else {
        state.remove(storage::system_block_hash(oldest));
    }
}

void finalize(Overlay& state, std::uint32_t extrinsics) {
    scale::Encoder all;
    all.compact(state.events().size());
    for (const Bytes& record : state.events()) all.raw(record);
    state.store(storage::prefix("System", "EventCount"),
                static_cast<std::uint32_t>(state.events().size()));
    state.store(storage::prefix("System", "ExtrinsicCount"), extrinsics);
    state.put(storage::system_events(), std::move(all).take());
}

std::vector<finality::DigestItem> digest_of(BlockNumber number) {
    // BABE's SecondaryPlain claim (authority 0, slot = number): explorers read the author from it.
    Bytes claim = concat(Bytes{2}, scale::encode(std::uint32_t{0}, std::uint64_t{number.value}));
    return {
        {finality::DigestItem::Kind::PreRuntime, finality::engine_id("BABE"), std::move(claim)}};
}

}  // namespace cloister::runtime::system
