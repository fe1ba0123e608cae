// The host as the attacker: forged, replayed, withheld, altered.
#include "crypto/entropy.hpp"
#include "enclave/world_test.hpp"
#include "protocol/domains.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave::test {
namespace {

namespace in = protocol::input;
namespace storage = protocol::storage;
using protocol::QueryError;

Nonce32 nonce(std::uint8_t number) { return Nonce32(ByteView(Bytes(32, number))); }

// The identity that a machine made with this entropy has.
crypto::Ed25519Key identity_of(std::uint8_t number) {
    crypto::Entropy entropy(secret_of(number));
    return crypto::Ed25519Key(entropy.bytes_32());
}

void fresh_process(World& world, Machine& machine, std::uint8_t entropy) {
    machine.enclave = std::make_unique<Enclave>(
        Birth{secret_of(entropy), world.platform.seal_key(machine.measurement),
              machine.measurement},
        world.engine);
    machine.status.reset();
    machine.logs.clear();
    machine.outbox.clear();
    world.deliver(machine, world.chain.start(machine.role, machine.operator_account));
}

struct Network : ::testing::Test {
    World world;
    ContractId counter;
    void SetUp() override {
        world.start_network();
        counter = world.deploy();
    }
    Machine& gatekeeper() { return *world.machines[0]; }
    Machine& worker() { return *world.machines[1]; }
    QueryError refused(const std::function<void(protocol::Query&)>& distort, std::uint8_t n = 1) {
        const auto id = world.query(worker(), {counter, nonce(n), distort});
        world.idle(16);
        EXPECT_TRUE(worker().query_replies.contains(id));
        return worker().query_replies[id].error.value_or(QueryError::Malformed);
    }
};

TEST(Hostile, AStartWithAnotherGenesisIsIgnoredAndTheRightOneStillWorks) {
    World world;
    Machine machine(20, protocol::Role::Worker, world.engine, world.platform);
    in::Start start = world.chain.start(machine.role, machine.operator_account);
    in::Start wrong = start;
    wrong.genesis = BlockHash();
    in::Start bare = start;
    bare.genesis_proof.clear();
    for (const in::Start& bad : {wrong, bare}) {
        machine.outbox.clear();
        machine.step(world.now, input::FromHost{bad});
        ASSERT_EQ(machine.outbox.size(), 1U);  // a Log
    }
    machine.outbox.clear();
    machine.step(world.now, input::FromHost{start});
    EXPECT_GT(machine.outbox.size(), 1U);
}

TEST_F(Network, ASecondStartIsIgnored) {
    world.deliver(worker(), world.chain.start(worker().role, account(77)));
    world.pump();
    EXPECT_TRUE(worker().logged("AlreadyStarted"));
    EXPECT_TRUE(worker().status->registered);
}

TEST_F(Network, AForgedBlockIsRefused) {
    world.chain.seal_block();
    protocol::RelayedBlock forged = world.chain.block(world.chain.height());
    forged.header[40] ^= 1;
    const BlockNumber before = worker().status->followed;
    world.deliver(worker(), in::Blocks{{forged}});
    protocol::RelayedBlock bare = world.chain.block(world.chain.height());
    bare.justification.reset();
    world.deliver(worker(), in::Blocks{{bare}});
    world.attack = [](Machine&, protocol::HostInput&) { return false; };
    world.pump();
    EXPECT_EQ(worker().status->followed, before);
    EXPECT_TRUE(worker().logged("MissingProof"));
}

TEST_F(Network, AForgedProofOfFinalityIsRefused) {
    world.chain.seal_block();
    protocol::RelayedBlock forged = world.chain.block(world.chain.height());
    (*forged.justification)[forged.justification->size() - 50] ^= 1;
    const BlockNumber before = worker().status->followed;
    world.deliver(worker(), in::Blocks{{forged}});
    world.attack = [](Machine&, protocol::HostInput&) { return false; };
    world.pump();
    EXPECT_EQ(worker().status->followed, before);
    EXPECT_TRUE(worker().logged("BadProof"));
}

TEST_F(Network, AnOldBlockChangesNothing) {
    const BlockNumber before = worker().status->followed;
    world.deliver(worker(), in::Blocks{{world.chain.block(1), world.chain.block(2)}});
    world.pump();
    EXPECT_TRUE(worker().logged("OldBlock"));
    EXPECT_EQ(worker().status->followed, before);
}

TEST_F(Network, TwoProofsForOneHeightStopItForEver) {
    world.deliver(worker(), in::Blocks{{world.chain.fork_of(BlockNumber(2))}});
    world.pump();
    ASSERT_TRUE(worker().stopped.has_value());
    EXPECT_NE(worker().stopped->first, worker().stopped->second);
    EXPECT_EQ(refused({}), QueryError::Stopped);
    EXPECT_FALSE(worker().status->has_keys);
    const std::size_t calls = worker().calls.size();
    static_cast<void>(world.chain.request(
        {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}}));
    world.chain.seal_block();
    world.idle(60);
    EXPECT_EQ(worker().calls.size(), calls);
}

