// Contracts: modules of any bytes, compiled and run with little gas; and the host functions that a
// module may call with any arguments.
#include "bodies.hpp"
#include "contract/host.hpp"
#include "contract/wasm_binary.hpp"
#include "contract_files.hpp"
#include "enclave/world_test.hpp"
#include "parts.hpp"

namespace cloister::fuzz {
namespace {

constexpr Gas gas{200'000};

// Smaller than a chain's, so that the limits are within reach.
contract::Limits limits() {
    contract::Limits l;
    l.code_bytes_max = 32U << 10;
    l.memory_pages_max = 32;
    l.state_bytes_max = 64U << 10;
    l.value_bytes_max = 16U << 10;
    l.input_bytes_max = 4096;
    l.output_bytes_max = 4096;
    l.events_bytes_max = 4096;
    return l;
}
const contract::Engine& engine() {
    static const contract::Engine made(limits());
    return made;
}

// A module with one function of `body` as both entries, one page of memory.
Bytes module_of(ByteView body) {
    Bytes code = {1};
    const auto sized = [](ByteView content) {
        FUZZ_CHECK(content.size() < 128);
        return concat(Bytes{static_cast<std::uint8_t>(content.size())}, content);
    };
    append(code, sized(concat(Bytes{0}, body)));
    const Bytes exports =
        concat(Bytes{2, 4}, view_of("call"), Bytes{0, 0, 6}, view_of("deploy"), Bytes{0, 0});
    return concat(Bytes{0, 'a', 's', 'm', 1, 0, 0, 0}, Bytes{1}, sized(Bytes{1, 0x60, 0, 0}),
                  Bytes{3}, sized(Bytes{1, 0}), Bytes{5}, sized(Bytes{1, 1, 1, 8}), Bytes{7},
                  sized(exports), Bytes{10}, sized(code));
}

bool same(const contract::Run& a, const contract::Run& b) {
    return a.outcome == b.outcome && a.output == b.output && a.gas_used == b.gas_used &&
           a.writes == b.writes && a.actions == b.actions && a.events == b.events;
}

}  // namespace

int wasm_body(ByteView input) {
    const auto module = engine().compile(input);
    if (!module) return 0;
    const contract::State state = {{Bytes(32, 1), Bytes(10, 2)}};
    const contract::Context context;
    for (const auto function :
         {contract::Entry::Function::Deploy, contract::Entry::Function::Call}) {
        const Bytes argument(8, 3);
        const contract::Entry entry{function, argument, gas};
        const contract::Run run = engine().run(**module, context, state, entry);
        FUZZ_CHECK(run.gas_used <= gas);
        FUZZ_CHECK(run.outcome == contract::Outcome::Returned || run.writes.empty());
        FUZZ_CHECK(run.output.size() <= limits().output_bytes_max);
        FUZZ_CHECK(same(run, engine().run(**module, context, state, entry)));
    }
    return 1;
}

std::vector<Bytes> wasm_seeds() {
    std::vector<Bytes> seeds = {enclave::test::counter_wasm(),
                                module_of(Bytes{0x0b}),
                                module_of(Bytes{0x03, 0x40, 0x0c, 0, 0x0b, 0x0b}),  // for ever
                                module_of(Bytes{0x10, 0, 0x0b}),                    // recursion
                                module_of(Bytes{0x41, 9, 0x40, 0, 0x1a, 0x0b}),     // memory.grow
                                module_of(Bytes{0x41, 0x7f, 0x28, 2, 0, 0x1a, 0x0b}),
                                module_of(Bytes{0, 0x0b})};
    for (const std::string name : {"counter", "words"}) {
        if (Bytes module = contract_code(name); !module.empty()) seeds.push_back(std::move(module));
    }
    return seeds;
}

// A run's calls: which function, its four arguments, again; the guest's memory is what follows the
// first byte's count of calls.
int host_functions_body(ByteView input) {
    Parts parts(input);
    struct Asked {
        const contract::HostFunction* function;
        std::array<std::uint32_t, contract::parameters_max> arguments;
    };
    const auto functions = contract::host_functions();
    std::vector<Asked> calls;
    for (std::size_t left = parts.byte() % 16U; left > 0; --left) {
        Asked& asked = calls.emplace_back();
        asked.function = &functions[parts.byte() % functions.size()];
        // Small numbers by the low byte of the first, so that most point into the memory.
        for (std::uint32_t& argument : asked.arguments) {
            argument = parts.u32();
            if (argument >> 31 == 0) argument &= 0xff;
        }
    }
    Bytes memory = to_bytes(parts.rest());
    const contract::Limits bounds = limits();
    contract::Context context;
    const contract::State state = {{Bytes(32, 0), Bytes(10, 2)}};
    const Bytes argument(20, 3);
    contract::Host host(bounds, context, state, argument);
    contract::Guest guest{memory, 1'000'000};
    int meant = 0;
    for (const Asked& asked : calls) {
        contract::HostCall call(host, guest,
                                std::span(asked.arguments).first(asked.function->parameters));
        const std::uint64_t fuel = guest.fuel;
        asked.function->run(call);
        FUZZ_CHECK(guest.fuel <= fuel);
        if (call.over()) break;
        meant = 1;
    }
    FUZZ_CHECK(host.output.size() <= bounds.output_bytes_max);
    FUZZ_CHECK(host.actions.size() <= bounds.actions_max);
    std::size_t events = 0;
    for (const Bytes& event : host.events) events += event.size();
    FUZZ_CHECK(events <= bounds.events_bytes_max);
    return meant;
}

std::vector<Bytes> host_functions_seeds() {
    std::vector<Bytes> seeds;
    const Bytes memory = concat(Bytes(64, 0), scale::encode(std::uint32_t{32}), Bytes(188, 5));
    for (std::uint8_t i = 0; i < contract::host_functions().size(); ++i) {
        for (const auto& arguments : {std::array<std::uint32_t, 4>{0, 32, 100, 64},
                                      {100, 64, 100, 64},
                                      {0, 64, 100, 64},
                                      {0, 32, 100, 20},
                                      {0x80000000, 0xffffffff, 0xfffffff0, 0x80000010}}) {
            const auto [a, b, c, d] = arguments;
            const Bytes call = concat(Bytes{i}, scale::encode(a, b, c, d));
            seeds.push_back(concat(Bytes{2}, call, call, memory));
        }
    }
    return seeds;
}

}  // namespace cloister::fuzz
