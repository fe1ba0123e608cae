#include "platform/forge.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/tasks/tasks.hpp"
#include "runtime/test_network.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::runtime::tasks {
namespace {

using namespace test;
namespace storage = protocol::storage;
using protocol::Receipt;
using protocol::SubmitTasks;
using protocol::TaskOutcome;

struct Submit : testing::Test, Network {
    void SetUp() override {
        start();
        request_and_draw(request(), "Dave");
    }
    // An honest submission, but for what `spoil` does to the receipt before it is signed and
    // quoted.
    std::string spoiled(auto&& spoil) {
        auto made_receipt = receipt(Sequence{1}, worker);
        spoil(made_receipt.receipt);
        return submit(batch({made_receipt}, worker));
    }
    // ... to the whole submission after that.
    std::string tampered(auto&& tamper) {
        SubmitTasks call = honest(Sequence{1});
        tamper(call);
        return submit(call);
    }
    std::string bound_to(auto&& alter) {
        auto bound = statement(worker);
        alter(bound);
        return submit(batch({receipt(Sequence{1}, worker)}, worker, bound));
    }
    Bytes pay_alice(u128 amount) const {
        return protocol::encode_call(protocol::TransferKeepAlive{{0, account("Alice"), {amount}}});
    }
    // The last finished task's flag.
    bool actions_applied(TaskId task) const {
        return chain.read<protocol::TaskResult>(storage::tasks_result(task))->actions_applied;
    }
};

TEST_F(Submit, HonestReceiptSettlesTheTask) {
    const u128 bob = chain.free_of(account("Bob"));
    const u128 escrow = chain.reserved_of(account("Dave"));
    const u128 dave = chain.free_of(account("Dave"));
    const SubmitTasks call = honest(Sequence{1});
    const Bytes extrinsic = chain.sign("Alice", protocol::encode_call(call));
    EXPECT_EQ(chain.block({extrinsic}).at(1).error, "");
    const u128 due = 1024 * gas_price + 400 * input_byte_price;
    const u128 space = task_fee + 300 * output_byte_price;
    EXPECT_EQ(chain.free_of(account("Bob")), bob + due);
    EXPECT_EQ(chain.reserved_of(account("Dave")), 0U);
    EXPECT_EQ(chain.free_of(account("Dave")), dave + escrow - due - space);
    EXPECT_EQ(accepted(), (protocol::AcceptedState{Sequence{1}, root_at(Sequence{1})}));
    EXPECT_EQ(chain.read<Hash256>(storage::tasks_accepted_root(cluster, Sequence{1})),
              root_at(Sequence{1}));
    EXPECT_EQ(chain.read<Bytes>(storage::tasks_output(TaskId{1})), call.receipts[0].sealed_output);
    EXPECT_FALSE(chain.view(storage::tasks_input(TaskId{1})));
    const auto result = chain.read<protocol::TaskResult>(storage::tasks_result(TaskId{1}));
    EXPECT_EQ(result->receipt, call.receipts[0].receipt);
    EXPECT_TRUE(chain.view(storage::tasks_batch(result->receipts_root)));
}

TEST_F(Submit, PayNeverExceedsTheGasLimit) {
    const u128 bob = chain.free_of(account("Bob"));
    auto made_receipt = receipt(Sequence{1}, worker);
    made_receipt.receipt.gas_class = 255;
    ASSERT_EQ(submit(batch({made_receipt}, worker), "Alice"), "");
    EXPECT_EQ(chain.free_of(account("Bob")), bob + 1'000'000 * gas_price + 400 * input_byte_price);
    EXPECT_EQ(chain.reserved_of(account("Dave")), 0U);
}

TEST_F(Submit, OperatorsLoseNothingAtAnEmptyTaskWithTheLargestOutput) {
    ASSERT_EQ(submit(honest(Sequence{1})), "");
    auto empty = request();
    empty.gas_limit = Gas{0};
    empty.sealed_input.clear();
    const u128 bob = chain.free_of(account("Bob"));
    const u128 issued = *chain.read<u128>(balances::total_issuance_key());
    const u128 dave = chain.free_of(account("Dave"));
    ASSERT_EQ(chain.call("Charlie", empty), "");
    ASSERT_EQ(chain.call("Dave", draw()), "");
    EXPECT_EQ(chain.free_of(account("Dave")), dave);
    auto largest = receipt(Sequence{2}, worker);
    largest.sealed_output.resize(protocol::sealed_output_bytes_max);
    largest.receipt.sealed_output_hash = crypto::blake2b_256(largest.sealed_output);
    ASSERT_EQ(submit(batch({largest}, worker)), "");
    EXPECT_EQ(chain.free_of(account("Bob")), bob);
    const u128 space = task_fee + output_byte_price * protocol::sealed_output_bytes_max;
    EXPECT_LT(*chain.read<u128>(balances::total_issuance_key()), issued - space);
    EXPECT_EQ(chain.reserved_of(account("Charlie")), 0U);
}

TEST_F(Submit, SettlingConservesMoney) {
    ASSERT_EQ(submit(honest(Sequence{1})), "");
    u128 total = 0;
    const Bytes prefix = storage::prefix("System", "Account");
    for (const auto& [key, value] : chain.entries) {
        if (key.size() < prefix.size() || !std::ranges::equal(prefix, ByteView(key).first(32))) {
            continue;
        }
        const auto info = scale::decode<system::AccountInfo>(value);
        total += info->free + info->reserved;
    }
    EXPECT_EQ(total, *chain.read<u128>(balances::total_issuance_key()));
}

TEST_F(Submit, TaskFeeCoversADrawAndASubmission) {
    const auto fee_of_call = [&](const auto& call) {
        const Bytes encoded = protocol::encode_call(call);
        const auto weight = find_call(encoded)->weigh(ByteView(encoded).subspan(2));
        return transaction_payment::fee_of(chain.sign("Bob", encoded).size(), *weight);
    };
    EXPECT_LT(fee_of_call(draw()) + fee_of_call(honest(Sequence{1})), task_fee);
}

TEST_F(Submit, OneThatFailsOrCarriesANeedlessQuotePaysItsFee) {
    const u128 alice = chain.free_of(account("Alice"));
    EXPECT_EQ(submit(honest(Sequence{1}), "Alice"), "");
    EXPECT_EQ(chain.free_of(account("Alice")), alice);
    EXPECT_EQ(submit(honest(Sequence{1}), "Alice"), "Tasks.OutOfSequence");
    const u128 less = chain.free_of(account("Alice"));
    EXPECT_LT(less, alice);
    request_and_draw(request());
    SubmitTasks padded = honest(Sequence{2});
    padded.batches.push_back(padded.batches[0]);
    EXPECT_EQ(submit(padded, "Alice"), "");
    EXPECT_LT(chain.free_of(account("Alice")), less);
}

TEST_F(Submit, ComesInSequence) {
    ASSERT_EQ(chain.call("Charlie", request()), "");
    ASSERT_EQ(chain.call("Dave", draw()), "");
    EXPECT_EQ(submit(honest(Sequence{2})), "Tasks.OutOfSequence");
    EXPECT_EQ(submit(honest(Sequence{1})), "");
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.OutOfSequence");
    EXPECT_EQ(submit(honest(Sequence{2})), "");
}

TEST_F(Submit, OfNothingIsRefused) { EXPECT_EQ(submit(SubmitTasks{}), "Tasks.NoReceipts"); }

TEST_F(Submit, OfWhatNobodyDrewIsRefused) {
    ASSERT_EQ(submit(honest(Sequence{1})), "");
    ASSERT_EQ(chain.call("Charlie", request()), "");
    auto call = batch({receipt(Sequence{1}, worker)}, worker);
    call.receipts[0].receipt.sequence = Sequence{2};
    EXPECT_EQ(submit(call), "Tasks.NoSuchAssignment");
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].receipt.cluster = ClusterId({9}); }),
              "Tasks.NoSuchAssignment");
}

