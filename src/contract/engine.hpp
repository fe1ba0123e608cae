// The Phat Contract virtual machine: WASM under fuel, a memory limit, canonical NaNs and nothing
// that could tell two replicas apart. Our own small interface; wasmtime stays behind it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "base/types.hpp"
#include "crypto/hash.hpp"

namespace cloister::contract {

// Part of every receipt. A new wasmtime major, fuel table or host function meaning is a new
// version.
inline constexpr std::uint32_t engine_version = 1;

struct Limits {
    std::size_t code_bytes_max = 2U << 20;
    std::uint32_t memory_pages_max = 1024;    // 64 KiB each
    std::size_t value_bytes_max = 16U << 20;  // one storage value
    std::size_t key_bytes_max = 128;          // one storage key
    std::size_t state_bytes_max = 64U << 20;  // one contract's state, by bytes_of_entry
    std::size_t input_bytes_max = 1U << 20;
    std::size_t output_bytes_max = 1U << 20;
    std::size_t events_bytes_max = 64U << 10;  // debug messages and events of one call
    std::size_t actions_max = 16;
    std::size_t action_bytes_max = 4096;  // one action's encoded call
};

// Why a module is not a contract.
enum class CodeError : std::uint8_t {
    TooLarge,         // above Limits::code_bytes_max, or a function above wasm_code.hpp's bounds
    Malformed,        // not valid WASM under our feature set (no threads, SIMD, GC, memory64)
    MissingExport,    // "call" or "deploy" is missing or of another type than () -> ()
    ForbiddenImport,  // an import that is not a known host function of the right type
    BadMemory,        // not exactly one memory, or limits above Limits::memory_pages_max
    HasStart,         // a start function
};
std::string_view name_of(CodeError error);

// How a run ended. `Returned` covers success and the contract's own revert flag.
enum class Outcome : std::uint8_t {
    Returned = 0,
    Reverted = 1,  // the contract returned with the revert flag: state unchanged
    Trapped = 2,   // unreachable, out of bounds, bad host call argument, stack overflow
    OutOfGas = 3,
    OutOfMemory = 4,    // memory.grow or a host buffer above the limit made it trap
    StateTooLarge = 5,  // storage writes above the limits
};
constexpr Outcome scale_last(Outcome) { return Outcome::StateTooLarge; }
std::string_view name_of(Outcome outcome);

using State = std::map<Bytes, Bytes>;  // one contract's private state, by raw storage key

// What an entry counts for in every limit: its bytes and what it costs in memory besides them, so
// that many tiny entries are as dear as they are.
inline constexpr std::size_t entry_overhead_bytes = 128;
constexpr std::size_t bytes_of_entry(std::size_t key_bytes, std::size_t value_bytes) {
    return key_bytes + value_bytes + entry_overhead_bytes;
}

// What the contract may know about this run. All of it is equal on every replica.
struct Context {
    ContractId contract;
    AccountId caller;
    BlockNumber block;      // a command: the assigning block; a query: the newest accepted
    UnixMillis block_time;  // that block's timestamp
    u128 value_transferred = 0;
    Hash256 randomness_seed;  // PRF output for this run; host function `random` expands it
    bool is_query = false;    // queries may not write: writes are dropped with the run
};

struct Entry {
    enum class Function : std::uint8_t { Deploy, Call } function = Function::Call;
    ByteView input;
    Gas gas_limit;
};

struct Run {
    Outcome outcome = Outcome::Trapped;
    std::string trap;  // words for a development network's log; never leaves sealed
    Bytes output;      // what seal_return gave
    Gas gas_used;
    std::map<Bytes, std::optional<Bytes>> writes;  // empty unless Returned
    std::vector<Bytes> actions;                    // encoded runtime calls, empty unless Returned
    // Byte 0 and UTF-8: a debug message. Byte 1 and SCALE (Bytes topics, Bytes data): an event,
    // only if Returned.
    std::vector<Bytes> events;
};

class Module;  // compiled code

// Owns the wasmtime engine. Thread-compatible; one per process, at most 8 runs at the same time.
class Engine {
  public:
    explicit Engine(const Limits& limits);
    ~Engine();
    Engine(Engine&&) noexcept;

    // Validates and compiles. Deterministic verdict.
    Result<std::shared_ptr<const Module>, CodeError> compile(ByteView wasm) const;
    // Runs to completion, trap or exhausted gas; never throws, never touches the world.
    Run run(const Module& module, const Context& context, const State& state,
            const Entry& entry) const;
    const Limits& limits() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cloister::contract
