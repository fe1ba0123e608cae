// Requests that the chain refuses, and sealed inputs that open for nobody.
#include "base/hex.hpp"
#include "crypto/hpke.hpp"
#include "network.hpp"
#include "protocol/domains.hpp"
#include "protocol/padding.hpp"
#include "protocol/storage.hpp"

namespace cloister::scenarios {
namespace {

namespace storage = protocol::storage;
using protocol::RequestContext;
using protocol::TaskRequest;

// System.Account, as Substrate lays it out.
struct AccountInfo {
    std::array<std::uint32_t, 4> counters{};
    u128 free = 0;
    u128 reserved = 0;
    u128 frozen = 0;
    u128 flags = 0;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.counters, s.free, s.reserved, s.frozen, s.flags);
    }
};

struct Requests : Shared {
    // A request whose seal and whose fields on the chain may tell different stories.
    struct Spoil {
        std::function<void(RequestContext&)> seal = [](auto&) {};
        std::function<void(TaskRequest&)> call = [](auto&) {};
        std::function<void(Bytes&)> plain = [](auto&) {};
    };
    Result<sim::Sent, Error> send(User& user, const Spoil& spoil) {
        user.chain.unpin();
        const auto key = client::contract_key(user.chain, net.trouble).get();
        crypto::X25519Key reply_key(user.entropy.bytes_32());
        RequestId id;
        user.entropy.fill({id.data(), id.size()});
        RequestContext context{.genesis = user.chain.genesis(),
                               .contract = net.trouble,
                               .epoch = key.epoch,
                               .origin = user.account(),
                               .request_id = id,
                               .reply_key = reply_key.public_key,
                               .policy_hash = protocol::hash_of(protocol::ReplicationPolicy{}),
                               .blob_root = {}};
        spoil.seal(context);
        Bytes plain = to_bytes(protocol::pad(message("set", std::uint64_t{7})).reveal());
        spoil.plain(plain);
        const Bytes associated = scale::encode(context);
        const crypto::X25519Key ephemeral(user.entropy.bytes_32());
        const auto sealed = crypto::hpke_seal(
            key.public_key, {.info = view_of(protocol::domain::request), .associated = associated},
            plain, ephemeral);
        TaskRequest call{.contract = net.trouble,
                         .epoch = key.epoch,
                         .request_id = id,
                         .reply_key = reply_key.public_key,
                         .policy = {},
                         .blob_root = {},
                         .gas_limit = Gas(10'000'000'000),
                         .deadline = BlockNumber(world.node().newest().number.value + 1000),
                         .sealed_input = *sealed};
        spoil.call(call);
        CLOISTER_CHECK(user.chain.submit(user.key, protocol::encode_call(call), sim::wait_ms));
        CLOISTER_TRY(const TaskId task, client::find_task(user.chain, user.account(), id));
        return sim::Sent{.task = task,
                         .request = {.call = protocol::encode_call(call),
                                     .request_id = id,
                                     .reply_key = std::move(reply_key),
                                     .sealed_input_hash = {}}};
    }
    std::string result_of(const Spoil& spoil) {
        const auto sent = send(net.alice, spoil);
        return sent ? ending(sim::finish(net.alice, *sent)) : why(sent);
    }
    std::string sealed_with(std::function<void(RequestContext&)> spoil) {
        return result_of({.seal = std::move(spoil)});
    }
    std::string called_with(std::function<void(TaskRequest&)> spoil) {
        return result_of({.call = std::move(spoil)});
    }
    // A remark, signed as told: the pool's word for it, or "".
    std::string signed_with(User& user, protocol::Extra extra, protocol::ChainContext context) {
        const Bytes call =
            protocol::encode_call(protocol::SystemRemark{.remark = to_bytes("hello")});
        const Bytes extrinsic = protocol::sign_extrinsic(user.key, call, extra, context);
        return why(
            user.chain.call("author_submitExtrinsic", "[\"" + base::to_hex_0x(extrinsic) + "\"]"));
    }
    static protocol::Extra immortal(std::uint32_t nonce) {
        return {.era = protocol::Era::immortal_era(), .nonce = nonce};
    }
    protocol::ChainContext context_at(BlockNumber era_block) {
        return {.spec_version = runtime::spec_version,
                .transaction_version = runtime::transaction_version,
                .genesis = world.node().genesis_hash(),
                .era_block = *world.node().store().hash_at(era_block)};
    }
    void remarks(int count) {
        for (int i = 0; i < count; ++i) {
            const Bytes call = protocol::encode_call(protocol::SystemRemark{.remark = {}});
            ASSERT_EQ(why(net.dave.chain.submit(net.dave.key, call, sim::wait_ms)), "");
        }
    }
    std::uint32_t nonce() { return world.node().next_nonce(net.eve.account()); }
    u128 reserved(const AccountId& account) {
        return net.on_chain<AccountInfo>(storage::system_account(account)).reserved;
    }
};

TEST_F(Requests, HonestlySealedOneRuns) { EXPECT_EQ(result_of({}), "Ok"); }

TEST_F(Requests, SealedForAnotherContractDoesNotOpen) {
    EXPECT_EQ(sealed_with([](auto& c) { c.contract = ContractId({1}); }), "InputDoesNotOpen");
}

TEST_F(Requests, SealedToAnotherContractsKeyDoesNotOpen) {
    const auto other = sim::deploy(net.charlie, contract_code("trouble"), "other", message("new"));
    ASSERT_EQ(why(other), "");
    client::RequestOptions options;
    options.contract = *other;
    net.alice.chain.unpin();
    const auto request = client::seal_request(net.alice.chain, options, net.alice.account(),
                                              message("set", std::uint64_t{7}), net.alice.entropy);
    const Bytes sealed = arguments_of<TaskRequest>(request->call).sealed_input;
    EXPECT_EQ(called_with([&](auto& c) { c.sealed_input = sealed; }), "InputDoesNotOpen");
}

TEST_F(Requests, SealedForAnotherChainDoesNotOpen) {
    EXPECT_EQ(sealed_with([](auto& c) { c.genesis = BlockHash({1}); }), "InputDoesNotOpen");
}

TEST_F(Requests, SealedForAnotherEpochDoesNotOpen) {
    EXPECT_EQ(sealed_with([](auto& c) { c.epoch = KeyEpoch(1); }), "InputDoesNotOpen");
}

TEST_F(Requests, SentForAnotherEpochIsRefusedByTheChain) {
    EXPECT_EQ(called_with([](auto& c) { c.epoch = KeyEpoch(1); }), "Tasks.WrongEpoch");
}

TEST_F(Requests, SealedForAnotherAccountDoesNotOpen) {
    EXPECT_EQ(sealed_with([&](auto& c) { c.origin = net.eve.account(); }), "InputDoesNotOpen");
}

TEST_F(Requests, SealedForAnotherIdReplyKeyOrPolicyDoesNotOpen) {
    EXPECT_EQ(sealed_with([](auto& c) { c.request_id = RequestId({1}); }), "InputDoesNotOpen");
    EXPECT_EQ(sealed_with([](auto& c) { c.reply_key = {}; }), "InputDoesNotOpen");
    EXPECT_EQ(sealed_with([](auto& c) { c.policy_hash = Hash256({1}); }), "InputDoesNotOpen");
    EXPECT_EQ(sealed_with([](auto& c) { c.version = 2; }), "InputDoesNotOpen");
}

TEST_F(Requests, AlteredCiphertextDoesNotOpen) {
    EXPECT_EQ(called_with([](auto& c) { c.sealed_input.back() ^= 1; }), "InputDoesNotOpen");
    EXPECT_EQ(called_with([](auto& c) { c.sealed_input.clear(); }), "InputDoesNotOpen");
}

TEST_F(Requests, UnpaddedPlaintextIsMalformed) {
    EXPECT_EQ(result_of({.plain = [](Bytes& b) { b.resize(3); }}), "InputMalformed");
}

TEST_F(Requests, CopiedOneDoesNotOpenForItsThief) {
    const auto sent = send(net.alice, {});
    ASSERT_EQ(why(sent), "");
    ASSERT_EQ(why(net.eve.chain.submit(net.eve.key, sent->request.call, sim::wait_ms)), "");
    const auto task = client::find_task(net.eve.chain, net.eve.account(), sent->request.request_id);
    const auto result = client::await_result(net.eve.chain, *task, sim::wait_ms);
    ASSERT_EQ(why(result), "");
    EXPECT_EQ(result->receipt.outcome, TaskOutcome::InputDoesNotOpen);
    EXPECT_EQ(ending(sim::finish(net.alice, *sent)), "Ok");
    EXPECT_EQ(net.value(), 7U);
}

TEST_F(Requests, CopiedOneWithTheThiefsReplyKeyTellsNothing) {
    const auto sent = send(net.alice, {});
    ASSERT_EQ(why(sent), "");
    crypto::X25519Key own(net.eve.entropy.bytes_32());
    auto stolen = arguments_of<TaskRequest>(sent->request.call);
    stolen.reply_key = own.public_key;
    const Bytes call = protocol::encode_call(stolen);
    ASSERT_EQ(why(net.eve.chain.submit(net.eve.key, call, sim::wait_ms)), "");
    const auto task = client::find_task(net.eve.chain, net.eve.account(), stolen.request_id);
    ASSERT_EQ(why(client::await_result(net.eve.chain, *task, sim::wait_ms)), "");
    const auto opened = client::open_output(net.eve.chain, *task, own);
    ASSERT_EQ(why(opened), "");
    EXPECT_EQ(opened->outcome, TaskOutcome::InputDoesNotOpen);
    EXPECT_TRUE(opened->output.reveal().empty());
}

TEST_F(Requests, ReplayedIdIsRefused) {
    const auto sent = send(net.alice, {});
    ASSERT_EQ(why(sent), "");
    EXPECT_EQ(why(net.alice.chain.submit(net.alice.key, sent->request.call, sim::wait_ms)),
              "Tasks.RequestIdSeen");
    EXPECT_EQ(ending(sim::finish(net.alice, *sent)), "Ok");
    EXPECT_EQ(why(net.alice.chain.submit(net.alice.key, sent->request.call, sim::wait_ms)),
              "Tasks.RequestIdSeen");
}

TEST_F(Requests, PassedDeadlineIsRefused) {
    const auto ahead = [this](std::uint32_t blocks) {
        return BlockNumber(world.node().newest().number.value + blocks);
    };
    EXPECT_EQ(called_with([&](auto& c) { c.deadline = ahead(0); }), "Tasks.DeadlinePassed");
    EXPECT_EQ(called_with([&](auto& c) { c.deadline = ahead(2); }), "Tasks.DeadlineTooSoon");
    EXPECT_EQ(called_with([](auto& c) { c.deadline = BlockNumber(~0U); }), "Tasks.DeadlineTooFar");
}

TEST_F(Requests, ExpiredOneIsRefundedAndNeverRuns) {
    for (std::size_t i = 1; i < world.members(); ++i) world.freeze(i);
    const BlockNumber deadline(world.node().newest().number.value + 8);
    const auto sent = send(net.charlie, {.call = [&](auto& c) {
                               c.gas_limit = Gas(1'000'000'000);
                               c.deadline = deadline;
                           }});
    ASSERT_EQ(why(sent), "");
    EXPECT_GT(reserved(net.charlie.account()), 0U);
    remarks(9);
    EXPECT_EQ(reserved(net.charlie.account()), 0U);
    net.mend();
    ASSERT_TRUE(net.works());
    EXPECT_FALSE(world.node().newest_state()(storage::tasks_result(sent->task)));
}

TEST_F(Requests, PayerWithoutFundsIsRefused) {
    User poor(world, "//Poor");
    protocol::TransferAllowDeath gift;
    gift.destination = poor.account();
    gift.value = {u128{5'000'000'000}};
    ASSERT_EQ(why(net.dave.chain.submit(net.dave.key, protocol::encode_call(gift), sim::wait_ms)),
              "");
    EXPECT_EQ(why(send(poor, {})), "Tasks.PayerWithoutFunds");
}

TEST_F(Requests, EmptyAccountCannotPayTheFee) {
    User nobody(world, "//Nobody");
    const Bytes remark = protocol::encode_call(protocol::SystemRemark{.remark = {}});
    EXPECT_EQ(why(nobody.chain.submit(nobody.key, remark, sim::wait_ms)),
              "Invalid Transaction: Payment");
}

TEST_F(Requests, UsedNonceIsStale) {
    const auto at = context_at(BlockNumber(0));
    ASSERT_EQ(signed_with(net.eve, immortal(nonce()), at), "");
    world.run_for(1000);
    ASSERT_GT(nonce(), 0U);
    EXPECT_EQ(signed_with(net.eve, immortal(nonce() - 1), at), "Invalid Transaction: Stale");
}

TEST_F(Requests, FutureNonceWaitsAndTooFarOneIsRefused) {
    const auto at = context_at(BlockNumber(0));
    const std::uint32_t next = nonce();
    EXPECT_EQ(signed_with(net.eve, immortal(next + 1), at), "");
    EXPECT_EQ(nonce(), next);
    EXPECT_EQ(signed_with(net.eve, immortal(next + 100'000), at), "Transaction pool: NonceTooFar");
    EXPECT_EQ(signed_with(net.eve, immortal(next), at), "");
    world.run_for(1000);
    EXPECT_EQ(nonce(), next + 2);
}

TEST_F(Requests, OverEraIsRefused) {
    const BlockNumber born = world.node().newest().number;
    const protocol::Extra extra{.era = protocol::Era::mortal(4, born), .nonce = nonce()};
    const auto at = context_at(born);
    remarks(6);
    // The era's two bytes wrap around: at this height they name a younger block, which the
    // signature denies.
    EXPECT_EQ(signed_with(net.eve, extra, at), "Invalid Transaction: BadProof");
}

TEST_F(Requests, EraBornAheadOfTheChainIsAncient) {
    // Phases of a period this long are named in steps of 16 blocks.
    const BlockNumber ahead(world.node().newest().number.value + 40);
    const protocol::Extra extra{.era = protocol::Era::mortal(65536, ahead), .nonce = nonce()};
    EXPECT_EQ(signed_with(net.eve, extra, context_at(BlockNumber(0))),
              "Invalid Transaction: AncientBirthBlock");
}

TEST_F(Requests, SignedForAnotherChainOrVersionIsBadProof) {
    auto at = context_at(BlockNumber(0));
    at.genesis = BlockHash({1});
    EXPECT_EQ(signed_with(net.eve, immortal(nonce()), at), "Invalid Transaction: BadProof");
    at = context_at(BlockNumber(0));
    at.spec_version += 1;
    EXPECT_EQ(signed_with(net.eve, immortal(nonce()), at), "Invalid Transaction: BadProof");
}

TEST_F(Requests, UnknownContractIsRefused) {
    EXPECT_EQ(called_with([](auto& c) { c.contract = ContractId({1}); }), "Tasks.UnknownContract");
}

TEST_F(Requests, OnlyTheDeployerInstantiatesAndOnlyOnce) {
    const auto instantiate = [](auto& c) { c.kind = protocol::RequestKind::Instantiate; };
    EXPECT_EQ(why(send(net.eve, {.call = instantiate})), "Tasks.NotDeployer");
    EXPECT_EQ(why(send(net.alice, {.call = instantiate})), "Tasks.AlreadyInstantiated");
}

TEST_F(Requests, OnlyTheChainReportsFailedActions) {
    EXPECT_EQ(called_with([](auto& c) { c.kind = protocol::RequestKind::ActionFailed; }),
              "Tasks.KindNotSupported");
}

TEST_F(Requests, OtherPoliciesAndBlobsAreNotOfferedYet) {
    EXPECT_EQ(called_with([](auto& c) { c.policy.quorum = 2; }), "Tasks.PolicyNotSupported");
    EXPECT_EQ(called_with([](auto& c) { c.blob_root = Hash256(); }), "Tasks.BlobNotSupported");
    EXPECT_EQ(called_with([](auto& c) { c.gas_limit = Gas(~0ULL); }), "Tasks.GasLimitTooHigh");
}

}  // namespace
}  // namespace cloister::scenarios
