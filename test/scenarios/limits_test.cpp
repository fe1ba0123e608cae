// Calls and transactions at their limits and one above, and transactions that are none: each is
// refused by name before it costs the chain anything, and the network goes on.
#include "base/hex.hpp"
#include "network.hpp"
#include "protocol/storage.hpp"
#include "test/support/cases.hpp"

namespace cloister::scenarios {
namespace {

namespace storage = protocol::storage;

constexpr std::string_view malformed = "Invalid Transaction: Malformed";

struct Limits : Shared {
    Watch watch{world};
    std::string raw(const Bytes& extrinsic) {
        return why(net.eve.chain.call("author_submitExtrinsic",
                                      "[\"" + base::to_hex_0x(extrinsic) + "\"]"));
    }
    // Signed by Eve and given to the pool: the pool's word, or "".
    std::string pooled(const Bytes& call, protocol::Extra extra) {
        const protocol::ChainContext context{.spec_version = runtime::spec_version,
                                             .transaction_version = runtime::transaction_version,
                                             .genesis = world.node().genesis_hash(),
                                             .era_block = world.node().genesis_hash()};
        return raw(protocol::sign_extrinsic(net.eve.key, call, extra, context));
    }
    static protocol::Extra plain(std::uint32_t nonce, u128 tip = 0) {
        return {.era = protocol::Era::immortal_era(), .nonce = nonce, .tip = tip};
    }
    std::string pooled(const Bytes& call) { return pooled(call, plain(nonce())); }
    template <class Call>
    std::string pooled_call(const Call& call) {
        return pooled(protocol::encode_call(call));
    }
    std::uint32_t nonce() const { return world.node().next_nonce(net.eve.account()); }
    u128 free_of(const AccountId& account) const {
        const auto info = world.node().newest_state()(storage::system_account(account));
        return scale::Decoder(ByteView(*info).subspan(16)).read<u128>();
    }
    static Bytes remark() { return protocol::encode_call(protocol::SystemRemark{.remark = {}}); }
};

// Every bounded field of every call, one above its bound. Nothing of it is stored or paid for.
TEST_F(Limits, EveryFieldOneAboveItsBoundIsMalformed) {
    using namespace protocol;
    std::vector<std::pair<std::string_view, Bytes>> calls;
    const auto add = [&](std::string_view name, const auto& call) {
        calls.emplace_back(name, encode_call(call));
    };
    add("inner call", GovernanceEnact{Bytes(call_bytes_max + 1)});
    add("collateral", SubmitCollateral{Bytes((1U << 20) + 1)});
    add("name", ApproveMeasurement{{}, std::string(65, 'x')});
    add("policy", SetPolicy{Bytes((1U << 18) + 1)});
    add("evidence", RegisterWorker{{}, Bytes(evidence_bytes_max + 1)});
    add("endpoint", UpdateWorkerEndpoint{{}, std::string(257, 'x')});
    add("code", UploadResource{world.cluster(), {}, Bytes(code_bytes_max + 1)});
    add("salt", ReserveContract{{}, world.cluster(), Bytes(65)});
    TaskRequest request;
    request.sealed_input = Bytes(inline_input_bytes_max + 1);
    add("input", request);
    SubmitTasks submit;
    submit.batches.resize(5);
    add("batches", submit);
    submit = {};
    submit.receipts.resize(batch_receipts_max + 1);
    add("receipts", submit);
    submit = {};
    submit.batches.resize(1);
    submit.batches[0].quote = Bytes(quote_bytes_max + 1);
    add("quote", submit);
    submit = {};
    submit.receipts.resize(1);
    submit.receipts[0].sealed_output = Bytes(sealed_output_bytes_max + 1);
    add("output", submit);
    submit = {};
    submit.receipts.resize(1);
    submit.receipts[0].actions.resize(actions_max + 1);
    add("actions", submit);
    submit = {};
    submit.receipts.resize(1);
    submit.receipts[0].path.siblings.resize(33);
    add("path", submit);
    const u128 before = free_of(net.eve.account());
    for (const auto& [name, call] : calls) EXPECT_EQ(pooled(call), malformed) << name;
    EXPECT_EQ(free_of(net.eve.account()), before);
    test::ran_cases(calls.size());
}

// At the bound itself a call is read, and then judged for what it says; its sender pays.
TEST_F(Limits, FieldsAtTheirBoundAreJudgedForWhatTheySay) {
    using namespace protocol;
    const u128 before = free_of(net.eve.account());
    const auto submitted = [this](const auto& call) {
        return why(net.eve.chain.submit(net.eve.key, encode_call(call), sim::wait_ms));
    };
    EXPECT_EQ(submitted(RegisterWorker{{}, Bytes(evidence_bytes_max)}),
              "PhalaRegistry.WrongGenesis");
    EXPECT_EQ(submitted(UpdateWorkerEndpoint{{}, std::string(256, 'x')}),
              "PhalaRegistry.UnknownWorker");
    EXPECT_EQ(submitted(ReserveContract{{}, world.cluster(), Bytes(64)}),
              "PhalaPhatContracts.UnknownCode");
    EXPECT_EQ(submitted(UploadResource{world.cluster(), {}, Bytes(code_bytes_max)}),
              "PhalaPhatContracts.NotWasm");
    TaskRequest request;
    request.sealed_input = Bytes(inline_input_bytes_max);
    EXPECT_EQ(submitted(request), "Tasks.InputTooLarge");
    EXPECT_LT(free_of(net.eve.account()), before);
    test::ran_cases(5);
}

// A signed call of every index that the runtime does not have, and of those it has with nothing
// behind the index.
TEST_F(Limits, UnknownCallIndexesAreMalformed) {
    std::size_t unknown = 0;
    for (std::uint32_t pallet = 0; pallet < 256; pallet += pallet < 16 ? 1 : 15) {
        for (std::uint32_t call = 0; call < 256; call += call < 16 ? 1 : 60) {
            const Bytes bytes{static_cast<std::uint8_t>(pallet), static_cast<std::uint8_t>(call)};
            EXPECT_EQ(pooled(bytes), malformed) << pallet << "." << call;
            ++unknown;
        }
    }
    test::ran_cases(unknown);
}

TEST_F(Limits, UnsignedExtrinsicsFromOutsideAreRefusedWhateverTheyCall) {
    EXPECT_EQ(raw(protocol::encode_bare(remark())), "Invalid Transaction: BadMandatory");
    const Bytes time = protocol::encode_call(protocol::TimestampSet{{1'800'000'000'000}});
    EXPECT_NE(raw(protocol::encode_bare(time)), "");
    EXPECT_NE(raw(protocol::encode_bare(Bytes{0xff, 0xff})), "");
    test::ran_cases(3);
}

TEST_F(Limits, AnInherentSignedByAUserIsRefusedAndChangesNoTime) {
    const Bytes time = protocol::encode_call(protocol::TimestampSet{{1'900'000'000'000}});
    const auto before = net.on_chain<std::uint64_t>(storage::timestamp_now());
    EXPECT_NE(why(net.eve.chain.submit(net.eve.key, time, sim::wait_ms)), "");
    EXPECT_LT(net.on_chain<std::uint64_t>(storage::timestamp_now()), before + 1'000'000);
}

TEST_F(Limits, EveryCornerOfEraNonceAndTipIsJudgedByName) {
    const BlockNumber newest = world.node().newest().number;
    EXPECT_EQ(pooled(remark(), plain(~0U)), "Transaction pool: NonceTooFar");
    EXPECT_EQ(pooled(remark(), plain(nonce(), ~u128{0})), "Invalid Transaction: Payment");
    EXPECT_EQ(pooled(remark(), plain(nonce(), u128{1} << 127)), "Invalid Transaction: Payment");
    EXPECT_EQ(pooled(remark(), {.era = protocol::Era::immortal_era(),
                                .nonce = nonce(),
                                .tip = 0,
                                .metadata_mode = 1}) == "",
              false);
    // Signed over the genesis hash where the era names another block.
    EXPECT_EQ(pooled(remark(), {.era = protocol::Era::mortal(4, newest), .nonce = nonce()}),
              "Invalid Transaction: BadProof");
    EXPECT_EQ(pooled(remark(), {.era = protocol::Era::mortal(65536, BlockNumber(newest.value + 64)),
                                .nonce = nonce()}),
              "Invalid Transaction: AncientBirthBlock");
    EXPECT_EQ(pooled(remark(), plain(nonce(), 1)), "");
    world.run_for(1'000);
    test::ran_cases(7);
}

TEST_F(Limits, EveryPrefixOfATransactionIsMalformed) {
    const Bytes call = protocol::encode_call(protocol::SystemRemark{.remark = to_bytes("hello")});
    const protocol::ChainContext context{.spec_version = runtime::spec_version,
                                         .transaction_version = runtime::transaction_version,
                                         .genesis = world.node().genesis_hash(),
                                         .era_block = world.node().genesis_hash()};
    const Bytes whole = protocol::sign_extrinsic(net.eve.key, call, plain(nonce()), context);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_EQ(raw(to_bytes(ByteView(whole).first(size))), malformed) << size;
    }
    test::ran_cases(whole.size());
}

TEST_F(Limits, EveryFlippedByteOfATransactionIsRefused) {
    const protocol::ChainContext context{.spec_version = runtime::spec_version,
                                         .transaction_version = runtime::transaction_version,
                                         .genesis = world.node().genesis_hash(),
                                         .era_block = world.node().genesis_hash()};
    const Bytes whole = protocol::sign_extrinsic(net.eve.key, remark(), plain(nonce()), context);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        Bytes bent = whole;
        bent[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        EXPECT_NE(raw(bent), "") << i;
    }
    test::ran_cases(whole.size());
}

// Who has nothing cannot fill the pool; who has little is bounded; nobody else is crowded out.
TEST_F(Limits, AFloodWithoutFundsFillsNothing) {
    for (int i = 0; i < 200; ++i) {
        User nobody(world, "//Nobody//" + std::to_string(i));
        const protocol::ChainContext context{.spec_version = runtime::spec_version,
                                             .transaction_version = runtime::transaction_version,
                                             .genesis = world.node().genesis_hash(),
                                             .era_block = world.node().genesis_hash()};
        EXPECT_EQ(raw(protocol::sign_extrinsic(nobody.key, remark(), plain(0), context)),
                  "Invalid Transaction: Payment");
    }
    EXPECT_TRUE(net.works());
    test::ran_cases(200);
}

TEST_F(Limits, AFloodOfOneAccountIsBoundedAndOthersGoOn) {
    const std::uint32_t first = nonce();
    std::size_t taken = 0;
    std::map<std::string, std::size_t> refused;
    // A gap of two at the front keeps them in the pool.
    for (std::uint32_t i = 2; i <= 601; ++i) {
        const std::string word = pooled(remark(), plain(first + i));
        if (word.empty()) {
            ++taken;
        } else {
            ++refused[word];
        }
    }
    EXPECT_LE(taken, node::PoolLimits{}.per_account_max);
    EXPECT_GT(taken, 0U);
    EXPECT_EQ(
        taken + refused["Transaction pool: NonceTooFar"] + refused["Transaction pool: AccountFull"],
        600U);
    EXPECT_TRUE(net.works());
    for (const std::uint32_t gap : {first, first + 1}) {
        EXPECT_EQ(pooled(remark(), plain(gap)), "");
        world.run_for(10'000);
    }
    EXPECT_EQ(nonce(), first + 2 + taken);
    test::ran_cases(600);
}

// Submissions that fail cost their senders the fee, quotes or not.
TEST_F(Limits, FailingSubmissionsArePaidByTheirSender) {
    protocol::SubmitTasks empty;
    protocol::SubmitTasks noise;
    noise.batches.resize(4);
    for (auto& batch : noise.batches) batch.quote = Bytes(protocol::quote_bytes_max, 0xa5);
    noise.receipts.resize(protocol::batch_receipts_max);
    for (const auto& call : {empty, noise}) {
        const u128 before = free_of(net.eve.account());
        EXPECT_NE(why(net.eve.chain.submit(net.eve.key, protocol::encode_call(call), sim::wait_ms)),
                  "");
        EXPECT_LT(free_of(net.eve.account()), before);
    }
    const u128 before = free_of(net.eve.account());
    EXPECT_EQ(why(net.eve.chain.submit(net.eve.key,
                                       protocol::encode_call(protocol::RegisterWorker{
                                           {}, Bytes(protocol::evidence_bytes_max, 0xa5)}),
                                       sim::wait_ms)),
              "PhalaRegistry.WrongGenesis");
    EXPECT_LT(free_of(net.eve.account()), before);
    test::ran_cases(3);
}

// Receipts that were fine once, and receipts of somebody who is not of the cluster any more.
struct Late : Shared {
    std::vector<Bytes> seen;
    void watch_receipts(Fate fate) {
        world.hooks.from_enclave = [this, fate](std::size_t, protocol::HostOutput& message) {
            const auto* submit = std::get_if<protocol::output::SubmitCall>(&message);
            if (submit == nullptr || submit->what != "receipts") return Fate::Deliver;
            seen.push_back(submit->call);
            return fate;
        };
    }
    std::string submit(const Bytes& call) {
        return why(net.eve.chain.submit(net.eve.key, call, sim::wait_ms));
    }
};

TEST_F(Late, AReceiptSubmittedTwiceIsOutOfSequence) {
    watch_receipts(Fate::Deliver);
    ASSERT_EQ(ending(sim::command(net.alice, net.trouble, message("set", std::uint64_t{71}))),
              "Ok");
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(submit(seen.front()), "Tasks.OutOfSequence");
    auto twice = arguments_of<protocol::SubmitTasks>(seen.front());
    twice.receipts.push_back(twice.receipts.front());
    EXPECT_EQ(submit(protocol::encode_call(twice)), "Tasks.OutOfSequence");
}

TEST_F(Late, AReceiptTwiceInOneSubmissionUndoesTheWholeSubmission) {
    bend_first<protocol::SubmitTasks>(
        world, "receipts", [](auto& call) { call.receipts.push_back(call.receipts.front()); });
    const Watch watch(world);
    EXPECT_EQ(ending(sim::command(net.alice, net.trouble, message("set", std::uint64_t{72}))),
              "Ok");
    EXPECT_TRUE(watch.failed("Tasks.OutOfSequence"));
    EXPECT_EQ(net.value(), 72U);
}

TEST_F(Late, AReceiptOfAWorkerThatWasReplacedIsRefused) {
    watch_receipts(Fate::Drop);
    client::RequestOptions options;
    options.contract = net.trouble;
    const auto sent = sim::send(net.alice, options, message("set", std::uint64_t{73}));
    ASSERT_EQ(why(sent), "");
    ASSERT_TRUE(world.run_until([&] { return !seen.empty(); }, 60'000));
    const auto call = arguments_of<protocol::SubmitTasks>(seen.front());
    const std::size_t member = net.member_of(call.receipts.front().receipt.worker);
    ASSERT_LT(member, world.members());
    world.restart_enclave(member);
    ASSERT_TRUE(net.ready());
    EXPECT_EQ(submit(seen.front()), "Tasks.WorkerNotRegistered");
    net.mend();
    EXPECT_EQ(ending(sim::finish(net.alice, *sent)), "Ok");
}

TEST_F(Late, AReceiptForAnotherClusterIsOutOfSequence) {
    const Watch watch(world);
    bend_first<protocol::SubmitTasks>(world, "receipts", [](auto& call) {
        call.receipts[0].receipt.cluster = protocol::cluster_id(2);
    });
    EXPECT_EQ(ending(sim::command(net.alice, net.trouble, message("set", std::uint64_t{74}))),
              "Ok");
    EXPECT_TRUE(watch.failed("Tasks.OutOfSequence") || watch.failed("Tasks.NoSuchAssignment"));
}

TEST_F(Late, AReceiptForAnotherTaskIsARequestMismatch) {
    const Watch watch(world);
    bend_first<protocol::SubmitTasks>(world, "receipts", [](auto& call) {
        call.receipts[0].receipt.task = TaskId(call.receipts[0].receipt.task.value + 1);
    });
    EXPECT_EQ(ending(sim::command(net.alice, net.trouble, message("set", std::uint64_t{75}))),
              "Ok");
    EXPECT_TRUE(watch.failed("Tasks.RequestMismatch"));
}

}  // namespace
}  // namespace cloister::scenarios