TEST_F(Network, WithheldProofsHoldItUpAndNothingElse) {
    const TaskId task = world.chain.request(
        {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}});
    int dropped = 0;
    world.attack = [&](Machine&, protocol::HostInput& message) {
        return !(std::holds_alternative<in::Proof>(message) && ++dropped);
    };
    world.chain.seal_block();
    world.idle(40);
    EXPECT_FALSE(world.chain.reply(task).has_value());
    EXPECT_GT(dropped, 5);  // asked again and again, not in a storm
    EXPECT_LT(dropped, 60);
    world.attack = nullptr;
    EXPECT_TRUE(world.until([&] { return world.chain.reply(task).has_value(); }));
}

TEST_F(Network, AProofThatLeavesOutANodeIsNeverTakenForAbsence) {
    const TaskId task = world.chain.request(
        {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}});
    int count = 0;
    world.attack = [&](Machine&, protocol::HostInput& message) {
        auto* proof = std::get_if<in::Proof>(&message);
        if (proof != nullptr && !proof->nodes.empty() && ++count % 2 == 1) proof->nodes.pop_back();
        return true;
    };
    EXPECT_TRUE(world.run_task(task));
    EXPECT_TRUE(worker().logged("PartialProof"));
    EXPECT_EQ(world.chain.reply(task)->outcome, protocol::TaskOutcome::Ok);
}

TEST_F(Network, AnAlteredSealedStateIsRefusedAndTheChainIsExecutedAgain) {
    worker().disk["state"].back() ^= 1;
    fresh_process(world, worker(), 99);
    EXPECT_FALSE(world.until([&] { return worker().logged("RolledBackState"); }, 40));
    EXPECT_TRUE(worker().logged("SealedStateAltered"));
    EXPECT_EQ(worker().status->executed, Sequence(1));
}

TEST_F(Network, AStateOfAnotherClusterIsRefused) {
    worker().disk["state"][5] ^= 1;
    fresh_process(world, worker(), 99);
    EXPECT_TRUE(world.until([&] { return worker().logged("SealedStateForeign"); }));
    EXPECT_TRUE(world.until([&] { return worker().status->executed == Sequence(1); }));
}

TEST_F(Network, ARolledBackStateIsBroughtForwardFromTheChain) {
    const Bytes old = worker().disk["state"];
    const TaskId task = world.chain.request(
        {.kind = {}, .contract = counter, .message = {0, 0, 0, 0}, .distort = {}});
    ASSERT_TRUE(world.run_task(task));
    world.idle(4);
    worker().disk["state"] = old;
    fresh_process(world, worker(), 99);
    EXPECT_TRUE(
        world.until([&] { return worker().status && worker().status->executed == Sequence(2); }));
    EXPECT_TRUE(worker().logged("RolledBackState"));
    EXPECT_FALSE(worker().logged("DivergedState"));
}

TEST_F(Network, AStateThatTheChainNeverAcceptedIsRefused) {
    world.chain.put(storage::tasks_accepted_root(cluster, Sequence(1)), scale::encode(Hash256()));
    world.chain.seal_block();
    fresh_process(world, worker(), 99);
    EXPECT_TRUE(world.until([&] { return worker().logged("SealedStateForeign"); }));
}

TEST_F(Network, AWithheldStateIsNotWaitedForForEver) {
    world.attack = [](Machine&, protocol::HostInput& m) {
        return !std::holds_alternative<in::Sealed>(m);
    };
    fresh_process(world, worker(), 99);
    EXPECT_TRUE(
        world.until([&] { return worker().status && worker().status->executed == Sequence(1); }));
    EXPECT_TRUE(worker().logged("SealedStateWithheld"));
}

