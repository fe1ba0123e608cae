#include "enclave/world_test.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave::test {
namespace {

namespace storage = protocol::storage;
using protocol::TaskOutcome;

Nonce32 nonce(std::uint8_t number) { return Nonce32(ByteView(Bytes(32, number))); }

TEST(Enclave, RegistersItselfWithEvidenceThatBindsItsKeys) {
    World world;
    Machine& worker = world.add(20, protocol::Role::Worker);
    ASSERT_TRUE(world.until([&] { return worker.status && worker.status->registered; }));
    const auto id =
        world.chain.get<WorkerId>(storage::registry_operator_worker(worker.operator_account));
    EXPECT_EQ(id, worker.session->worker);
    EXPECT_TRUE(protocol::verify(*worker.session));
}

TEST(Enclave, GatekeeperMakesAShareAndGivesKeysToARegisteredWorker) {
    World world;
    world.start_network();
    EXPECT_TRUE(world.machines[0]->status->fresh);
    EXPECT_TRUE(world.machines[0]->disk.contains("share"));
    EXPECT_TRUE(world.machines[1]->status->fresh);
}

TEST(Enclave, WorkerPublishesDrawsExecutesAndItsReceiptsVerify) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    const TaskId task = world.chain.request(
        {.kind = {}, .contract = counter, .message = {1, 2, 3, 4}, .distort = {}});
    ASSERT_TRUE(world.run_task(task));
    EXPECT_EQ(world.chain.reply(task)->outcome, TaskOutcome::Ok);
    EXPECT_EQ(world.chain.reply(task)->output, (Bytes{6, 0, 0, 0}));
    ASSERT_EQ(world.chain.receipts.size(), 2U);
    EXPECT_NE(world.chain.receipts[1].root_before, world.chain.receipts[1].root_after);
}

TEST(Enclave, ATrapIsAnOutcomeWithAReceiptAndUnchangedState) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    const TaskId bad = world.chain.request(
        {.kind = {}, .contract = counter, .message = {0xff, 0, 0, 0}, .distort = {}});
    const TaskId good = world.chain.request(
        {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}});
    ASSERT_TRUE(world.run_task(good));
    EXPECT_EQ(world.chain.reply(bad)->outcome, TaskOutcome::Trapped);
    EXPECT_EQ(world.chain.reply(good)->output, (Bytes{6, 0, 0, 0}));
}

TEST(Enclave, ASecondInstantiationAndACallBeforeTheFirstFindNoContract) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    const TaskId again = world.chain.request({.kind = protocol::RequestKind::Instantiate,
                                              .contract = counter,
                                              .message = {1, 0, 0, 0},
                                              .distort = {}});
    ASSERT_TRUE(world.run_task(again));
    EXPECT_EQ(world.chain.reply(again)->outcome, TaskOutcome::NoSuchContract);
}

// What the user sealed for differs from what the chain recorded.
class SealedFor : public ::testing::TestWithParam<int> {};

TEST_P(SealedFor, SomethingElseDoesNotOpen) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    const auto distort = [&](protocol::RequestContext& context) {
        switch (GetParam()) {
            case 0: context.contract = ContractId(); break;
            case 1: context.genesis = BlockHash(); break;
            case 2: context.epoch = KeyEpoch(1); break;
            case 3: context.origin = account(51); break;
            case 4: context.request_id = RequestId(); break;
            default: context.version = 2;
        }
    };
    const TaskId task = world.chain.request(
        {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = distort});
    ASSERT_TRUE(world.run_task(task));
    EXPECT_EQ(world.chain.reply(task)->outcome, TaskOutcome::InputDoesNotOpen);
}
INSTANTIATE_TEST_SUITE_P(Contexts, SealedFor, ::testing::Range(0, 6));

TEST(Enclave, TheSameInputsTwiceGiveTheSameBytes) {
    const auto run = [] {
        World world;
        world.start_network();
        world.deploy();
        return world.machines[1]->transcript;
    };
    EXPECT_EQ(run(), run());
}