TEST_F(Submit, IsTheAssignedWorkersUntilItIsOverdue) {
    const Enclave replica("replica");
    ASSERT_EQ(chain.call("Charlie", protocol::StakeBond{{100 * unit}}), "");
    EXPECT_EQ(submit(batch({receipt(Sequence{1}, replica)}, replica)), "Tasks.WorkerNotRegistered");
    ASSERT_EQ(enrol(replica, "Charlie"), "");
    EXPECT_EQ(submit(batch({receipt(Sequence{1}, replica)}, replica)), "Tasks.NotAssigned");
    chain.skip(overdue_blocks);
    EXPECT_EQ(submit(batch({receipt(Sequence{1}, replica)}, replica)), "");
}

TEST_F(Submit, MoreGasAndFastBlocksGiveTheAssignedWorkerMoreTime) {
    ASSERT_EQ(submit(honest(Sequence{1})), "");
    auto heavy = request();
    heavy.gas_limit = Gas{4 * gas_per_overdue_block};
    request_and_draw(heavy);
    const Enclave replica("replica");
    ASSERT_EQ(chain.call("Charlie", protocol::StakeBond{{100 * unit}}), "");
    ASSERT_EQ(enrol(replica, "Charlie"), "");
    const auto by_replica = [&] { return submit(batch({receipt(Sequence{2}, replica)}, replica)); };
    chain.skip(overdue_blocks);
    EXPECT_EQ(by_replica(), "Tasks.NotAssigned");
    // Four more blocks, all within a clock that had hardly moved since the draw.
    const Bytes drawn_at = assigned_time_key(cluster, Sequence{2});
    chain.skip(4);
    const Bytes kept = chain.entries[drawn_at];
    chain.entries[drawn_at] = scale::encode(std::uint64_t{chain.seconds * 1000 - 2000});
    EXPECT_EQ(by_replica(), "Tasks.NotAssigned");
    chain.entries[drawn_at] = kept;
    EXPECT_EQ(by_replica(), "");
    EXPECT_FALSE(chain.view(drawn_at));
}