struct Tickets : Network {
    std::vector<protocol::Ticket> seen;
    bool pass = false;
    // Tickets are caught on their way to a restarted worker.
    void SetUp() override {
        Network::SetUp();
        world.attack = [this](Machine&, protocol::HostInput& message) {
            const auto* reply = std::get_if<in::PeerReply>(&message);
            if (reply == nullptr || pass) return true;
            const auto decoded = scale::decode<protocol::PeerReply>(reply->bytes).get();
            if (!std::holds_alternative<protocol::Ticket>(decoded)) return true;
            seen.push_back(std::get<protocol::Ticket>(decoded));
            return false;
        };
        fresh_process(world, worker(), 99);
        ASSERT_TRUE(world.until([&] { return !seen.empty(); }));
    }
    void send(const protocol::Ticket& ticket) {
        pass = true;
        world.deliver(worker(), in::PeerReply{scale::encode(protocol::PeerReply(ticket))});
        pass = false;
        world.pump();
    }
    protocol::Ticket resigned(protocol::Ticket ticket) {
        ticket.signature =
            identity_of(10).sign(protocol::signing_bytes(world.chain.hash(0), ticket));
        return ticket;
    }
};

TEST_F(Tickets, WithoutOneThereAreNoKeysAndNoAnswers) {
    world.idle(40);
    EXPECT_FALSE(worker().status->has_keys);
    EXPECT_EQ(refused({}), QueryError::NoFreshTicket);
}

TEST_F(Tickets, AnHonestOneServesOnce) {
    send(seen[0]);
    EXPECT_TRUE(worker().status->fresh);
    send(seen[0]);
    EXPECT_TRUE(worker().logged("TicketWrongNonce"));
}

TEST_F(Tickets, WrongOnesAreRefusedByName) {
    protocol::Ticket other = seen[0];
    other.nonce = Nonce32();
    send(resigned(other));
    EXPECT_TRUE(worker().logged("TicketWrongNonce"));
    protocol::Ticket altered = seen[0];
    altered.block = BlockNumber(1);
    send(altered);
    EXPECT_TRUE(worker().logged("TicketBadSignature"));
    protocol::Ticket stranger = seen[0];
    stranger.gatekeeper = WorkerId();
    send(stranger);
    EXPECT_TRUE(worker().logged("TicketUnknownGatekeeper"));
    EXPECT_FALSE(worker().status->fresh);
    protocol::Ticket fork = seen[0];
    fork.block_hash = BlockHash();
    send(resigned(fork));
    EXPECT_TRUE(worker().logged("TicketOffChain"));
    EXPECT_FALSE(worker().status->fresh);
}

TEST_F(Tickets, AnOldOneIsRefused) {
    world.now = Instant(world.now.value + protocol::ticket_lifetime_ms);
    send(seen[0]);
    EXPECT_TRUE(worker().logged("TicketExpired"));
    EXPECT_FALSE(worker().status->fresh);
}

TEST_F(Tickets, OneAheadOfTheFollowedChainCountsOnlyThere) {
    world.chain.seal_block();
    protocol::Ticket ahead = seen[0];
    ahead.block = BlockNumber(world.chain.height());
    ahead.block_hash = world.chain.hash(world.chain.height());
    pass = true;
    worker().step(
        world.now,
        input::FromHost{in::PeerReply{scale::encode(protocol::PeerReply(resigned(ahead)))}});
    EXPECT_FALSE(worker().status->fresh);
    EXPECT_TRUE(world.until([&] { return worker().status->fresh; }));
}

TEST_F(Tickets, OneThatRanOutEndsAnswers) {
    send(seen[0]);
    ASSERT_TRUE(world.until([&] { return worker().status->executed == Sequence(1); }));
    world.now = Instant(world.now.value + protocol::ticket_lifetime_ms);
    EXPECT_EQ(refused({}), QueryError::NoFreshTicket);
}

TEST_F(Network, AQuerysNonceIsRefusedTwice) {
    const auto first = world.query(worker(), {counter, nonce(1), {}});
    world.idle(4);
    ASSERT_TRUE(world.answer(first).has_value());
    EXPECT_EQ(refused({}), QueryError::ReplayedNonce);
}

TEST_F(Network, QueriesAreRefusedByName) {
    EXPECT_EQ(refused([](auto& q) { q.message.push_back(1); }), QueryError::BadSignature);
    EXPECT_EQ(refused([](auto& q) { q.certificate = protocol::Certificate(); }),
              QueryError::BadCertificate);
    const crypto::KeyPair caller(crypto::Scheme::Ed25519, secret_of(60));
    EXPECT_EQ(refused([&](auto& q) {
                  q.contract = ContractId();
                  q.signature = caller.sign(protocol::signing_bytes(*worker().session, q));
              }),
              QueryError::NoSuchContract);
    worker().session->session_key = crypto::X25519Key(secret_of(5)).public_key;
    EXPECT_EQ(refused({}), QueryError::DoesNotOpen);
    world.deliver(worker(), in::Query{7, Bytes(10)});
    world.pump();
    EXPECT_EQ(worker().query_replies[7].error, QueryError::Malformed);
}

