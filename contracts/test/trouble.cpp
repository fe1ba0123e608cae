// Misbehaves on request, for the tests of the engine and of the network around it.
#include <cloister/contract.hpp>

using namespace cloister;

struct Trouble {
    Cell<std::uint64_t> value{"value"};
    Map<std::uint32_t, Bytes> blobs{"blob"};

    void create() { value.set(1); }
    std::uint64_t get() const { return value.get(); }
    void set(std::uint64_t to) { value.set(to); }

    void trap_midway(std::uint64_t to) {
        value.set(to);
        host::trap();
    }
    Result<void, std::uint8_t> revert(std::uint64_t to) {
        value.set(to);
        return std::unexpected(std::uint8_t{7});
    }
    void spin() {
        for (volatile std::uint32_t i = 0;; i = i + 1) {
        }
    }
    void eat_memory() {
        for (;;) value.set(reinterpret_cast<std::uintptr_t>(::operator new(1U << 20)));
    }
    std::uint64_t recurse(std::uint64_t depth) {
        volatile std::uint64_t here = depth;
        return depth == 0 ? 0 : here + recurse(depth + 1);
    }
    // `count` values of `bytes` bytes each.
    void hoard(std::uint32_t count, std::uint32_t bytes) {
        const Bytes blob(bytes, 0xab);
        for (std::uint32_t i = 0; i < count; ++i) blobs.set(i, blob);
    }
    void long_output(std::uint32_t bytes) {
        const Bytes blob(bytes);
        host::cloister_return(0, blob.data(), blob.size());
    }
    void act_times(Bytes call, std::uint32_t times) {
        for (std::uint32_t i = 0; i < times; ++i) act(call);
    }
    void chatter(std::uint32_t bytes) { emit(Bytes(bytes)); }
    // A host call whose buffer ends one byte behind the memory.
    void read_outside() {
        const std::uint32_t end = __builtin_wasm_memory_size(0) * 65536;
        host::cloister_debug(reinterpret_cast<const void*>(end - 7), 8);
    }
    // Leaves a mark in fresh memory; says whether an earlier one was there.
    bool mark_memory() const {
        auto* mark = static_cast<volatile std::uint8_t*>(::operator new(8U << 20)) + (7U << 20);
        const bool seen = *mark != 0;
        *mark = 0x5a;
        return seen;
    }
    // A NaN with a payload, through arithmetic that the compiler cannot fold: its bits.
    std::uint64_t nan_bits(std::uint64_t payload) const {
        volatile double a = std::bit_cast<double>(payload);
        return std::bit_cast<std::uint64_t>(a + a * 2.0);
    }
    void hash_many(std::uint32_t times) {
        std::array<std::uint8_t, 1024> data{};
        for (std::uint32_t i = 0; i < times; ++i) {
            host::cloister_blake2_256(data.data(), data.size(), data.data());
        }
    }
};

CLOISTER_CONTRACT(Trouble, constructor<"new", &Trouble::create>, message<"get", &Trouble::get>,
                  message<"set", &Trouble::set>, message<"trap_midway", &Trouble::trap_midway>,
                  message<"revert", &Trouble::revert>, message<"spin", &Trouble::spin>,
                  message<"eat_memory", &Trouble::eat_memory>,
                  message<"recurse", &Trouble::recurse>, message<"hoard", &Trouble::hoard>,
                  message<"long_output", &Trouble::long_output>,
                  message<"act_times", &Trouble::act_times>, message<"chatter", &Trouble::chatter>,
                  message<"read_outside", &Trouble::read_outside>,
                  message<"mark_memory", &Trouble::mark_memory>,
                  message<"nan_bits", &Trouble::nan_bits>,
                  message<"hash_many", &Trouble::hash_many>)
