// Public actions of a private computation: applied with the contract's own account as origin, all
// or none; a set that fails leaves the private state alone and comes back to the contract as its
// next command.
#include "network.hpp"
#include "protocol/calls.hpp"
#include "protocol/storage.hpp"

namespace cloister::scenarios {
namespace {

namespace storage = protocol::storage;

constexpr u128 unit = 1'000'000'000'000;

struct Actions : Shared {
    void SetUp() override { ASSERT_TRUE(net.works()); }
    static Bytes transfer(const AccountId& to, u128 value) {
        protocol::TransferAllowDeath call;
        call.destination = to;
        call.value = {value};
        return protocol::encode_call(call);
    }
    u128 free_of(const AccountId& account) const {
        const auto info = world.node().newest_state()(storage::system_account(account));
        if (!info) return 0;
        return scale::Decoder(ByteView(*info).subspan(16)).read<u128>();
    }
    Result<sim::Done, Error> act(const Bytes& call, std::uint32_t times) {
        return sim::command(net.alice, net.trouble, message("act_times", call, times));
    }
    AccountId contract_account() const { return protocol::account_of(net.trouble); }
    AccountId nobody{Bytes(32, 0x77)};
};

TEST_F(Actions, OfAnAllowedKindAreAppliedFromTheContractsAccount) {
    ASSERT_EQ(
        why(net.alice.chain.submit(net.alice.key, transfer(contract_account(), 10 * unit), 60'000)),
        "");
    const u128 before = free_of(nobody);
    const auto done = act(transfer(nobody, unit), 3);
    ASSERT_EQ(ending(done), "Ok");
    EXPECT_TRUE(done->result.actions_applied);
    EXPECT_EQ(free_of(nobody) - before, 3 * unit);
}

TEST_F(Actions, ThatFailAreAppliedNotAtAllAndReportedAsTheNextCommand) {
    const u128 before = free_of(nobody);
    const auto done = act(transfer(nobody, 4'000'000 * unit), 2);
    ASSERT_EQ(ending(done), "Ok");
    EXPECT_FALSE(done->result.actions_applied);
    EXPECT_EQ(free_of(nobody), before);
    // The report is a task of its own, by the chain, and every replica executes it.
    const TaskId report(net.on_chain<std::uint64_t>(storage::tasks_next_task()) - 1);
    const auto record = net.on_chain<protocol::RequestRecord>(storage::tasks_request(report));
    EXPECT_EQ(record.kind, protocol::RequestKind::ActionFailed);
    EXPECT_EQ(record.contract, net.trouble);
    ASSERT_TRUE(world.run_until(
        [&] { return world.node().newest_state()(storage::tasks_result(report)).has_value(); },
        60'000));
    EXPECT_TRUE(net.works(world.members() - 1));
}

TEST_F(Actions, OfAForbiddenKindFailLikeOthers) {
    const auto done = act(protocol::encode_call(protocol::StakeBond{{unit}}), 1);
    ASSERT_EQ(ending(done), "Ok");
    EXPECT_FALSE(done->result.actions_applied);
}

TEST_F(Actions, AboveTheirNumberEndTheRun) {
    EXPECT_EQ(ending(act(transfer(nobody, 1), protocol::actions_max + 1)), "OutOfMemory");
}

}  // namespace
}  // namespace cloister::scenarios