TEST_F(Network, ACertifiedDelegateMayAskForADayAndNotLonger) {
    const crypto::KeyPair caller(crypto::Scheme::Ed25519, secret_of(60));
    const crypto::KeyPair delegate(crypto::Scheme::Sr25519, secret_of(61));
    const UnixMillis now = *world.chain.get<UnixMillis>(storage::timestamp_now());
    const auto certify = [&](protocol::Query& q, std::uint64_t lifetime_ms) {
        protocol::Certificate c{caller.account(),
                                delegate.account(),
                                UnixMillis(now.value - 1),
                                UnixMillis(now.value - 1 + lifetime_ms),
                                {}};
        c.signature = caller.sign(protocol::signing_bytes(world.chain.hash(0), c));
        q.certificate = c;
        q.signature = delegate.sign(protocol::signing_bytes(*worker().session, q));
    };
    const auto day = protocol::certificate_lifetime_ms_max;
    const auto id = world.query(worker(), {counter, nonce(3), [&](auto& q) { certify(q, day); }});
    world.idle(4);
    EXPECT_TRUE(world.answer(id).has_value());
    EXPECT_EQ(refused([&](auto& q) { certify(q, day + 1); }), QueryError::BadCertificate);
}

TEST_F(Network, AnExecutionNobodyAskedForIsIgnored) {
    worker().step(world.now, input::Executed{12345, {}});
    worker().step(world.now, input::Quoted{12345, {}});
    world.pump();
    EXPECT_TRUE(worker().logged("StaleExecution"));
    EXPECT_EQ(worker().status->executed, Sequence(1));
}

TEST_F(Network, AFloodOfQueriesIsBounded) {
    world.attack = [](Machine&, protocol::HostInput& m) {
        return std::holds_alternative<in::Query>(m);
    };
    world.chain.seal_block();
    worker().step(world.now,
                  input::FromHost{in::Blocks{{world.chain.block(world.chain.height())}}});
    for (std::uint8_t n = 0; n < 200; ++n) world.query(worker(), {counter, nonce(n), {}});
    world.pump();
    std::size_t refused_at_once = 0;
    for (const auto& [id, reply] : worker().query_replies)
        refused_at_once += reply.error == QueryError::NotReady;
    EXPECT_GE(refused_at_once, 200U - 64U);
    world.idle(16);
    EXPECT_EQ(worker().query_replies.size(), 200U);
}

struct Refusals : Network {
    // A key request of the worker, changed and, if it is to be, signed again.
    protocol::PeerReply ask(const std::function<void(protocol::KeyRequest&)>& distort,
                            bool sign = true) {
        auto request =
            std::get<protocol::KeyRequest>(scale::decode<protocol::PeerRequest>(key_request).get());
        distort(request);
        if (sign) request.signature = identity_of(20).sign(protocol::signing_bytes(request));
        gatekeeper().peer_replies.clear();
        world.deliver(gatekeeper(),
                      in::PeerRequest{99, scale::encode(protocol::PeerRequest(request))});
        world.idle(4);
        EXPECT_EQ(gatekeeper().peer_replies.size(), 1U);
        return gatekeeper().peer_replies.at(0);
    }
    void SetUp() override {
        world.start_network();
        world.attack = [this](Machine& to, protocol::HostInput& m) {
            const auto* request = std::get_if<in::PeerRequest>(&m);
            if (request != nullptr && &to == &gatekeeper() && request->id != 99 &&
                request->bytes[0] == 1) {
                key_request = request->bytes;
            }
            return true;
        };
        counter = world.deploy();
        ASSERT_FALSE(key_request.empty());
    }
    Bytes key_request;
};

