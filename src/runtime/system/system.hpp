// System: accounts, block numbers and hashes, events, remarks.
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::system {

// frame_system::AccountInfo over pallet_balances::AccountData: 80 bytes.
struct AccountInfo {
    std::uint32_t nonce = 0;
    std::uint32_t consumers = 0;
    std::uint32_t providers = 0;
    std::uint32_t sufficients = 0;
    u128 free = 0;
    u128 reserved = 0;
    u128 frozen = 0;
    u128 flags = u128{1} << 127;  // ExtraFlags::NewLogic
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.nonce, s.consumers, s.providers, s.sufficients, s.free, s.reserved,
                             s.frozen, s.flags);
    }
    friend bool operator==(const AccountInfo&, const AccountInfo&) = default;
};

// DispatchEventInfo: weight, class (0 Normal, 2 Mandatory), pays_fee (0 Yes, 1 No).
struct DispatchInfo {
    scale::Compact<std::uint64_t> ref_time;
    scale::Compact<std::uint64_t> proof_size;
    std::uint8_t dispatch_class = 0;
    std::uint8_t pays_fee = 0;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.ref_time, s.proof_size, s.dispatch_class, s.pays_fee);
    }
};

namespace events {
struct ExtrinsicSuccess {
    static constexpr Pallet pallet = Pallet::System;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "ExtrinsicSuccess";
    static constexpr std::string_view field_list = "dispatch_info: DispatchEventInfo";
    DispatchInfo info;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.info); }
};
// DispatchError on the wire: only a module error carries anything.
struct ModulePart {
    std::uint8_t pallet = 0;
    std::array<std::uint8_t, 4> error{};
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.pallet, s.error); }
};
using ErrorOnWire = std::variant<std::monostate, std::monostate, std::monostate, ModulePart>;
struct ExtrinsicFailed {
    static constexpr Pallet pallet = Pallet::System;
    static constexpr std::uint8_t variant = 1;
    static constexpr std::string_view name = "ExtrinsicFailed";
    static constexpr std::string_view field_list =
        "dispatch_error: DispatchError, dispatch_info: DispatchEventInfo";
    ErrorOnWire error;
    DispatchInfo info;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.error, s.info); }
};
ErrorOnWire on_wire(const DispatchError& error);
}  // namespace events

const PalletEntry& declaration();

AccountInfo account(const Overlay& state, const AccountId& id);
// An account that never signed anything and owns nothing is removed; one that did keeps its nonce,
// so that an old immortal transaction can never be replayed.
void set_account(Overlay& state, const AccountId& id, const AccountInfo& info);

// Nothing for a number that was not or is no longer kept.
std::optional<BlockHash> block_hash(const Overlay& state, BlockNumber number);
// This block's hash outlives block_hash_count: something undone refers to it.
void keep_block_hash(Overlay& state, BlockNumber number);

// Begins the block after `parent`: number, parent's hash, and the oldest hash goes.
void initialize(Overlay& state, const At& parent);
// The part of it that eras depend on.
void note_parent(Overlay& state, const At& parent);
// Writes System.Events and counts; the last thing in a block.
void finalize(Overlay& state, std::uint32_t extrinsics);
// The digest of block `number`; the same for its builder and everybody else.
std::vector<finality::DigestItem> digest_of(BlockNumber number);

}  // namespace cloister::runtime::system
