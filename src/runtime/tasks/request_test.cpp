#include "runtime/tasks/tasks.hpp"
#include "runtime/test_network.hpp"

namespace cloister::runtime::tasks {
namespace {

using namespace test;
namespace storage = protocol::storage;
using protocol::TaskRequest;

struct Request : testing::Test, Network {
    void SetUp() override { start(); }
    std::string spoiled(auto&& spoil, std::string_view who = "Charlie") {
        TaskRequest wanted = request();
        spoil(wanted);
        return chain.call(who, wanted);
    }
};

TEST_F(Request, IsRecordedAndItsEscrowReserved) {
    const TaskRequest wanted = request();
    ASSERT_EQ(chain.call("Charlie", wanted), "");
    const auto record = chain.read<protocol::RequestRecord>(storage::tasks_request(TaskId{1}));
    EXPECT_EQ(record->origin, account("Charlie"));
    EXPECT_EQ(record->cluster, cluster);
    EXPECT_EQ(record->sealed_input_hash, crypto::blake2b_256(wanted.sealed_input));
    EXPECT_EQ(record->escrow.value, escrow_of(Gas{1'000'000}, 400));
    EXPECT_EQ(chain.reserved_of(account("Charlie")), record->escrow.value);
    EXPECT_EQ(chain.read<Bytes>(storage::tasks_input(TaskId{1})), wanted.sealed_input);
}

TEST_F(Request, OfWhatIsNotOfferedIsRefused) {
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.blob_root = Hash256{}; }), "Tasks.BlobNotSupported");
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.policy = {2, 3, 1}; }), "Tasks.PolicyNotSupported");
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.kind = RequestKind::ActionFailed; }),
              "Tasks.KindNotSupported");
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.gas_limit = Gas{gas_limit_max + 1}; }),
              "Tasks.GasLimitTooHigh");
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.sealed_input.resize(sealed_input_bytes_max + 1); }),
              "Tasks.InputTooLarge");
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.sealed_input.resize(sealed_input_bytes_max); }), "");
}

TEST_F(Request, NeedsAContractWithAKeyOfThatEpoch) {
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.contract = {}; }), "Tasks.UnknownContract");
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.epoch = KeyEpoch{1}; }), "Tasks.WrongEpoch");
    ASSERT_EQ(chain.call("Dave", protocol::ReserveContract{code_hash, cluster, Bytes{2}}), "");
    const auto keyless = protocol::contract_id_of(account("Dave"), code_hash, cluster, Bytes{2});
    EXPECT_EQ(spoiled([&](TaskRequest& r) { r.contract = keyless; }), "Tasks.NoContractKey");
}

TEST_F(Request, IdServesOncePerAccount) {
    const TaskRequest wanted = request();
    EXPECT_EQ(chain.call("Charlie", wanted), "");
    EXPECT_EQ(chain.call("Charlie", wanted), "Tasks.RequestIdSeen");
    EXPECT_EQ(chain.call("Dave", wanted), "");
}

TEST_F(Request, DeadlineLiesWhereItCanBeKept) {
    const auto with_deadline = [&](std::uint32_t ahead) {
        return spoiled(
            [&](TaskRequest& r) { r.deadline = BlockNumber(chain.next().value + ahead); });
    };
    EXPECT_EQ(spoiled([](TaskRequest& r) { r.deadline = BlockNumber{1}; }), "Tasks.DeadlinePassed");
    EXPECT_EQ(with_deadline(0), "Tasks.DeadlinePassed");
    EXPECT_EQ(with_deadline(deadline_blocks_min - 1), "Tasks.DeadlineTooSoon");
    EXPECT_EQ(with_deadline(deadline_blocks_min), "");
    EXPECT_EQ(with_deadline(deadline_blocks_max), "");
    EXPECT_EQ(with_deadline(deadline_blocks_max + 1), "Tasks.DeadlineTooFar");
    EXPECT_EQ(spoiled([&](TaskRequest& r) {
                  r.gas_limit = Gas{gas_limit_max};
                  r.deadline = BlockNumber(chain.next().value + deadline_blocks_min);
              }),
              "Tasks.DeadlineTooSoon");
}