TEST_F(Refusals, TheGatekeeperRefusesByName) {
    using E = protocol::GatekeeperError;
    using R = protocol::KeyRequest;
    EXPECT_TRUE(std::holds_alternative<protocol::KeyResponse>(ask([](R&) {})));
    EXPECT_EQ(ask([](R& r) { r.genesis = BlockHash(); }), protocol::PeerReply(E::WrongGenesis));
    EXPECT_EQ(ask([](R& r) { r.epoch = KeyEpoch(1); }), protocol::PeerReply(E::WrongEpoch));
    EXPECT_EQ(ask([](R& r) { r.nonce = Nonce32(); }, false), protocol::PeerReply(E::BadSignature));
    EXPECT_EQ(ask([](R& r) { r.nonce = Nonce32(); }), protocol::PeerReply(E::BadEvidence));
    EXPECT_EQ(ask([](R& r) { r.evidence[500] ^= 1; }), protocol::PeerReply(E::BadEvidence));
    EXPECT_EQ(ask([](R& r) { r.encryption_key = {}; }), protocol::PeerReply(E::UnknownWorker));
    EXPECT_EQ(
        ask([&](R& r) {
            r.subjects = {{protocol::SeedPurpose::Cluster, Hash256()}};
            r.evidence = world.platform.quote(
                {worker().measurement, platform::ReportData(protocol::report_data_of(r).view())});
        }),
        protocol::PeerReply(E::NotInCluster));
    world.deliver(gatekeeper(), in::PeerRequest{99, {1, 2, 3}});
    world.pump();
    EXPECT_EQ(gatekeeper().peer_replies.back(), protocol::PeerReply(E::Malformed));
}

TEST_F(Refusals, AMeasurementInItsNoticePeriodOrRemovedGetsNoKeys) {
    const Bytes key = storage::attestation_approved(worker().measurement);
    const auto expected = protocol::PeerReply(protocol::GatekeeperError::MeasurementNotApproved);
    world.chain.put(key, scale::encode(protocol::MeasurementApproval{"m", {}, BlockNumber(1000)}));
    world.chain.seal_block();
    world.idle(8);
    EXPECT_EQ(ask([](auto&) {}), expected);
    world.chain.erase(key);
    world.chain.seal_block();
    world.idle(8);
    EXPECT_EQ(ask([](auto&) {}), expected);
}

TEST(Hostile, AnApprovalThatClaimsNoNoticeStillWaitsForThePeriodOfGenesis) {
    World world(30);  // the approval is block 1's, with keys_from 0
    world.add(10, protocol::Role::Gatekeeper);
    Machine& worker = world.add(20, protocol::Role::Worker);
    const auto has_keys = [&] { return worker.status && worker.status->has_keys; };
    EXPECT_FALSE(world.until(has_keys, 60));
    EXPECT_TRUE(world.machines[0]->logged("KeyRequestRefused"));
    while (world.chain.height() < 30) world.chain.seal_block();
    EXPECT_FALSE(world.until(has_keys, 60));
    world.chain.seal_block();
    EXPECT_TRUE(world.until(has_keys, 60));
}

TEST_F(Refusals, ARevokedWorkerGetsNoKeys) {
    world.chain.put(storage::registry_operator_worker(worker().operator_account),
                    scale::encode(WorkerId()));
    world.chain.seal_block();
    world.idle(8);
    EXPECT_EQ(ask([](auto&) {}), protocol::PeerReply(protocol::GatekeeperError::UnknownWorker));
}

// Every message that hosts sent, truncated and with each byte flipped.
TEST(Hostile, NoPrefixAndNoFlippedByteOfAnyMessageBreaksIt) {
    World world;
    std::map<std::pair<std::size_t, protocol::Role>, Bytes> samples;
    world.attack = [&](Machine& to, protocol::HostInput& m) {
        Bytes bytes = scale::encode(m);
        if (bytes.size() <= 6000) samples.insert_or_assign({m.index(), to.role}, std::move(bytes));
        return true;
    };
    world.start_network();
    const ContractId counter = world.deploy();
    world.query(*world.machines[1], {counter, nonce(1), {}});
    world.idle(4);
    EXPECT_GE(samples.size(), 8U);
    std::size_t stepped = 0;
    for (const auto& [key, bytes] : samples) {
        Machine& to = *world.machines[key.second == protocol::Role::Gatekeeper ? 0 : 1];
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            Bytes flipped = bytes;
            flipped[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            EXPECT_FALSE(scale::decode<protocol::HostInput>(ByteView(bytes).first(i)).has_value());
            auto message = scale::decode<protocol::HostInput>(flipped);
            if (!message) continue;
            to.step(world.now, input::FromHost{std::move(*message)});
            to.outbox.clear();
            ++stepped;
        }
    }
    EXPECT_GT(stepped, 1000U);
}

}  // namespace
}  // namespace cloister::enclave::test
