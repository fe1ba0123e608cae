// How a pallet declares itself: calls, events, errors, storage and constants as constexpr tables,
// once. Dispatch, error names, the reading of events and the metadata follow from them. Field lists
// are text in the notation "name: Type, name: Type"; metadata/metadata.hpp explains Type.
#pragma once

#include <span>
#include <string_view>

#include "protocol/calls.hpp"
#include "runtime/frame/names.hpp"
#include "runtime/frame/overlay.hpp"

namespace cloister::runtime {

using protocol::CallIndex;
using protocol::Pallet;

// Picoseconds of the reference machine (sp_weights' ref_time).
using Weight = std::uint64_t;
inline constexpr Weight microsecond = 1'000'000;
inline constexpr Weight millisecond = 1000 * microsecond;
inline constexpr Weight block_weight_max = 2000 * millisecond;

// sp_runtime::DispatchError, as far as we use it.
struct DispatchError {
    enum class Kind : std::uint8_t { Other = 0, CannotLookup = 1, BadOrigin = 2, Module = 3 };
    Kind kind = Kind::Other;
    Pallet pallet{};         // Module only
    std::uint8_t error = 0;  // Module only
    friend bool operator==(const DispatchError&, const DispatchError&) = default;
};
using Dispatch = Result<void, DispatchError>;

// A pallet's own error; the pallet is found through `pallet_of` beside the enum.
template <class E>
Err<DispatchError> refuse(E error) {
    return err(DispatchError{DispatchError::Kind::Module, pallet_of(error),
                             static_cast<std::uint8_t>(error)});
}

// Who calls. A contract's own account is Signed by the contract.
struct Origin {
    enum class Kind : std::uint8_t { None, Signed, Root };
    Kind kind = Kind::None;
    AccountId signer;
};

// Who may call.
enum class Access : std::uint8_t { Inherent, Signed, Root };

// What a call sees of its block.
struct Context {
    Overlay& state;
    BlockNumber number;  // of the block being made
    BlockHash genesis;
    std::optional<std::uint32_t> extrinsic;  // index of the one being applied; nothing: a hook
    bool fee_returned = false;  // the call served others: if it succeeds, its fee goes back

    UnixMillis now() const;
    // Event structs name their pallet, variant and fields.
    template <class Event>
    void deposit(const Event& event) {
        scale::Encoder record;
        write_phase(record);
        record.byte(static_cast<std::uint8_t>(Event::pallet));
        record.byte(Event::variant);
        record.write(event);
        record.compact(0);  // topics
        state.deposit(std::move(record).take());
    }

  private:
    void write_phase(scale::Encoder& record) const;
};

struct CallEntry {
    CallIndex index;
    std::string_view name;
    std::string_view fields;
    Access access{};
    std::optional<Weight> (*weigh)(ByteView arguments) = nullptr;  // nothing: does not decode
    // Precondition: the arguments decode. The account is zero for Inherent and Root.
    Dispatch (*run)(Context&, const AccountId&, ByteView arguments) = nullptr;
};
template <class Arguments, auto Run, auto Weigh>
constexpr CallEntry declare_call(std::string_view name, std::string_view fields, Access access) {
    return {Arguments::index,
            name,
            fields,
            access,
            [](ByteView bytes) -> std::optional<Weight> {
                const auto arguments = scale::decode<Arguments>(bytes);
                if (!arguments) return std::nullopt;
                return Weigh(*arguments, bytes.size());
            },
            [](Context& context, const AccountId& who, ByteView bytes) -> Dispatch {
                const auto arguments = scale::decode<Arguments>(bytes);
                CLOISTER_ASSERT(arguments.has_value());
                return Run(context, who, *arguments);
            }};
}
template <Weight Base, Weight PerByte>
inline constexpr auto linear =
    [](const auto&, std::size_t bytes) -> Weight { return Base + PerByte * bytes; };

struct EventEntry {
    std::uint8_t variant = 0;
    std::string_view name;
    std::string_view fields;
    void (*skip)(scale::Decoder&) = nullptr;
};
template <class Event>
constexpr EventEntry declare_event() {
    return {Event::variant, Event::name, Event::field_list,
            [](scale::Decoder& decoder) { static_cast<void>(decoder.read<Event>()); }};
}

enum class Hasher : std::uint8_t { None, Blake2_128Concat, Twox64Concat };
struct StorageEntry {
    std::string_view name;
    std::string_view value;
    Hasher hasher = Hasher::None;
    std::string_view key;
    // Absent values read as `absent` where that is set (modifier Default), else as nothing
    // (Optional).
    Bytes (*absent)() = nullptr;
};
template <auto Value>
Bytes encoded_constant() {
    return scale::encode(Value);
}
struct ConstantEntry {
    std::string_view name;
    std::string_view type;
    Bytes (*value)() = nullptr;
};

struct PalletEntry {
    std::string_view name;
    Pallet index{};
    std::span<const CallEntry> calls;
    std::span<const EventEntry> events;
    std::span<const std::string_view> errors;
    std::span<const StorageEntry> storage;
    std::span<const ConstantEntry> constants;
};

// All pallets, by index.
std::span<const PalletEntry> pallets();
const PalletEntry* find_pallet(std::uint8_t index);
// The call that `call` begins with, if this runtime has it.
const CallEntry* find_call(ByteView call);

// Runs a whole encoded call; BadOrigin where `origin` may not. Not transactional by itself.
Dispatch dispatch(Context& context, const Origin& origin, ByteView call);
// The same, all or nothing.
Dispatch dispatch_atomically(Context& context, const Origin& origin, ByteView call);

}  // namespace cloister::runtime
