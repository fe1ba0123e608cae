#include "contract/host.hpp"

#include "contract/costs.hpp"
#include "crypto/hash.hpp"

namespace cloister::contract {

std::optional<ByteView> Host::find(const Bytes& key) const {
    if (const auto written = writes.find(key); written != writes.end()) {
        if (!written->second) return std::nullopt;
        return ByteView(*written->second);
    }
    if (const auto kept = state.find(key); kept != state.end()) return ByteView(kept->second);
    return std::nullopt;
}

std::size_t Host::state_bytes() {
    if (!state_bytes_) {
        std::size_t total = 0;
        for (const auto& [key, value] : state) total += bytes_of_entry(key.size(), value.size());
        state_bytes_ = total;
    }
    return *state_bytes_;
}

bool Host::store(Bytes key, ByteView value) {
    const std::optional<ByteView> old = find(key);
    const std::size_t without_old =
        state_bytes() - (old ? bytes_of_entry(key.size(), old->size()) : 0);
    const std::size_t total = without_old + bytes_of_entry(key.size(), value.size());
    if (total > limits.state_bytes_max) return false;
    state_bytes_ = total;
    writes.insert_or_assign(std::move(key), to_bytes(value));
    return true;
}

void Host::remove(const Bytes& key) {
    const std::optional<ByteView> old = find(key);
    if (!old) return;
    state_bytes_ = state_bytes() - bytes_of_entry(key.size(), old->size());
    if (state.contains(key)) {
        writes.insert_or_assign(key, std::nullopt);
    } else {
        writes.erase(key);
    }
}

bool Host::add_event(Bytes event) {
    if (event.size() > limits.events_bytes_max - events_bytes_) return false;
    events_bytes_ += event.size();
    events.push_back(std::move(event));
    return true;
}

void Host::random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        Bytes block = to_bytes(context.randomness_seed.view());
        for (unsigned shift = 0; shift < 64; shift += 8) {
            block.push_back(static_cast<std::uint8_t>(random_blocks_ >> shift));
        }
        ++random_blocks_;
        const Hash256 bytes = crypto::blake2b_256(block);
        const std::size_t size = std::min(out.size(), Hash256::size());
        std::copy_n(bytes.begin(), size, out.begin());
        out = out.subspan(size);
    }
}

void HostCall::end(Outcome outcome, std::string_view words) {
    if (over()) return;
    host.ended = outcome;
    host.trap = words;
}

void HostCall::charge(std::uint64_t fuel) {
    if (over()) return;
    if (fuel > guest_.fuel) {
        guest_.fuel = 0;
        return end(Outcome::OutOfGas, "out of gas in a host function");
    }
    guest_.fuel -= fuel;
}

std::span<std::uint8_t> HostCall::range(std::uint32_t at, std::uint32_t length) {
    if (over()) return {};
    const std::size_t size = guest_.memory.size();
    if (at > size || length > size - at) {
        end(Outcome::Trapped, "a host function's argument lies outside of memory");
        return {};
    }
    charge(length * costs::byte_moved);
    if (over()) return {};
    return guest_.memory.subspan(at, length);
}

ByteView HostCall::bytes(std::size_t pointer) { return bytes(pointer, argument(pointer + 1)); }

ByteView HostCall::bytes(std::size_t pointer, std::uint32_t length) {
    return range(argument(pointer), length);
}

std::span<std::uint8_t> HostCall::target(std::size_t pointer, std::uint32_t length) {
    return range(argument(pointer), length);
}

void HostCall::give(std::size_t out_pointer, ByteView data) {
    constexpr std::uint32_t not_wanted = ~std::uint32_t{0};
    if (argument(out_pointer) == not_wanted) return;
    const std::span<std::uint8_t> length = target(out_pointer + 1, 4);
    if (over()) return;
    std::uint32_t room = 0;
    for (std::size_t i = 4; i > 0; --i) room = (room << 8) | length[i - 1];
    if (room < data.size()) return end(Outcome::Trapped, "an output buffer is too small");
    const auto size = static_cast<std::uint32_t>(data.size());
    const std::span<std::uint8_t> out = target(out_pointer, size);
    if (over()) return;
    for (std::size_t i = 0; i < 4; ++i) length[i] = static_cast<std::uint8_t>(size >> (8 * i));
    std::ranges::copy(data, out.begin());
}

FunctionType type_of(const HostFunction& function) {
    const auto i32 = static_cast<std::uint8_t>(ValueType::I32);
    return {Bytes(function.parameters, i32), Bytes(function.has_result ? 1 : 0, i32)};
}

}  // namespace cloister::contract
