#include "contract/wasm_binary.hpp"

#include <random>

#include "contract/contract_fixture.hpp"
#include "contract/wasm_code.hpp"
#include "contract/wasm_reader.hpp"

namespace cloister::contract {
namespace {

using Answer = cloister::contract::Run;  // ::testing::Test has a Run of its own

// A module from its sections' contents; the default is the smallest contract.
struct Parts {
    Bytes types = {1, 0x60, 0, 0};
    Bytes imports = {};
    Bytes functions = {1, 0};
    Bytes memory = {1, 0, 1};
    Bytes exports = {2, 4, 'c', 'a', 'l', 'l', 0, 0, 6, 'd', 'e', 'p', 'l', 'o', 'y', 0, 0};
    Bytes start = {};
    Bytes code = {1, 2, 0, 0x0b};
    Bytes tail = {};  // raw sections

    Bytes bytes() const {
        Bytes out = {0, 'a', 's', 'm', 1, 0, 0, 0};
        const std::pair<std::uint8_t, const Bytes*> sections[] = {
            {1, &types},   {2, &imports}, {3, &functions}, {5, &memory},
            {7, &exports}, {8, &start},   {10, &code}};
        for (const auto& [id, content] : sections) {
            if (content->empty()) continue;
            out.push_back(id);
            append_u32(out, static_cast<std::uint32_t>(content->size()));
            append(out, *content);
        }
        append(out, tail);
        return out;
    }
};

const Engine& engine() {
    static const Engine shared{Limits{}};
    return shared;
}

// The name of the verdict, "fine" for a contract.
std::string verdict(ByteView wasm) {
    const auto module = engine().compile(wasm);
    return module ? "fine" : std::string(name_of(module.error()));
}

Bytes import_of(std::string_view module, std::string_view name, const Bytes& rest) {
    Bytes out = {1, static_cast<std::uint8_t>(module.size())};
    append(out, view_of(module));
    out.push_back(static_cast<std::uint8_t>(name.size()));
    append(out, view_of(name));
    append(out, rest);
    return out;
}

Answer run_call(const Parts& parts, Gas gas = Gas(1'000'000'000)) {
    const auto module = engine().compile(parts.bytes());
    EXPECT_TRUE(module.has_value());
    return engine().run(**module, {}, {}, {Entry::Function::Call, {}, gas});
}

TEST(WasmBinary, TheSmallestContractIsFineAndReturnsNothing) {
    EXPECT_EQ(verdict(Parts{}.bytes()), "fine");
    const Answer run = run_call({});
    EXPECT_EQ(run.outcome, Outcome::Returned);
    EXPECT_TRUE(run.output.empty());
}

TEST(WasmBinary, AnImportedMemoryBecomesADefinedOne) {
    Parts parts{.imports = import_of("env", "memory", {2, 1, 1, 4}), .memory = {}};
    EXPECT_EQ(verdict(parts.bytes()), "fine");
    EXPECT_EQ(run_call(parts).outcome, Outcome::Returned);
}

TEST(WasmBinary, EveryVerdictHasItsCase) {
    const Bytes i32_result = {2, 0x60, 0, 0, 0x60, 0, 1, 0x7f};
    const Bytes query_import = import_of("cloister", "is_query", {0, 1});
    const Bytes one_export = {1, 4, 'c', 'a', 'l', 'l', 0, 0};
    Bytes shifted = Parts{}.exports;  // by the imported function
    shifted[7] = shifted[16] = 1;
    const struct {
        const char* verdict;
        Parts parts;
    } cases[] = {
        {"fine", {.types = i32_result, .imports = query_import, .exports = shifted}},
        {"ForbiddenImport", {.imports = import_of("cloister", "is_query", {0, 0})}},
        {"ForbiddenImport", {.imports = import_of("env", "abort", {0, 0})}},
        {"ForbiddenImport", {.imports = import_of("seal9", "input", {0, 0})}},
        {"ForbiddenImport", {.imports = import_of("env", "g", {3, 0x7f, 0})}},
        {"ForbiddenImport", {.imports = import_of("host", "memory", {2, 0, 1}), .memory = {}}},
        {"MissingExport", {.exports = one_export}},
        {"MissingExport", {.types = {1, 0x60, 0, 1, 0x7f}, .code = {1, 4, 0, 0x41, 0, 0x0b}}},
        {"BadMemory", {.memory = {}}},
        {"BadMemory", {.imports = import_of("env", "memory", {2, 0, 1})}},
        {"BadMemory", {.memory = {1, 0, 0x81, 0x08}}},     // at least 1025 pages
        {"BadMemory", {.memory = {1, 1, 1, 0x81, 0x08}}},  // at most 1025 pages
        {"Malformed", {.memory = {1, 3, 1, 2}}},           // shared
        {"Malformed", {.memory = {1, 4, 1}}},              // 64-bit
        {"HasStart", {.start = {0}}},
        {"Malformed", {.code = {1, 3, 0, 0x6a, 0x0b}}},              // i32.add of nothing
        {"Malformed", {.code = {1, 6, 0, 0xfd, 0x0c, 0, 0, 0x0b}}},  // SIMD
        {"Malformed", {.tail = {1, 1, 0}}},                          // a second type section
        {"Malformed", {.tail = {77, 0}}},                            // an unknown section
    };
    for (const auto& c : cases) EXPECT_EQ(verdict(c.parts.bytes()), c.verdict);
}

TEST(WasmBinary, CodeAboveTheLimitIsTooLarge) {
    EXPECT_EQ(verdict(Bytes(Limits{}.code_bytes_max + 1)), "TooLarge");
}

// A contract whose one function holds `count` copies of `piece`.
Bytes repeated(std::size_t count, const Bytes& piece) {
    Bytes body = {0};
    for (std::size_t i = 0; i < count; ++i) append(body, piece);
    body.push_back(0x0b);
    Parts parts{.code = {1}};
    append_u32(parts.code, static_cast<std::uint32_t>(body.size()));
    append(parts.code, body);
    return parts.bytes();
}

TEST(WasmBinary, AFunctionThatWouldCompileForMinutesIsTooLarge) {
    const Bytes nop = {0x01};
    const Bytes loop = {0x03, 0x40, 0x0b};
    EXPECT_EQ(verdict(repeated(body_bytes_max - 2, nop)), "fine");
    EXPECT_EQ(verdict(repeated(body_bytes_max - 1, nop)), "TooLarge");
    EXPECT_EQ(verdict(repeated(loops_max, loop)), "fine");
    EXPECT_EQ(verdict(repeated(loops_max + 1, loop)), "TooLarge");
}

TEST(WasmBinary, NamesOfOursCannotBeTaken) {
    Bytes exports = {3, 4, 'c', 'a', 'l', 'l', 0, 0, 6, 'd', 'e', 'p', 'l', 'o', 'y', 0, 0};
    append_u32(exports, static_cast<std::uint32_t>(memory_export.size()));
    append(exports, view_of(memory_export));
    append(exports, Bytes{0, 0});
    EXPECT_EQ(verdict(Parts{.exports = exports}.bytes()), "Malformed");
}

TEST(WasmBinary, AnyAmountOfGasCanBeGiven) {
    EXPECT_EQ(run_call({}, Gas(~std::uint64_t{0})).outcome, Outcome::Returned);
}

TEST(WasmBinary, EveryPrefixOfAModuleIsRefused) {
    const Bytes wasm = Parts{}.bytes();
    for (std::size_t n = 0; n < wasm.size(); ++n) {
        EXPECT_NE(verdict(ByteView(wasm).first(n)), "fine") << n;
    }
    const Bytes counter = contract_wasm("counter");
    ASSERT_FALSE(counter.empty());
    for (std::size_t n = 0; n < counter.size(); n += 7) verdict(ByteView(counter).first(n));
}

TEST(WasmBinary, FlippedBytesNeverCrashTheEngine) {
    const Bytes whole = contract_wasm("counter");
    std::mt19937 random(1);  // NOLINT: a fixed seed on purpose
    for (int i = 0; i < 400; ++i) {
        Bytes wasm = i % 2 == 0 ? Parts{}.bytes() : whole;
        wasm[random() % wasm.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
        const auto module = engine().compile(wasm);
        if (!module) continue;
        const Bytes input = message("new", std::uint32_t{1});
        engine().run(**module, {}, {}, {Entry::Function::Deploy, input, Gas(1'000'000)});
    }
}

TEST(WasmBinary, ALengthAboveTheInputAllocatesNothing) {
    Parts parts{.types = {0xff, 0xff, 0xff, 0xff, 0x0f}};
    EXPECT_EQ(verdict(parts.bytes()), "Malformed");
}

TEST(WasmBinary, EndlessRecursionTrapsAtTheSameGasEveryTime) {
    const Parts parts{.code = {1, 4, 0, 0x10, 0, 0x0b}};
    const Answer first = run_call(parts);
    EXPECT_EQ(first.outcome, Outcome::Trapped);
    EXPECT_EQ(first.trap, "the stack overflowed");
    EXPECT_EQ(run_call(parts).gas_used, first.gas_used);
}

TEST(WasmBinary, ATrapAfterARefusedGrowIsOutOfMemory) {
    // i32.const n; memory.grow; drop; unreachable
    const Parts small{.code = {1, 8, 0, 0x41, 1, 0x40, 0, 0x1a, 0, 0x0b}};
    EXPECT_EQ(run_call(small).outcome, Outcome::Trapped);
    const Parts large{.code = {1, 9, 0, 0x41, 0x80, 0x08, 0x40, 0, 0x1a, 0, 0x0b}};
    EXPECT_EQ(run_call(large).outcome, Outcome::OutOfMemory);
}

TEST(WasmBinary, ARefusedGrowAloneIsNoFailure) {
    const Parts parts{.code = {1, 8, 0, 0x41, 0x80, 0x08, 0x40, 0, 0x1a, 0x0b}};
    EXPECT_EQ(run_call(parts).outcome, Outcome::Returned);
}

TEST(WasmBinary, BulkMemoryIsPaidByTheByte) {
    // i32.const 0; i32.const 0; i32.const n; memory.fill
    const Parts few{.code = {1, 11, 0, 0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 11, 0, 0x0b}};
    const Parts many{.code = {1, 13, 0, 0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 1, 0xfc, 11, 0, 0x0b}};
    EXPECT_GT(run_call(many).gas_used.value, run_call(few).gas_used.value + 16'000);
}

TEST(WasmBinary, DataOutsideOfMemoryTrapsInsteadOfStarting) {
    // (data (i32.const 65536) "x")
    const Parts parts{.tail = {11, 9, 1, 0, 0x41, 0x80, 0x80, 4, 0x0b, 1, 'x'}};
    EXPECT_EQ(run_call(parts).outcome, Outcome::Trapped);
}

}  // namespace
}  // namespace cloister::contract