TEST(Enclave, ReplicasWithOtherEntropyComeToTheSameStateAndTheSameReplies) {
    World world;
    world.start_network();
    Machine& second = world.add(21, protocol::Role::Worker);
    ASSERT_TRUE(world.until([&] { return second.status && second.status->has_keys; }));
    const ContractId counter = world.deploy();
    for (int i = 0; i < 4; ++i) {
        const TaskId task = world.chain.request(
            {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}});
        ASSERT_TRUE(world.run_task(task));
    }
    world.idle(8);
    EXPECT_EQ(second.status->executed, Sequence(5));
    EXPECT_EQ(world.machines[1]->status->executed, Sequence(5));
    EXPECT_FALSE(second.logged("DivergedState"));
    EXPECT_FALSE(world.machines[1]->logged("DivergedState"));
    std::set<WorkerId> submitters;
    for (const auto& receipt : world.chain.receipts) submitters.insert(receipt.worker);
    EXPECT_EQ(submitters.size(), 2U);  // both had a part, and each went on from the other's root
    EXPECT_EQ(second.disk["state"], world.machines[1]->disk["state"]);
}

TEST(Enclave, AReplicaWhoseAssigneeIsSilentSubmitsInItsPlace) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    Machine& second = world.add(21, protocol::Role::Worker);
    ASSERT_TRUE(world.until([&] { return second.status && second.status->has_keys; }));
    world.attack = [&](Machine& to, protocol::HostInput&) {
        return &to != world.machines[1].get();
    };
    for (int i = 0; i < 4; ++i) {
        const TaskId task = world.chain.request(
            {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}});
        ASSERT_TRUE(world.run_task(task));
        EXPECT_EQ(world.chain.receipts.back().worker, second.session->worker);
    }
}

TEST(Enclave, AQueryIsAnsweredFromTheAcceptedStateAndSigned) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    const auto id = world.query(*world.machines[1], {counter, nonce(1), {}});
    ASSERT_TRUE(world.until([&] { return world.answer(id).has_value(); }, 20));
    const auto answer = *world.answer(id);
    EXPECT_EQ(answer.output, (Bytes{6, 0, 0, 0}));
    EXPECT_EQ(answer.statement.sequence, Sequence(1));
    EXPECT_EQ(answer.statement.blinded_root, world.chain.receipts.back().root_after);
    EXPECT_TRUE(crypto::verify_ed25519(
        crypto::Ed25519Public(answer.statement.worker.view()),
        protocol::signing_bytes(world.chain.hash(0), answer.statement), answer.signature));
    const auto again = world.query(*world.machines[1], {counter, nonce(2), {}});
    ASSERT_TRUE(world.until([&] { return world.answer(again).has_value(); }, 20));
    EXPECT_EQ(world.answer(again)->output, (Bytes{6, 0, 0, 0}));  // a query writes nothing
}

TEST(Enclave, ARestartedEnclaveRestoresItsStateAndTakesOverFromTheOldOne) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    const Bytes state = world.machines[1]->disk.at("state");
    Machine& again = world.add(20, protocol::Role::Worker);
    again.enclave = std::make_unique<Enclave>(
        Birth{secret_of(99), world.platform.seal_key(again.measurement), again.measurement},
        world.engine);
    again.outbox.clear();
    again.disk["state"] = state;
    world.deliver(again, world.chain.start(again.role, again.operator_account));
    ASSERT_TRUE(world.until([&] { return again.status && again.status->executed == Sequence(1); }));
    EXPECT_TRUE(world.machines[1]->logged("RegistrationRevoked"));
    EXPECT_FALSE(world.machines[1]->status->has_keys);
    const auto id = world.query(*world.machines[1], {counter, nonce(1), {}});
    world.idle(4);
    EXPECT_EQ(world.machines[1]->query_replies[id].error, protocol::QueryError::NotRegistered);
}

TEST(Enclave, ARestartedGatekeeperOpensItsShare) {
    World world;
    world.start_network();
    Machine& gatekeeper = *world.machines[0];
    gatekeeper.enclave = std::make_unique<Enclave>(
        Birth{secret_of(98), world.platform.seal_key(gatekeeper.measurement),
              gatekeeper.measurement},
        world.engine);
    gatekeeper.status.reset();
    world.deliver(gatekeeper, world.chain.start(gatekeeper.role, gatekeeper.operator_account));
    EXPECT_TRUE(world.until([&] { return gatekeeper.status && gatekeeper.status->fresh; }));
}

}  // namespace
}  // namespace cloister::enclave::test