TEST_F(Submit, ReceiptMustMatchTheRequest) {
    EXPECT_EQ(spoiled([](Receipt& r) { r.version = 2; }), "Tasks.RequestMismatch");
    EXPECT_EQ(spoiled([](Receipt& r) { r.genesis = {}; }), "Tasks.RequestMismatch");
    EXPECT_EQ(spoiled([](Receipt& r) { r.task = TaskId{7}; }), "Tasks.RequestMismatch");
    EXPECT_EQ(spoiled([](Receipt& r) { r.request_hash = {}; }), "Tasks.RequestMismatch");
    EXPECT_EQ(spoiled([](Receipt& r) { r.sealed_input_hash = {}; }), "Tasks.RequestMismatch");
    EXPECT_EQ(spoiled([](Receipt& r) { r.contract = {}; }), "Tasks.WrongContract");
    EXPECT_EQ(spoiled([](Receipt& r) { r.epoch = KeyEpoch{1}; }), "Tasks.EpochMismatch");
    EXPECT_EQ(spoiled([](Receipt& r) { r.code_hash = {}; }), "Tasks.WrongCodeHash");
    EXPECT_EQ(spoiled([](Receipt& r) { r.assigning_block = {}; }), "Tasks.WrongAssigningBlock");
}

TEST_F(Submit, ContinuesFromTheAcceptedRoot) {
    ASSERT_EQ(submit(honest(Sequence{1})), "");
    request_and_draw(request());
    auto forked = receipt(Sequence{2}, worker);
    forked.receipt.root_before = Hash256({1});
    EXPECT_EQ(submit(batch({forked}, worker)), "Tasks.RootMismatch");
}

TEST_F(Submit, NeedsTheWorkersSignature) {
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].signature = {}; }),
              "Tasks.BadReceiptSignature");
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].receipt.gas_class = 40; }),
              "Tasks.BadReceiptSignature");
}

