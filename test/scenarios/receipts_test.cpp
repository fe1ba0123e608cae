// A host that alters what its enclave submits: the chain names what is wrong, nothing is accepted,
// and the command completes with the next honest submission.
#include "network.hpp"

namespace cloister::scenarios {
namespace {

using protocol::SubmitTasks;

struct Bent {
    std::string_view name;  // for people
    std::string_view error;
    void (*bend)(SubmitTasks&);
};
void PrintTo(const Bent& bent, std::ostream* out) { *out << bent.name; }

struct Receipts : Shared, testing::WithParamInterface<Bent> {};

TEST_P(Receipts, AlteredByAHostAreRefusedByName) {
    const Watch watch(world);
    bend_first<SubmitTasks>(world, "receipts", GetParam().bend);
    const auto done = sim::command(net.alice, net.trouble, message("set", std::uint64_t{5}));
    EXPECT_TRUE(watch.failed("Tasks." + std::string(GetParam().error)));
    EXPECT_EQ(ending(done), "Ok");
    EXPECT_EQ(net.value(), 5U);
}

constexpr std::array bents{
    Bent{"Output", "OutputMismatch",
         [](SubmitTasks& s) { s.receipts[0].sealed_output.back() ^= 1; }},
    Bent{"NoOutput", "OutputMismatch", [](SubmitTasks& s) { s.receipts[0].sealed_output.clear(); }},
    Bent{"Actions", "ActionsMismatch",
         [](SubmitTasks& s) {
             s.receipts[0].actions.push_back(protocol::encode_call(protocol::SystemRemark{}));
         }},
    Bent{"Outcome", "BadReceiptSignature",
         [](SubmitTasks& s) { s.receipts[0].receipt.outcome = TaskOutcome::Trapped; }},
    Bent{"Gas", "BadReceiptSignature",
         [](SubmitTasks& s) { s.receipts[0].receipt.gas_class += 1; }},
    Bent{"RootAfter", "BadReceiptSignature",
         [](SubmitTasks& s) { s.receipts[0].receipt.root_after = Hash256({1}); }},
    Bent{"RootBefore", "RootMismatch",
         [](SubmitTasks& s) { s.receipts[0].receipt.root_before = Hash256({1}); }},
    Bent{"CodeHash", "WrongCodeHash",
         [](SubmitTasks& s) { s.receipts[0].receipt.code_hash = CodeHash({1}); }},
    Bent{"Contract", "WrongContract",
         [](SubmitTasks& s) { s.receipts[0].receipt.contract = ContractId({1}); }},
    Bent{"Epoch", "EpochMismatch",
         [](SubmitTasks& s) { s.receipts[0].receipt.epoch = KeyEpoch(1); }},
    Bent{"AssigningBlock", "WrongAssigningBlock",
         [](SubmitTasks& s) { s.receipts[0].receipt.assigning_block = BlockHash({1}); }},
    Bent{"Request", "RequestMismatch",
         [](SubmitTasks& s) { s.receipts[0].receipt.request_hash = Hash256({1}); }},
    Bent{"Worker", "WorkerNotRegistered",
         [](SubmitTasks& s) { s.receipts[0].receipt.worker = WorkerId({1}); }},
    Bent{"Sequence", "OutOfSequence",
         [](SubmitTasks& s) { s.receipts[0].receipt.sequence = Sequence(999'999); }},
    Bent{"Signature", "BadReceiptSignature", [](SubmitTasks& s) { s.receipts[0].signature = {}; }},
    Bent{"Path", "WrongPath", [](SubmitTasks& s) { s.receipts[0].path.siblings.emplace_back(); }},
    Bent{"Root", "UnknownBatch",
         [](SubmitTasks& s) { s.receipts[0].receipts_root = Hash256({1}); }},
    Bent{"NoQuote", "UnknownBatch", [](SubmitTasks& s) { s.batches.clear(); }},
    Bent{"QuoteBytes", "QuoteNotAuthentic", [](SubmitTasks& s) { s.batches[0].quote[100] ^= 1; }},
    Bent{"QuotedBlock", "StaleQuote",
         [](SubmitTasks& s) { s.batches[0].statement.block_hash = BlockHash({1}); }},
    Bent{"QuotedWorker", "BadBatch",
         [](SubmitTasks& s) { s.batches[0].statement.worker = WorkerId({1}); }},
    Bent{"Nothing", "NoReceipts", [](SubmitTasks& s) { s.receipts.clear(); }},
};
INSTANTIATE_TEST_SUITE_P(Each, Receipts, testing::ValuesIn(bents),
                         [](const auto& bent) { return std::string(bent.param.name); });

// The first quote that any enclave asks for is replaced; replicas and later batches have honest
// ones.
struct Quotes : Shared {
    Watch watch{world};
    void replace_first(std::function<Bytes(const protocol::ReportData64&)> make) {
        world.hooks.quote = [make, done = false](std::size_t, const protocol::ReportData64& data,
                                                 Bytes& quote) mutable {
            if (!done) quote = make(data);
            done = true;
        };
    }
    std::string command() {
        return ending(sim::command(net.alice, net.trouble, message("set", std::uint64_t{6})));
    }
    platform::Report report(const protocol::ReportData64& data) const {
        return {.measurement = world.measurement(),
                .report_data = platform::ReportData(data.view())};
    }
};

TEST_F(Quotes, OfADebugEnclaveIsRefused) {
    replace_first([this](const auto& data) {
        auto debug = report(data);
        debug.debug = true;
        return world.platform().quote(debug);
    });
    EXPECT_EQ(command(), "Ok");
    EXPECT_TRUE(watch.failed("Tasks.PolicyRefused"));
}

TEST_F(Quotes, OfAnUnapprovedEnclaveIsRefused) {
    replace_first([this](const auto& data) {
        auto other = report(data);
        other.measurement = Measurement({1});
        return world.platform().quote(other);
    });
    EXPECT_EQ(command(), "Ok");
    EXPECT_TRUE(watch.failed("Tasks.MeasurementNotApproved"));
}

TEST_F(Quotes, OfAForeignPlatformIsRefused) {
    const platform::Platform foreign(Secret<32>(Bytes(32, 9)), 1'789'000'000);
    replace_first([this, &foreign](const auto& data) { return foreign.quote(report(data)); });
    EXPECT_EQ(command(), "Ok");
    EXPECT_TRUE(watch.failed("Tasks.ForeignPlatform"));
}

TEST_F(Quotes, OfAnotherStatementIsRefused) {
    replace_first([this](const auto&) { return world.platform().quote(report({})); });
    EXPECT_EQ(command(), "Ok");
    EXPECT_TRUE(watch.failed("Tasks.BadBatch"));
}

TEST_F(Quotes, HeldBackForTooLongAreStale) {
    std::optional<Bytes> held;
    world.hooks.from_enclave = [&held](std::size_t, protocol::HostOutput& message) {
        const auto* submit = std::get_if<protocol::output::SubmitCall>(&message);
        if (submit == nullptr || submit->what != "receipts") return Fate::Deliver;
        if (!held) held = submit->call;
        return Fate::Drop;
    };
    client::RequestOptions options;
    options.contract = net.trouble;
    const auto sent = sim::send(net.alice, options, message("set", std::uint64_t{8}));
    ASSERT_EQ(why(sent), "");
    const Bytes remark = protocol::encode_call(protocol::SystemRemark{.remark = {}});
    for (std::uint32_t i = 0; i < protocol::batch_age_blocks_max + 8; ++i) {
        ASSERT_EQ(why(net.eve.chain.submit(net.eve.key, remark, sim::wait_ms)), "");
    }
    ASSERT_TRUE(held.has_value());
    EXPECT_EQ(why(net.eve.chain.submit(net.eve.key, *held, sim::wait_ms)), "Tasks.StaleQuote");
    net.mend();
    EXPECT_EQ(ending(sim::finish(net.alice, *sent)), "Ok");
}

}  // namespace
}  // namespace cloister::scenarios
