// Modules made to hurt whoever compiles or runs them: each is refused by name, or runs within its
// limits, and the engine serves the next contract.
#include "contract/contract_fixture.hpp"
#include "contract/wasm_binary.hpp"
#include "contract/wasm_code.hpp"
#include "contract/wasm_reader.hpp"

namespace cloister::contract {
namespace {

void append_section(Bytes& out, std::uint8_t id, const Bytes& content) {
    if (content.empty()) return;
    out.push_back(id);
    append_u32(out, static_cast<std::uint32_t>(content.size()));
    append(out, content);
}

Bytes counted(std::uint32_t count, const Bytes& each) {
    Bytes out;
    append_u32(out, count);
    for (std::uint32_t i = 0; i < count; ++i) append(out, each);
    return out;
}

// `call` and `deploy` are function 0; `body` is its code without size and end.
struct Bomb {
    std::uint32_t functions = 1;
    Bytes tables = {};
    Bytes memory = {1, 0, 1};
    Bytes globals = {};
    Bytes body = {0};
    Bytes data = {};

    Bytes bytes() const {
        Bytes code;
        append_u32(code, functions);
        append_u32(code, static_cast<std::uint32_t>(body.size() + 1));
        append(code, body);
        code.push_back(0x0b);
        for (std::uint32_t i = 1; i < functions; ++i) append(code, Bytes{2, 0, 0x0b});
        Bytes out = {0, 'a', 's', 'm', 1, 0, 0, 0};
        append_section(out, 1, {1, 0x60, 0, 0});
        append_section(out, 3, counted(functions, {0}));
        append_section(out, 4, tables);
        append_section(out, 5, memory);
        append_section(out, 6, globals);
        append_section(out, 7,
                       {2, 4, 'c', 'a', 'l', 'l', 0, 0, 6, 'd', 'e', 'p', 'l', 'o', 'y', 0, 0});
        append_section(out, 10, code);
        append_section(out, 11, data);
        return out;
    }
};

// "Returned", "Trapped", ..., or the name of the refusal.
std::string fate(const Bomb& bomb) {
    static const Engine engine{Limits{}};
    const auto module = engine.compile(bomb.bytes());
    std::string word = "refused";
    if (module) {
        const auto run =
            engine.run(**module, {}, {}, {Entry::Function::Call, {}, Gas(1'000'000'000)});
        word = run.outcome == Outcome::Returned ? "ran" : "ended";
    } else {
        word = name_of(module.error());
    }
    // The engine is as it was.
    const auto next = engine.compile(Bomb{}.bytes());
    EXPECT_TRUE(next.has_value());
    const auto run = engine.run(**next, {}, {}, {Entry::Function::Call, {}, Gas(1'000'000)});
    EXPECT_EQ(run.outcome, Outcome::Returned);
    return word;
}

TEST(Bombs, AModuleOfAHundredThousandFunctionsIsRefused) {
    EXPECT_EQ(fate({.functions = 100'000}), "Malformed");
}

TEST(Bombs, ATableAboveItsLimitIsRefusedAndOneAtTheLimitRuns) {
    const auto table = [](std::uint32_t elements) {
        Bytes out = {1, 0x70, 0};
        append_u32(out, elements);
        return out;
    };
    EXPECT_EQ(fate({.tables = table(table_elements_max)}), "ran");
    EXPECT_EQ(fate({.tables = table(table_elements_max + 1)}), "Malformed");
    EXPECT_EQ(fate({.tables = table(0xffff'ffff)}), "Malformed");
    EXPECT_EQ(fate({.tables = {2, 0x70, 0, 1, 0x70, 0, 1}}), "Malformed");
}

TEST(Bombs, AHundredThousandGlobalsAreRefusedOrEndWithoutHarm) {
    EXPECT_EQ(fate({.globals = counted(10, {0x7e, 1, 0x42, 0, 0x0b})}), "ran");
    EXPECT_NE(fate({.globals = counted(100'000, {0x7e, 1, 0x42, 0, 0x0b})}), "ran");
}

TEST(Bombs, AHugeBranchTableRunsWithinItsBoundsAndIsRefusedAbove) {
    const auto table = [](std::uint32_t targets) {
        Bytes body = {0, 0x41, 7, 0x0e};
        append(body, counted(targets, {0}));
        body.push_back(0);
        return body;
    };
    EXPECT_EQ(fate({.body = table(60'000)}), "ran");
    EXPECT_EQ(fate({.body = table(100'000)}), "Malformed");
    EXPECT_EQ(fate({.body = table(body_bytes_max)}), "TooLarge");
}

TEST(Bombs, BlocksNestedFortyThousandDeepDoNotOverflowTheHostsStack) {
    Bytes body = {0};
    for (int i = 0; i < 40'000; ++i) append(body, Bytes{0x02, 0x40});
    append(body, Bytes(40'000, 0x0b));
    const std::string word = fate({.body = body});
    EXPECT_TRUE(word == "ran" || word == "Malformed" || word == "TooLarge") << word;
}

TEST(Bombs, MillionsOfLocalsAreRefused) {
    Bytes body = {1};
    append_u32(body, 50'000'000);
    body.push_back(0x7f);
    EXPECT_EQ(fate({.body = body}), "Malformed");
}

TEST(Bombs, AMemoryThatBeginsAboveTheLimitIsRefused) {
    Bytes memory = {1, 0};
    append_u32(memory, Limits{}.memory_pages_max + 1);
    EXPECT_EQ(fate({.memory = memory}), "BadMemory");
}

}  // namespace
}  // namespace cloister::contract