TEST_F(Submit, NeedsAQuoteForItsBatch) {
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.batches.clear(); }), "Tasks.UnknownBatch");
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].receipts_root = {}; }),
              "Tasks.UnknownBatch");
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.batches[0].quote.resize(100); }),
              "Tasks.QuoteNotAuthentic");
    EXPECT_EQ(bound_to([](auto& s) { s.genesis = {}; }), "Tasks.BadBatch");
    EXPECT_EQ(bound_to([](auto& s) { s.worker = {}; }), "Tasks.BadBatch");
    const Bytes unrelated = worker.quote({});
    EXPECT_EQ(tampered([&](SubmitTasks& c) { c.batches[0].quote = unrelated; }), "Tasks.BadBatch");
}

TEST_F(Submit, QuoteIsOfARecentBlockOfThisChain) {
    EXPECT_EQ(bound_to([](auto& s) { s.block_hash = {}; }), "Tasks.StaleQuote");
    EXPECT_EQ(bound_to([](auto& s) { s.block = BlockNumber{9999}; }), "Tasks.StaleQuote");
    const SubmitTasks early = honest(Sequence{1});
    chain.skip(protocol::batch_age_blocks_max);
    EXPECT_EQ(submit(early), "Tasks.StaleQuote");
    EXPECT_EQ(submit(honest(Sequence{1})), "");
}

TEST_F(Submit, QuoteIsOfTheApprovedEnclaveThatRegistered) {
    worker.measurement = Measurement({66});
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.MeasurementNotApproved");
    ASSERT_EQ(chain.enact(protocol::ApproveMeasurement{worker.measurement, "other"}), "");
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.MeasurementNotApproved");
    worker.measurement = good_enclave;
    worker.debug = true;
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.PolicyRefused");
}

TEST_F(Submit, MeasurementsInTheirNoticePeriodDoNotSubmit) {
    chain.entries[storage::attestation_approved(good_enclave)] = scale::encode(
        protocol::MeasurementApproval{"late", BlockNumber{1}, BlockNumber(chain.next().value + 1)});
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.MeasurementInNotice");
    EXPECT_EQ(submit(honest(Sequence{1})), "");
}

TEST_F(Submit, RemovedMeasurementsWorkNoLonger) {
    ASSERT_EQ(chain.enact(protocol::RemoveMeasurement{good_enclave}), "");
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.MeasurementNotApproved");
}

TEST_F(Submit, QuoteOfAnotherVendorsPlatformIsForeign) {
    const platform::Platform other(secret_of("another vendor"), start_seconds - 86400);
    ASSERT_EQ(chain.enact(protocol::SubmitCollateral{scale::encode(other.collateral())}), "");
    SubmitTasks call = honest(Sequence{1});
    const auto data = report_data_of(call.batches[0].statement);
    call.batches[0].quote = other.quote(
        {.measurement = good_enclave, .report_data = platform::ReportData(data.view())});
    EXPECT_EQ(submit(call), "Tasks.ForeignPlatform");
}

TEST_F(Submit, QuoteOfAnotherPlatformThanRegisteredIsForeign) {
    auto info = chain.read<protocol::WorkerInfo>(storage::registry_worker(worker.id()));
    info->ppid = decltype(info->ppid)({1});
    chain.entries[storage::registry_worker(worker.id())] = scale::encode(*info);
    EXPECT_EQ(submit(honest(Sequence{1})), "Tasks.ForeignPlatform");
}

TEST_F(Submit, ContentsMustMatchTheReceipt) {
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].path.siblings.emplace_back(); }),
              "Tasks.WrongPath");
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].sealed_output.push_back(0); }),
              "Tasks.OutputMismatch");
    EXPECT_EQ(tampered([](SubmitTasks& c) { c.receipts[0].actions.push_back({0, 0, 0}); }),
              "Tasks.ActionsMismatch");
}

