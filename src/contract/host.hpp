// What a running contract can ask of its surroundings: pallet-contracts' host functions (seal0,
// seal1, seal2, both with and without the "seal_" prefix) and our module "cloister". Knows no
// engine: it sees the guest's memory as a checked span and its fuel as a number. Conventions:
// polkadot-sdk 1.5, frame/contracts, `(out_ptr, out_len_ptr)` buffers and ReturnCode.
//
// Promises: no pointer or length from the guest is used unchecked, all work is paid for before it
// is done, nothing outside the run is touched.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "contract/engine.hpp"
#include "contract/wasm_binary.hpp"

namespace cloister::contract {

// First byte of an entry of Run::events.
inline constexpr std::uint8_t event_debug = 0;    // UTF-8 follows
inline constexpr std::uint8_t event_deposit = 1;  // SCALE (Bytes topics, Bytes data) follows

// The guest as a host function sees it.
struct Guest {
    std::span<std::uint8_t> memory;
    std::uint64_t fuel = 0;
};

// Everything one run reads and leaves behind.
class Host {
  public:
    Host(const Limits& l, const Context& c, const State& s, ByteView i)
        : limits(l), context(c), state(s), input(i) {}

    const Limits& limits;
    const Context& context;
    const State& state;
    const ByteView input;

    // Set once the run is over: seal_return, or a host function's refusal.
    std::optional<Outcome> ended;
    std::string trap;
    Bytes output;
    std::map<Bytes, std::optional<Bytes>> writes;
    std::vector<Bytes> actions;
    std::vector<Bytes> events;

    // The value under `key` as this run sees it.
    std::optional<ByteView> find(const Bytes& key) const;
    // False if the state would grow above its limit; nothing is changed then.
    bool store(Bytes key, ByteView value);
    void remove(const Bytes& key);
    // False if the event does not fit into what is left of events_bytes_max.
    bool add_event(Bytes event);
    // The next bytes of this run's random stream: blake2b-256 of (seed, block number), block
    // after block.
    void random(std::span<std::uint8_t> out);

  private:
    std::size_t state_bytes();

    std::optional<std::size_t> state_bytes_;
    std::size_t events_bytes_ = 0;
    std::uint64_t random_blocks_ = 0;
};

// One call of one host function. The first failure ends the run; later requests then give nothing.
class HostCall {
  public:
    HostCall(Host& h, Guest& guest, std::span<const std::uint32_t> arguments)
        : host(h), guest_(guest), arguments_(arguments) {}

    Host& host;
    std::uint32_t result = 0;

    bool over() const { return host.ended.has_value(); }
    void end(Outcome outcome, std::string_view words);
    std::uint32_t argument(std::size_t i) const { return arguments_[i]; }
    void charge(std::uint64_t fuel);
    // Arguments `pointer` and `pointer + 1` as a byte range of the guest's memory, paid per byte.
    ByteView bytes(std::size_t pointer);
    ByteView bytes(std::size_t pointer, std::uint32_t length);
    // The same to write to.
    std::span<std::uint8_t> target(std::size_t pointer, std::uint32_t length);
    // Writes to the (out_ptr, out_len_ptr) arguments; out_ptr u32::MAX asks for nothing.
    void give(std::size_t out_pointer, ByteView data);

  private:
    std::span<std::uint8_t> range(std::uint32_t at, std::uint32_t length);

    Guest& guest_;
    std::span<const std::uint32_t> arguments_;
};

struct HostFunction {
    std::string_view module;
    std::string_view name;
    unsigned parameters;  // all i32
    bool has_result;      // i32
    void (*run)(HostCall& call);
};
inline constexpr std::size_t parameters_max = 4;

std::span<const HostFunction> host_functions();
FunctionType type_of(const HostFunction& function);

}  // namespace cloister::contract