TEST_F(Request, WithoutTheEscrowIsRefused) {
    const u128 rest = chain.free_of(account("Dave")) - 1 * unit;
    ASSERT_EQ(chain.call("Dave", protocol::TransferKeepAlive{{0, account("Bob"), {rest}}}), "");
    EXPECT_EQ(spoiled(
                  [&](TaskRequest& r) {
                      r.gas_limit = Gas{gas_limit_max};
                      r.deadline = BlockNumber(chain.next().value + 10'000);
                  },
                  "Dave"),
              "Tasks.PayerWithoutFunds");
    EXPECT_EQ(chain.reserved_of(account("Dave")), 0U);
}

TEST_F(Request, OfAConstructorIsTheDeployersAndOnce) {
    EXPECT_EQ(chain.call("Dave", request(RequestKind::Instantiate)), "Tasks.NotDeployer");
    EXPECT_EQ(chain.call("Charlie", request(RequestKind::Instantiate)), "");
    EXPECT_EQ(chain.call("Charlie", request(RequestKind::Instantiate)),
              "Tasks.AlreadyInstantiated");
}

TEST_F(Request, ThatNobodyDrawsIsRefundedAfterItsDeadline) {
    const u128 before = chain.free_of(account("Dave"));
    auto wanted = request();
    wanted.deadline = BlockNumber(chain.next().value + 10);
    ASSERT_EQ(chain.call("Dave", wanted), "");
    chain.skip(10);
    EXPECT_GT(chain.reserved_of(account("Dave")), 0U);
    chain.skip(1);
    EXPECT_EQ(chain.reserved_of(account("Dave")), 0U);
    EXPECT_GT(chain.free_of(account("Dave")) + unit, before);
    EXPECT_FALSE(chain.view(storage::tasks_request(TaskId{1})));
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.NothingToDraw");
    EXPECT_EQ(chain.call("Dave", wanted), "Tasks.DeadlinePassed");
}

TEST_F(Request, OfAConstructorThatExpiresMayBeMadeAgain) {
    auto wanted = request(RequestKind::Instantiate);
    wanted.deadline = BlockNumber(chain.next().value + 4);
    ASSERT_EQ(chain.call("Charlie", wanted), "");
    chain.skip(5);
    EXPECT_EQ(chain.call("Charlie", request(RequestKind::Instantiate)), "");
}

TEST_F(Request, FillsABlocksQueueOnlySoFar) {
    std::vector<Bytes> batch;
    for (std::uint32_t i = 0; i <= block_requests_max; ++i) {
        auto wanted = request();
        wanted.deadline = BlockNumber(wanted.deadline.value + i);
        batch.push_back(chain.sign("Charlie", protocol::encode_call(wanted), i));
    }
    const auto results = chain.block(batch);
    EXPECT_EQ(results.at(block_requests_max).error, "");
    EXPECT_EQ(results.at(block_requests_max + 1).error, "Tasks.QueueFull");
}

TEST_F(Request, DeadlinesDoNotAllFallIntoOneBlock) {
    const BlockNumber deadline(chain.next().value + 100);
    const auto crowd = [&](std::uint32_t count) {
        std::vector<Bytes> batch;
        for (std::uint32_t i = 0; i < count; ++i) {
            auto wanted = request();
            wanted.deadline = deadline;
            batch.push_back(chain.sign("Charlie", protocol::encode_call(wanted), i));
        }
        return chain.block(batch).back().error;
    };
    EXPECT_EQ(crowd(200), "");
    EXPECT_EQ(crowd(57), "Tasks.DeadlineCrowded");
}

TEST_F(Request, DrawGivesSequenceAndWorkerInOrder) {
    const auto first = chain.sign("Charlie", protocol::encode_call(request()));
    const auto second = chain.sign("Dave", protocol::encode_call(request()));
    chain.block({first, second});
    ASSERT_EQ(chain.call("Dave", draw()), "");
    for (const std::uint64_t n : {1U, 2U}) {
        const auto made_assignment =
            chain.read<protocol::Assignment>(storage::tasks_assignment(cluster, Sequence{n}));
        EXPECT_EQ(*made_assignment,
                  (protocol::Assignment{TaskId{n}, Sequence{n}, worker.id(), chain.header.number}));
    }
    EXPECT_EQ(chain.read<Sequence>(storage::tasks_next_sequence(cluster)), Sequence{3});
}

TEST_F(Request, DrawIsOverTheMembersOfTheRequestsBlock) {
    ASSERT_EQ(chain.call("Charlie", request()), "");
    for (const char* name : {"Charlie", "Dave"}) {
        ASSERT_EQ(chain.call(name, protocol::StakeBond{{100 * unit}}), "");
        ASSERT_EQ(enrol(Enclave(name), name), "");
    }
    ASSERT_EQ(chain.call("Dave", draw()), "");
    const auto drawn =
        chain.read<protocol::Assignment>(storage::tasks_assignment(cluster, Sequence{1}));
    EXPECT_EQ(drawn->worker, worker.id());
    EXPECT_FALSE(chain.view(draw_members_key(cluster, chain.header.number)));
}

TEST_F(Request, DrawPassesToWhoIsLeft) {
    const Enclave second("second");
    ASSERT_EQ(chain.call("Dave", protocol::StakeBond{{100 * unit}}), "");
    ASSERT_EQ(enrol(second, "Dave"), "");
    ASSERT_EQ(chain.call("Charlie", request()), "");
    ASSERT_EQ(chain.call("Bob", protocol::StakeUnbond{{1}}), "");
    ASSERT_EQ(chain.call("Eve", draw()), "");
    const auto drawn =
        chain.read<protocol::Assignment>(storage::tasks_assignment(cluster, Sequence{1}));
    EXPECT_EQ(drawn->worker, second.id());
}

TEST_F(Request, OfNobodyWhoMayServeIsNotDrawn) {
    ASSERT_EQ(chain.call("Charlie", request()), "");
    ASSERT_EQ(chain.enact(protocol::RemoveMeasurement{good_enclave}), "");
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.NoWorkers");
    chain.entries[storage::attestation_approved(good_enclave)] = scale::encode(
        protocol::MeasurementApproval{"late", BlockNumber{1}, BlockNumber(chain.next().value + 1)});
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.NoWorkers");
    EXPECT_EQ(chain.call("Dave", draw()), "");
}

TEST_F(Request, DrawsComeInOrderAndOnce) {
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.NothingToDraw");
    ASSERT_EQ(chain.call("Charlie", request()), "");
    const auto oldest = draw();
    ASSERT_EQ(chain.call("Charlie", request()), "");
    auto younger = draw();
    younger.request_block = chain.header.number;
    EXPECT_EQ(chain.call("Dave", younger), "Tasks.NotOldestDraw");
    EXPECT_EQ(chain.call("Dave", oldest), "");
    EXPECT_EQ(chain.call("Dave", oldest), "Tasks.NotOldestDraw");
}

TEST_F(Request, DrawInTheRequestsOwnBlockIsTooEarly) {
    protocol::PostDraw guess = draw();
    guess.request_block = chain.next();
    const auto results = chain.block({chain.sign("Charlie", protocol::encode_call(request())),
                                      chain.sign("Dave", protocol::encode_call(guess))});
    EXPECT_EQ(results.at(2).error, "Tasks.DrawTooEarly");
}

TEST_F(Request, DrawWithAnotherKeyOrBlockIsBad) {
    ASSERT_EQ(chain.call("Charlie", request()), "");
    auto forged = draw();
    forged.vrf.value = scalar("x").times_base();
    EXPECT_EQ(chain.call("Dave", forged), "Tasks.BadDraw");
    vrf_secret = scalar("another");
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.BadDraw");
}

TEST_F(Request, DrawWithoutWorkersWaits) {
    ASSERT_EQ(chain.call("Charlie", request()), "");
    ASSERT_EQ(chain.call("Bob", protocol::StakeUnbond{{100 * unit}}), "");
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.NoWorkers");
    ASSERT_EQ(chain.call("Bob", protocol::StakeBond{{100 * unit}}), "");
    ASSERT_EQ(enrol(worker, "Bob"), "");
    EXPECT_EQ(chain.call("Dave", draw()), "");
}

TEST_F(Request, DrawnCommandsNeverExpire) {
    auto wanted = request();
    wanted.deadline = BlockNumber(chain.next().value + 4);
    request_and_draw(wanted);
    chain.skip(20);
    EXPECT_TRUE(chain.view(storage::tasks_request(TaskId{1})));
    EXPECT_GT(chain.reserved_of(account("Charlie")), 0U);
    EXPECT_EQ(submit(honest(Sequence{1})), "");
}

TEST(Cluster, WithoutItsKeyDrawsNothing) {
    Network network;
    network.start();
    ASSERT_EQ(network.chain.call("Charlie", network.request()), "");
    network.chain.entries.erase(storage::registry_cluster_key(network.cluster));
    EXPECT_EQ(network.chain.call("Dave", network.draw()), "Tasks.NoClusterKey");
}

}  // namespace
}  // namespace cloister::runtime::tasks
