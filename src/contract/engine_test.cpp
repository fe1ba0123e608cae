#include "contract/engine.hpp"

#include <cstdlib>

#include "base/hex.hpp"
#include "contract/contract_fixture.hpp"
#include "contract/costs.hpp"

namespace cloister::contract {
namespace {

using Answer = cloister::contract::Run;  // ::testing::Test has a Run of its own

const Engine& engine() {
    static const Engine shared{Limits{}};
    return shared;
}

AccountId account(std::uint8_t n) {
    AccountId id;
    id.data()[0] = n;
    return id;
}

class Trouble : public ::testing::Test {
  protected:
    Trouble() : contract(engine(), contract_wasm("trouble")) { contract.deploy(message("new")); }
    Answer call(const Bytes& input) { return contract.call(input); }
    std::uint64_t value() { return value_of<std::uint64_t>(contract.call(message("get"))); }

    Instance contract;
};

class Counter : public ::testing::Test {
  protected:
    Counter() : contract(engine(), contract_wasm("counter")) {
        contract.context.caller = account(1);
        deployed = contract.deploy(message("new", std::uint32_t{5}));
    }
    Answer add(std::uint32_t amount) { return contract.call(message("add", amount)); }

    Instance contract;
    Answer deployed;
};

using Refusable = std::variant<std::uint32_t, std::uint8_t>;  // Result<u32, u8>

TEST_F(Counter, CountsAndKeepsPrivateState) {
    EXPECT_EQ(deployed.outcome, Outcome::Returned);
    EXPECT_EQ(value_of<Refusable>(add(7)), Refusable(std::uint32_t{12}));
    EXPECT_EQ(value_of<std::uint32_t>(contract.query(message("get"))), 12U);
    const Bytes share = message("share", account(1));
    EXPECT_EQ(value_of<std::optional<std::uint32_t>>(contract.query(share)), 7U);
}

TEST_F(Counter, AFailedResultRevertsWhatWasWritten) {
    const Answer run = add(5000);
    EXPECT_EQ(run.outcome, Outcome::Reverted);
    EXPECT_EQ(run.output, (Bytes{0, 1, 1}));
    EXPECT_TRUE(run.writes.empty());
    EXPECT_EQ(value_of<std::uint32_t>(contract.query(message("get"))), 5U);
}

TEST_F(Counter, InputThatNamesNoMessageOrDoesNotDecodeReverts) {
    for (const Bytes& input : {Bytes{}, Bytes{1, 2, 3}, Bytes{1, 2, 3, 4}, message("add"),
                               message("get", std::uint8_t{0}), message("new", 1U)}) {
        const Answer run = contract.call(input);
        EXPECT_EQ(run.outcome, Outcome::Reverted);
        EXPECT_EQ(run.output, (Bytes{1, 1}));
    }
}

TEST_F(Counter, OnlyTheOwnerResets) {
    contract.context.caller = account(2);
    EXPECT_EQ(contract.call(message("reset")).output, (Bytes{0, 1, 0}));
    contract.context.caller = account(1);
    const Answer run = contract.call(message("reset"));
    EXPECT_EQ(run.outcome, Outcome::Returned);
    ASSERT_TRUE(run.writes.contains(to_bytes("total")));
    EXPECT_FALSE(run.writes.at(to_bytes("total")).has_value());
}

TEST_F(Counter, EventsCarryTopicsAndData) {
    const Answer run = add(1);
    ASSERT_EQ(run.events.size(), 1U);
    const Bytes data = scale::encode(account(1), std::uint32_t{6});
    EXPECT_EQ(run.events[0], scale::encode(std::uint8_t{1}, Bytes{0}, data));
}

TEST_F(Counter, ARunThatDoesNotReturnLeavesNoEvents) {
    contract.gas = Gas(add(1).gas_used.value - 100);
    const Answer run = add(1);
    EXPECT_EQ(run.outcome, Outcome::OutOfGas);
    EXPECT_TRUE(run.events.empty());
}

TEST_F(Counter, AQueryLeavesNothingBehind) {
    const Answer run = contract.query(message("add", std::uint32_t{1}));
    EXPECT_EQ(run.outcome, Outcome::Returned);
    EXPECT_TRUE(run.writes.empty());
    EXPECT_EQ(value_of<std::uint32_t>(contract.query(message("get"))), 5U);
}

TEST_F(Counter, RandomnessIsAFunctionOfTheSeed) {
    using Dice = std::array<std::uint64_t, 2>;
    const Dice first = value_of<Dice>(contract.query(message("dice")));
    EXPECT_EQ(value_of<Dice>(contract.query(message("dice"))), first);
    EXPECT_NE(first[0], first[1]);
    contract.context.randomness_seed.data()[0] = 1;
    EXPECT_NE(value_of<Dice>(contract.query(message("dice"))), first);
}

TEST_F(Counter, TwoEnginesAgreeOnEverything) {
    const Engine other{Limits{}};
    Instance twin(other, contract_wasm("counter"));
    twin.context = contract.context;
    const Answer deployed_twin = twin.deploy(message("new", std::uint32_t{5}));
    EXPECT_EQ(deployed_twin.gas_used, deployed.gas_used);
    const Answer ours = add(3);
    const Answer theirs = twin.call(message("add", std::uint32_t{3}));
    EXPECT_EQ(theirs.gas_used, ours.gas_used);
    EXPECT_EQ(theirs.output, ours.output);
    EXPECT_EQ(theirs.writes, ours.writes);
}

TEST_F(Counter, EveryAmountOfGasGivesAWholeOrAnEmptyRun) {
    const Answer whole = add(1);
    ASSERT_EQ(whole.outcome, Outcome::Returned);
    for (std::uint64_t gas = 0; gas < whole.gas_used.value + 500; gas += 97) {
        contract.gas = Gas(gas);
        const State before = contract.state;
        const Answer run = add(1);
        EXPECT_LE(run.gas_used.value, gas);
        if (run.outcome == Outcome::Returned) continue;
        EXPECT_EQ(run.outcome, Outcome::OutOfGas);
        EXPECT_EQ(run.gas_used.value, gas);
        EXPECT_EQ(contract.state, before);
    }
}

TEST_F(Trouble, ATrapMidwayChangesNothing) {
    const Answer run = call(message("trap_midway", std::uint64_t{9}));
    EXPECT_EQ(run.outcome, Outcome::Trapped);
    EXPECT_TRUE(run.writes.empty());
    EXPECT_EQ(value(), 1U);
}

TEST_F(Trouble, ARevertChangesNothingButAnswers) {
    const Answer run = call(message("revert", std::uint64_t{9}));
    EXPECT_EQ(run.outcome, Outcome::Reverted);
    EXPECT_EQ(run.output, (Bytes{0, 1, 7}));
    EXPECT_EQ(value(), 1U);
}

TEST_F(Trouble, AnEndlessLoopEndsWithTheGas) {
    contract.gas = Gas(10'000'000);
    const Answer run = call(message("spin"));
    EXPECT_EQ(run.outcome, Outcome::OutOfGas);
    EXPECT_EQ(run.gas_used, contract.gas);
}

TEST_F(Trouble, AMemoryBombIsOutOfMemory) {
    EXPECT_EQ(call(message("eat_memory")).outcome, Outcome::OutOfMemory);
    EXPECT_EQ(value(), 1U);
}

TEST_F(Trouble, DeepRecursionTraps) {
    EXPECT_EQ(call(message("recurse", std::uint64_t{1})).outcome, Outcome::Trapped);
}

TEST(Storage, ManyTinyEntriesMeetTheLimitForWhatTheyCost) {
    Limits limits;
    limits.state_bytes_max = 64U << 10;
    const Engine small{limits};
    Instance trouble(small, contract_wasm("trouble"));
    trouble.deploy(message("new"));
    const auto hoard = [&](std::uint32_t n) {
        return trouble.call(message("hoard", n, std::uint32_t{1})).outcome;
    };
    EXPECT_EQ(hoard(400), Outcome::Returned);
    EXPECT_EQ(hoard(600), Outcome::StateTooLarge);
}

TEST_F(Trouble, StorageAboveItsLimitsIsStateTooLarge) {
    const std::uint32_t megabyte = 1U << 20;
    const Answer fits = call(message("hoard", std::uint32_t{8}, megabyte));
    EXPECT_EQ(fits.outcome, Outcome::Returned);
    EXPECT_EQ(fits.writes.size(), 8U);
    EXPECT_EQ(call(message("hoard", std::uint32_t{64}, megabyte)).outcome, Outcome::StateTooLarge);
    EXPECT_EQ(call(message("hoard", 1U, 17 * megabyte)).outcome, Outcome::StateTooLarge);
    EXPECT_EQ(value(), 1U);
}

TEST_F(Trouble, OutputEventsAndActionsAboveTheirLimitsAreOutOfMemory) {
    const Limits limits;
    const auto u32 = [](std::size_t n) { return static_cast<std::uint32_t>(n); };
    EXPECT_EQ(call(message("long_output", u32(limits.output_bytes_max))).output.size(),
              limits.output_bytes_max);
    EXPECT_EQ(call(message("long_output", u32(limits.output_bytes_max + 1))).outcome,
              Outcome::OutOfMemory);
    EXPECT_EQ(call(message("chatter", u32(limits.events_bytes_max))).outcome, Outcome::OutOfMemory);
    const Bytes action(10);
    EXPECT_EQ(call(message("act_times", action, u32(limits.actions_max))).actions.size(),
              limits.actions_max);
    EXPECT_EQ(call(message("act_times", action, u32(limits.actions_max + 1))).outcome,
              Outcome::OutOfMemory);
    EXPECT_EQ(call(message("act_times", Bytes(limits.action_bytes_max + 1), 1U)).outcome,
              Outcome::OutOfMemory);
}

TEST_F(Trouble, AQueryAsksTheChainForNothing) {
    EXPECT_TRUE(contract.query(message("act_times", Bytes(3), 1U)).actions.empty());
}

TEST_F(Trouble, AHostBufferOutsideOfMemoryTraps) {
    const Answer run = call(message("read_outside"));
    EXPECT_EQ(run.outcome, Outcome::Trapped);
    EXPECT_EQ(run.trap, "a host function's argument lies outside of memory");
}

TEST_F(Trouble, NoRunSeesTheMemoryOfAnEarlierOne) {
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(value_of<bool>(contract.query(message("mark_memory"))));
    }
}

TEST_F(Trouble, EveryNanIsTheCanonicalOne) {
    for (const std::uint64_t nan : {0x7ff0000000000001U, 0xfff8000000000123U, ~0UL}) {
        const Answer run = contract.query(message("nan_bits", std::uint64_t{nan}));
        EXPECT_EQ(value_of<std::uint64_t>(run), 0x7ff8000000000000U);
    }
}

TEST_F(Trouble, HostWorkIsPaidFor) {
    const std::uint64_t none = call(message("hash_many", 0U)).gas_used.value;
    const std::uint64_t ten = call(message("hash_many", 10U)).gas_used.value;
    EXPECT_GE(ten - none, 10 * (costs::call + 1024 * costs::byte_hashed));
}

TEST_F(Trouble, InputAboveTheLimitNeverReachesTheContract) {
    const Answer run = call(Bytes(Limits{}.input_bytes_max + 1));
    EXPECT_EQ(run.outcome, Outcome::Trapped);
    EXPECT_EQ(run.gas_used.value, costs::run);
}

// The module inside an ink! bundle of the shared test data; empty if that is absent.
Bytes ink_wasm(const std::string& name) {
    const char* shared = std::getenv("CLOISTER_SHARED");
    const std::string folder = shared != nullptr ? shared : "../shared";
    const Bytes bundle = read_whole(folder + "/contracts/" + name + ".contract");
    const std::string_view text = text_of(bundle);
    const std::size_t key = text.find("\"wasm\"");
    if (key == std::string_view::npos) return {};
    const std::size_t start = text.find("0x", key);
    const std::size_t end = text.find('"', start);
    return base::from_hex(text.substr(start, end - start)).value_or(Bytes{});
}

class InkFlipper : public ::testing::TestWithParam<const char*> {};

TEST_P(InkFlipper, RunsUnchanged) {
    const Bytes wasm = ink_wasm(GetParam());
    if (wasm.empty()) GTEST_SKIP() << "no shared test data";
    Instance flipper(engine(), wasm);
    EXPECT_EQ(flipper.deploy(message("new", true)).outcome, Outcome::Returned);
    EXPECT_TRUE(value_of<bool>(flipper.query(message("get"))));
    EXPECT_EQ(flipper.call(message("flip")).outcome, Outcome::Returned);
    EXPECT_FALSE(value_of<bool>(flipper.query(message("get"))));
    EXPECT_EQ(flipper.call(message("no such message")).outcome, Outcome::Reverted);
}
INSTANTIATE_TEST_SUITE_P(Ink4And5, InkFlipper, ::testing::Values("flipper_ink4", "flipper_ink5"));

TEST(InkErc20, MovesTokens) {
    const Bytes wasm = ink_wasm("erc20_ink4");
    if (wasm.empty()) GTEST_SKIP() << "no shared test data";
    Instance token(engine(), wasm);
    token.context.caller = account(1);
    EXPECT_EQ(token.deploy(message("new", u128{1000})).outcome, Outcome::Returned);
    EXPECT_EQ(token.call(message("transfer", account(2), u128{300})).outcome, Outcome::Returned);
    EXPECT_EQ(value_of<u128>(token.query(message("balance_of", account(2)))), u128{300});
    EXPECT_EQ(value_of<u128>(token.query(message("balance_of", account(1)))), u128{700});
}

}  // namespace
}  // namespace cloister::contract
