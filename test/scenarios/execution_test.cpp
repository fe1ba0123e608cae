// Contracts that misbehave: each ending has its own name in the receipt, and the state stays what
// it was.
#include "network.hpp"

namespace cloister::scenarios {
namespace {

struct Execution : Shared {
    void SetUp() override { ASSERT_TRUE(net.works()); }
    // The command's outcome; the contract's value must be untouched by it.
    std::string outcome(const Bytes& call, Gas gas = Gas(2'000'000'000)) {
        const std::uint64_t before = net.value();
        const auto done = sim::command(net.alice, net.trouble, call, gas);
        EXPECT_EQ(net.value(), before);
        return ending(done);
    }
};

TEST_F(Execution, TrapInTheMiddleOfAChangeChangesNothing) {
    EXPECT_EQ(outcome(message("trap_midway", std::uint64_t{999'999})), "Trapped");
}

TEST_F(Execution, RevertChangesNothing) {
    EXPECT_EQ(outcome(message("revert", std::uint64_t{999'999})), "Reverted");
}

TEST_F(Execution, EndlessLoopRunsOutOfGas) {
    EXPECT_EQ(outcome(message("spin"), Gas(50'000'000)), "OutOfGas");
}

TEST_F(Execution, EndlessLoopPaysForItsGas) {
    const auto done = sim::command(net.alice, net.trouble, message("spin"), Gas(50'000'000));
    ASSERT_EQ(ending(done), "OutOfGas");
    EXPECT_GE(protocol::gas_of_class(done->result.receipt.gas_class), Gas(50'000'000));
}

TEST_F(Execution, MemoryBombRunsOutOfMemory) {
    EXPECT_EQ(outcome(message("eat_memory")), "OutOfMemory");
}

TEST_F(Execution, EndlessRecursionTraps) {
    EXPECT_EQ(outcome(message("recurse", std::uint64_t{1})), "Trapped");
}

TEST_F(Execution, HoardIsTooLarge) {
    EXPECT_EQ(
        outcome(message("hoard", std::uint32_t{80}, std::uint32_t{1U << 20}), Gas(100'000'000'000)),
        "StateTooLarge");
}

TEST_F(Execution, ReadBehindTheMemoryTraps) {
    EXPECT_EQ(outcome(message("read_outside")), "Trapped");
}

TEST_F(Execution, UnknownMessageIsRefused) {
    EXPECT_NE(outcome(message("no such message")), "Ok");
    EXPECT_NE(outcome(Bytes{}), "Ok");
}

TEST_F(Execution, MalformedModuleIsBadCode) {
    const Bytes broken = concat(view_of(std::string_view("\0asm\1\0\0\0", 8)), Bytes(64, 0xff));
    EXPECT_EQ(why(sim::deploy(net.charlie, broken, "broken", message("new"))),
              "the constructor ended as BadCode");
}

TEST_F(Execution, ModuleWithoutEntriesIsBadCode) {
    const Bytes empty = to_bytes(std::string_view("\0asm\1\0\0\0", 8));
    EXPECT_EQ(why(sim::deploy(net.charlie, empty, "empty", message("new"))),
              "the constructor ended as BadCode");
}

TEST_F(Execution, WhatIsNoModuleIsNotEvenStored) {
    EXPECT_EQ(why(sim::reserve(net.charlie, to_bytes("hello"), "text")),
              "PhalaPhatContracts.NotWasm");
}

TEST_F(Execution, UnknownCodeCannotBeReserved) {
    const Bytes call = protocol::encode_call(protocol::ReserveContract{
        .code_hash = CodeHash({1}), .cluster = world.cluster(), .salt = {}});
    EXPECT_EQ(why(net.charlie.chain.submit(net.charlie.key, call, sim::wait_ms)),
              "PhalaPhatContracts.UnknownCode");
}

TEST_F(Execution, CallBeforeTheConstructorFindsNoContract) {
    const auto reserved = sim::reserve(net.charlie, contract_code("trouble"), "unborn");
    ASSERT_EQ(why(reserved), "");
    ASSERT_EQ(why(client::await_contract_key(net.charlie.chain, *reserved, sim::wait_ms)), "");
    EXPECT_EQ(ending(sim::command(net.charlie, *reserved, message("get"))), "NoSuchContract");
}

}  // namespace
}  // namespace cloister::scenarios