TEST_F(Submit, FailedCommandsHaveNoActions) {
    auto made_receipt = receipt(Sequence{1}, worker, {pay_alice(unit)});
    made_receipt.receipt.outcome = TaskOutcome::Trapped;
    EXPECT_EQ(submit(batch({made_receipt}, worker)), "Tasks.ActionsMismatch");
}

TEST_F(Submit, OneQuoteServesTheWholeBatchAndLaterReceiptsOfIt) {
    request_and_draw(request());
    request_and_draw(request());
    SubmitTasks call = batch(
        {receipt(Sequence{1}, worker), receipt(Sequence{2}, worker), receipt(Sequence{3}, worker)},
        worker);
    const SubmitTasks rest{{}, {call.receipts[2]}};
    call.receipts.pop_back();
    EXPECT_EQ(submit(call), "");
    EXPECT_EQ(submit(rest), "");
    EXPECT_EQ(accepted().sequence, Sequence{3});
}

TEST_F(Submit, OneBadReceiptUndoesTheWholeSubmission) {
    request_and_draw(request());
    SubmitTasks call = batch({receipt(Sequence{1}, worker), receipt(Sequence{2}, worker)}, worker);
    call.receipts[1].signature = {};
    EXPECT_EQ(submit(call), "Tasks.BadReceiptSignature");
    EXPECT_EQ(accepted().sequence, Sequence{0});
    EXPECT_FALSE(chain.view(storage::tasks_result(TaskId{1})));
}

TEST_F(Submit, ConstructorsReceiptInstantiatesTheContract) {
    ASSERT_EQ(submit(honest(Sequence{1})), "");
    request_and_draw(request(RequestKind::Instantiate));
    auto failed = receipt(Sequence{2}, worker);
    failed.receipt.outcome = TaskOutcome::Reverted;
    ASSERT_EQ(submit(batch({failed}, worker)), "");
    const auto state = [&] {
        return chain.read<protocol::ContractInfo>(storage::contracts_contract(contract))->state;
    };
    EXPECT_EQ(state(), protocol::ContractState::Reserved);
    request_and_draw(request(RequestKind::Instantiate));
    ASSERT_EQ(submit(honest(Sequence{3})), "");
    EXPECT_EQ(state(), protocol::ContractState::Instantiated);
    EXPECT_EQ(chain.call("Charlie", request(RequestKind::Instantiate)),
              "Tasks.AlreadyInstantiated");
}

TEST_F(Submit, ActionsRunWithTheContractsAccount) {
    const AccountId own = protocol::account_of(contract);
    ASSERT_EQ(chain.call("Dave", protocol::TransferKeepAlive{{0, own, {10 * unit}}}), "");
    const u128 alice = chain.free_of(account("Alice"));
    ASSERT_EQ(submit(honest(Sequence{1}, {pay_alice(unit), pay_alice(2 * unit)})), "");
    EXPECT_TRUE(actions_applied(TaskId{1}));
    EXPECT_EQ(chain.free_of(account("Alice")), alice + 3 * unit);
    EXPECT_EQ(chain.free_of(own), 7 * unit);
}

TEST_F(Submit, FailedActionsAreUndoneAndReachTheContractAsACommand) {
    const AccountId own = protocol::account_of(contract);
    ASSERT_EQ(chain.call("Dave", protocol::TransferKeepAlive{{0, own, {10 * unit}}}), "");
    ASSERT_EQ(submit(honest(Sequence{1}, {pay_alice(unit), pay_alice(20 * unit)})), "");
    EXPECT_FALSE(actions_applied(TaskId{1}));
    EXPECT_EQ(chain.free_of(own), 10 * unit);
    const auto record = chain.read<protocol::RequestRecord>(storage::tasks_request(TaskId{2}));
    EXPECT_EQ(record->kind, RequestKind::ActionFailed);
    EXPECT_EQ(chain.read<Bytes>(storage::tasks_input(TaskId{2})),
              scale::encode(TaskId{1}, std::uint32_t{1}, std::uint8_t{3}, std::uint8_t{7},
                            static_cast<std::uint8_t>(balances::Error::InsufficientBalance)));
    ASSERT_EQ(chain.call("Dave", draw()), "");
    // Its own failing actions end there.
    ASSERT_EQ(submit(honest(Sequence{2}, {pay_alice(20 * unit)})), "");
    EXPECT_FALSE(actions_applied(TaskId{2}));
    EXPECT_EQ(chain.call("Dave", draw()), "Tasks.NothingToDraw");
}

