// The table of host functions and what each does.
#include "codec/scale/scale.hpp"
#include "contract/costs.hpp"
#include "contract/host.hpp"
#include "crypto/hash.hpp"

namespace cloister::contract {

namespace {

// pallet-contracts' ReturnCode and sentinel.
constexpr std::uint32_t success = 0;
constexpr std::uint32_t key_not_found = 3;
constexpr std::uint32_t logging_disabled = 9;
constexpr std::uint32_t no_old_value = ~std::uint32_t{0};
constexpr std::uint32_t fixed_key_bytes = 32;  // seal0's storage keys

void input(HostCall& call) { call.give(0, call.host.input); }
void caller(HostCall& call) { call.give(0, call.host.context.caller.view()); }
void address(HostCall& call) { call.give(0, call.host.context.contract.view()); }
void block_number(HostCall& call) { call.give(0, scale::encode(call.host.context.block)); }
void now(HostCall& call) { call.give(0, scale::encode(call.host.context.block_time)); }
void value_transferred(HostCall& call) {
    call.give(0, scale::encode(call.host.context.value_transferred));
}

// (flags, ptr, len): ends the run; flag 1 reverts.
void seal_return(HostCall& call) {
    const std::uint32_t flags = call.argument(0);
    if (flags > 1) return call.end(Outcome::Trapped, "unknown flags given to seal_return");
    if (call.argument(2) > call.host.limits.output_bytes_max) {
        return call.end(Outcome::OutOfMemory, "the output is above its limit");
    }
    const ByteView output = call.bytes(1);
    if (call.over()) return;
    call.host.output = to_bytes(output);
    call.end(flags == 1 ? Outcome::Reverted : Outcome::Returned, "");
}

// (ptr, len) -> code. What does not fit is not kept: debugging must not break a contract.
void debug_message(HostCall& call) {
    const ByteView text = call.bytes(0);
    call.charge(costs::event + text.size() * costs::byte_stored);
    if (call.over()) return;
    const bool kept = text.size() < call.host.limits.events_bytes_max &&
                      call.host.add_event(concat(std::array{event_debug}, text));
    call.result = kept ? success : logging_disabled;
}

// (topics_ptr, topics_len, data_ptr, data_len)
void deposit_event(HostCall& call) {
    const ByteView topics = call.bytes(0);
    const ByteView data = call.bytes(2);
    call.charge(costs::event + (topics.size() + data.size()) * costs::byte_stored);
    if (call.over()) return;
    const std::size_t limit = call.host.limits.events_bytes_max;
    if (topics.size() > limit || data.size() > limit ||
        !call.host.add_event(scale::encode(event_deposit, to_bytes(topics), to_bytes(data)))) {
        call.end(Outcome::OutOfMemory, "the events are above their limit");
    }
}

template <auto hash>
void hash_with(HostCall& call) {  // (ptr, len, out_ptr)
    const ByteView data = call.bytes(0);
    call.charge(data.size() * costs::byte_hashed);
    if (call.over()) return;
    const auto digest = hash(data);
    const std::span<std::uint8_t> out = call.target(2, digest.size());
    if (!call.over()) std::ranges::copy(digest, out.begin());
}

// A storage key of the guest: (ptr, len), or 32 bytes at ptr in seal0.
enum class Keys { Fixed, Variable };

std::optional<Bytes> key_at(HostCall& call, Keys keys, Outcome when_too_long) {
    const std::uint32_t length = keys == Keys::Fixed ? fixed_key_bytes : call.argument(1);
    if (length > call.host.limits.key_bytes_max) {
        call.end(when_too_long, "a storage key is above its limit");
        return std::nullopt;
    }
    const ByteView key = call.bytes(0, length);
    if (call.over()) return std::nullopt;
    return to_bytes(key);
}

std::uint32_t length_of(const std::optional<ByteView>& value) {
    return value ? static_cast<std::uint32_t>(value->size()) : no_old_value;
}

template <Keys keys>
void set_storage(HostCall& call) {  // (key, value_ptr, value_len) -> old length, in seal0 nothing
    call.charge(costs::storage_write);
    const std::optional<Bytes> key = key_at(call, keys, Outcome::StateTooLarge);
    const std::size_t value_at = keys == Keys::Fixed ? 1 : 2;
    if (call.argument(value_at + 1) > call.host.limits.value_bytes_max) {
        call.end(Outcome::StateTooLarge, "a storage value is above its limit");
    }
    const ByteView value = call.bytes(value_at);
    call.charge(value.size() * costs::byte_stored);
    if (!key || call.over()) return;
    call.result = length_of(call.host.find(*key));
    if (!call.host.store(*key, value)) {
        call.end(Outcome::StateTooLarge, "the contract's state is above its limit");
    }
}

template <Keys keys>
void get_storage(HostCall& call) {  // (key, out_ptr, out_len_ptr) -> code
    call.charge(costs::storage_read);
    const std::optional<Bytes> key = key_at(call, keys, Outcome::Trapped);
    if (!key) return;
    const std::optional<ByteView> value = call.host.find(*key);
    call.result = value ? success : key_not_found;
    if (value) call.give(keys == Keys::Fixed ? 1 : 2, *value);
}

template <Keys keys>
void contains_storage(HostCall& call) {  // (key) -> length
    call.charge(costs::storage_read);
    const std::optional<Bytes> key = key_at(call, keys, Outcome::Trapped);
    if (key) call.result = length_of(call.host.find(*key));
}

template <Keys keys>
void clear_storage(HostCall& call) {  // (key) -> old length, in seal0 nothing
    call.charge(costs::storage_write);
    const std::optional<Bytes> key = key_at(call, keys, Outcome::Trapped);
    if (!key) return;
    call.result = length_of(call.host.find(*key));
    call.host.remove(*key);
}

void random(HostCall& call) {  // (out_ptr, len)
    const std::span<std::uint8_t> out = call.target(0, call.argument(1));
    call.charge(out.size() * costs::byte_hashed);
    if (!call.over()) call.host.random(out);
}

void act(HostCall& call) {  // (call_ptr, call_len): an encoded runtime call for the chain
    call.charge(costs::action);
    if (call.argument(1) > call.host.limits.action_bytes_max ||
        call.host.actions.size() == call.host.limits.actions_max) {
        return call.end(Outcome::OutOfMemory, "the actions are above their limit");
    }
    const ByteView action = call.bytes(0);
    call.charge(action.size() * costs::byte_stored);
    if (!call.over()) call.host.actions.push_back(to_bytes(action));
}

void is_query(HostCall& call) { call.result = call.host.context.is_query ? 1 : 0; }

constexpr auto table = std::to_array<HostFunction>({
    {"seal0", "input", 2, false, input},
    {"seal0", "seal_return", 3, false, seal_return},
    {"seal0", "value_transferred", 2, false, value_transferred},
    {"seal0", "caller", 2, false, caller},
    {"seal0", "address", 2, false, address},
    {"seal0", "block_number", 2, false, block_number},
    {"seal0", "now", 2, false, now},
    {"seal0", "debug_message", 2, true, debug_message},
    {"seal0", "deposit_event", 4, false, deposit_event},
    {"seal0", "hash_sha2_256", 3, false, hash_with<crypto::sha256>},
    {"seal0", "hash_blake2_256", 3, false, hash_with<crypto::blake2b_256>},
    {"seal0", "hash_blake2_128", 3, false, hash_with<crypto::blake2b_128>},
    {"seal0", "set_storage", 3, false, set_storage<Keys::Fixed>},
    {"seal0", "get_storage", 3, true, get_storage<Keys::Fixed>},
    {"seal0", "contains_storage", 1, true, contains_storage<Keys::Fixed>},
    {"seal0", "clear_storage", 1, false, clear_storage<Keys::Fixed>},
    {"seal1", "get_storage", 4, true, get_storage<Keys::Variable>},
    {"seal1", "contains_storage", 2, true, contains_storage<Keys::Variable>},
    {"seal1", "clear_storage", 2, true, clear_storage<Keys::Variable>},
    {"seal2", "set_storage", 4, true, set_storage<Keys::Variable>},
    {"cloister", "random", 2, false, random},
    {"cloister", "act", 2, false, act},
    {"cloister", "is_query", 0, true, is_query},
});
static_assert(std::ranges::all_of(table, [](const HostFunction& f) {
    return f.parameters <= parameters_max && parameters_max > 0;
}));

}  // namespace

std::span<const HostFunction> host_functions() { return table; }

}  // namespace cloister::contract