TEST_F(Submit, AReportOfFailedActionsIsPaidFromTheFailedTasksEscrow) {
    const u128 escrow = chain.reserved_of(account("Dave"));
    const u128 dave = chain.free_of(account("Dave"));
    ASSERT_EQ(submit(honest(Sequence{1}, {pay_alice(20 * unit)})), "");
    const auto record = chain.read<protocol::RequestRecord>(storage::tasks_request(TaskId{2}));
    ASSERT_EQ(record->kind, RequestKind::ActionFailed);
    EXPECT_GT(record->escrow.value, task_fee);
    EXPECT_EQ(chain.reserved_of(account("Dave")), record->escrow.value);
    ASSERT_EQ(chain.call("Eve", draw()), "");
    const u128 bob = chain.free_of(account("Bob"));
    ASSERT_EQ(submit(honest(Sequence{2}), "Alice"), "");
    EXPECT_EQ(chain.free_of(account("Bob")),
              bob + 1024 * gas_price + record->sealed_input_bytes * input_byte_price);
    EXPECT_EQ(chain.reserved_of(account("Dave")), 0U);
    EXPECT_LT(chain.free_of(account("Dave")), dave + escrow - 2 * task_fee);
}

TEST_F(Submit, OnlyListedCallsAreActions) {
    const Bytes bond = protocol::encode_call(protocol::StakeBond{{1}});
    ASSERT_EQ(submit(honest(Sequence{1}, {bond})), "");
    EXPECT_FALSE(actions_applied(TaskId{1}));
    ASSERT_EQ(chain.call("Dave", draw()), "");
    ASSERT_EQ(submit(honest(Sequence{2}, {Bytes{0, 0}, Bytes{}})), "");
    EXPECT_FALSE(actions_applied(TaskId{2}));
}

TEST_F(Submit, CommandsOutliveTheKeptBlockHashes) {
    const BlockNumber assigned =
        chain.read<protocol::Assignment>(storage::tasks_assignment(cluster, Sequence{1}))
            ->assigned_at;
    chain.skip(2);
    // A long silence: the numbers move on, the state stays.
    const std::uint32_t far = assigned.value + block_hash_count;
    chain.hashes.resize(far, chain.hashes.back());
    chain.hashes.push_back(BlockHash({3}));
    chain.header.number = BlockNumber(far);
    chain.skip(2);
    EXPECT_FALSE(chain.view(storage::system_block_hash(BlockNumber(assigned.value + 1))));
    EXPECT_EQ(submit(honest(Sequence{1})), "");
}

TEST_F(Submit, SurvivesAnyFlippedByteOfItsCall) {
    const Bytes call = protocol::encode_call(honest(Sequence{1}));
    for (std::size_t i = 2; i < call.size(); i += 7) {
        Bytes bent = call;
        bent[i] = static_cast<std::uint8_t>(bent[i] ^ 0x41);
        BlockBuilder builder(chain.view, chain.at(), (chain.seconds + 1) * 1000);
        static_cast<void>(builder.push(chain.sign("Bob", bent)));
        const auto changes = builder.finish().changes;
        EXPECT_FALSE(changes.contains(storage::tasks_accepted(cluster))) << i;
    }
}

TEST_F(Submit, SurvivesAnyPrefixOfItsCall) {
    const Bytes call = protocol::encode_call(honest(Sequence{1}));
    for (std::size_t size = 2; size < call.size(); size += 5) {
        const Bytes cut(call.begin(), call.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(validate(chain.view, chain.at(), chain.sign("Bob", cut)).error(),
                  TransactionError::Malformed);
    }
}

}  // namespace
}  // namespace cloister::runtime::tasks
