// Hosts that withhold, garble, or run another program: no harm comes of it, and the rest goes on.
#include "network.hpp"
#include "protocol/storage.hpp"

namespace cloister::scenarios {
namespace {

namespace storage = protocol::storage;

struct Host : Shared {
    Watch watch{world};
    Result<sim::Sent, Error> send(std::uint64_t value) {
        client::RequestOptions options;
        options.contract = net.trouble;
        return sim::send(net.alice, options, message("set", value));
    }
    bool has_result(TaskId task) const {
        return world.node().newest_state()(storage::tasks_result(task)).has_value();
    }
};

TEST_F(Host, ProgramChangedByOneByteIsNotRegisteredAndGetsNoKeys) {
    auto changed = world.measurement();
    changed.data()[0] ^= 1;
    world.restart_enclave(3, changed);
    world.run_for(20'000);
    EXPECT_TRUE(watch.failed("PhalaRegistry.MeasurementNotApproved"));
    EXPECT_FALSE(world.agent(3).status().registered || world.agent(3).status().has_keys);
    EXPECT_TRUE(net.works(1));
    world.restart_enclave(3, world.measurement());
    EXPECT_TRUE(net.ready());
}

TEST_F(Host, ReplacedEnclaveAnswersNoMore) {
    const auto old_session = *world.http(2, worker::input::Http::Kind::Session, {});
    const auto session = scale::decode<protocol::Session>(old_session).get();
    world.restart_enclave(2);
    ASSERT_TRUE(net.ready());
    auto query =
        client::seal_query(session, net.trouble, net.alice.key, message("get"), net.alice.entropy);
    const auto reply = world.http(2, worker::input::Http::Kind::Query, query->bytes);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(why(client::open_answer(*query, *reply)), "DoesNotOpen");
}

TEST_F(Host, EverythingWithheldStopsProgressAndNothingElse) {
    for (std::size_t i = 0; i < world.members(); ++i) world.freeze(i);
    const auto sent = send(11);
    ASSERT_EQ(why(sent), "");
    world.run_for(90'000);
    EXPECT_FALSE(has_result(sent->task));
    net.mend();
    EXPECT_EQ(ending(sim::finish(net.alice, *sent)), "Ok");
    EXPECT_TRUE(net.ready());
    EXPECT_EQ(net.value(), 11U);
}

TEST_F(Host, ReceiptsWithheldAreSubmittedByAReplica) {
    std::optional<std::size_t> withholder;
    world.hooks.from_enclave = [&](std::size_t who, protocol::HostOutput& message) {
        const auto* submit = std::get_if<protocol::output::SubmitCall>(&message);
        if (submit == nullptr || submit->what != "receipts") return Fate::Deliver;
        if (!withholder) withholder = who;
        return who == *withholder ? Fate::Drop : Fate::Deliver;
    };
    const auto sent = send(12);
    ASSERT_EQ(why(sent), "");
    const auto done = sim::finish(net.alice, *sent);
    ASSERT_EQ(ending(done), "Ok");
    ASSERT_TRUE(withholder.has_value());
    EXPECT_NE(net.member_of(done->result.receipt.worker), *withholder);
    EXPECT_EQ(net.value(), 12U);
}

TEST_F(Host, DrawsWithheldByOneAreMadeByAnother) {
    world.hooks.from_enclave = [](std::size_t who, protocol::HostOutput& message) {
        const auto* submit = std::get_if<protocol::output::SubmitCall>(&message);
        return submit != nullptr && submit->what == "draw" && who != 3 ? Fate::Drop : Fate::Deliver;
    };
    EXPECT_TRUE(net.works());
}

TEST_F(Host, GarbledNodeRepliesAreSurvived) {
    int garbled = 0;
    world.hooks.rpc_reply = [&garbled](std::size_t, std::string& body) {
        if (garbled < 200 && ++garbled % 2 == 0)
            body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":42";
        return Fate::Deliver;
    };
    world.restart_enclave(1);
    EXPECT_TRUE(world.run_until([&garbled] { return garbled == 200; }, 300'000));
    EXPECT_TRUE(net.ready());
    world.run_for(5'000);
    EXPECT_TRUE(net.works());
}

TEST_F(Host, MessagesInAnyOrderDoNoHarm) {
    const BlockHash unknown({1});
    const std::vector<protocol::HostInput> strange{
        protocol::input::Start{},
        protocol::input::Proof{.block = unknown, .nodes = {Bytes(3)}},
        protocol::input::Query{.id = 1, .sealed = Bytes(7)},
        protocol::input::PeerRequest{.id = 1, .bytes = Bytes(7)},
        protocol::input::PeerReply{.bytes = Bytes(7)},
        protocol::input::Sealed{.name = "nothing", .blob = {}},
    };
    for (std::size_t member = 0; member < world.members(); ++member) {
        for (const auto& input : strange) world.inject(member, input);
    }
    world.run_for(100);
    EXPECT_TRUE(watch.logged(1, "AlreadyStarted"));
    EXPECT_TRUE(watch.logged(1, "MalformedPeerReply"));
    EXPECT_TRUE(watch.logged(1, "UnaskedProof"));
}

TEST_F(Host, KeySharesAlteredOnTheWayAreRefused) {
    bool done = false;
    world.hooks.from_gatekeeper = [&done](std::size_t to, Bytes& reply) {
        auto decoded = scale::decode<protocol::PeerReply>(reply);
        auto* keys = decoded ? std::get_if<protocol::KeyResponse>(&*decoded) : nullptr;
        if (to != 3 || keys == nullptr || done) return Fate::Deliver;
        keys->sealed.back() ^= 1;
        reply = scale::encode(*decoded);
        done = true;
        return Fate::Deliver;
    };
    world.restart_enclave(3);
    EXPECT_TRUE(net.ready());
    EXPECT_TRUE(done && watch.logged(3, "KeysBadSignature"));
}

TEST_F(Host, KeyRequestAlteredOnTheWayIsRefused) {
    bool done = false;
    world.hooks.to_gatekeeper = [&done](std::size_t from, Bytes& request) {
        auto decoded = scale::decode<protocol::PeerRequest>(request);
        auto* keys = decoded ? std::get_if<protocol::KeyRequest>(&*decoded) : nullptr;
        if (from != 3 || keys == nullptr || done) return Fate::Deliver;
        keys->subjects.push_back({.purpose = protocol::SeedPurpose::Contract, .id = Hash256({1})});
        request = scale::encode(*decoded);
        done = true;
        return Fate::Deliver;
    };
    world.restart_enclave(3);
    EXPECT_TRUE(net.ready());
    EXPECT_TRUE(done && watch.logged(sim::gatekeeper_index, "KeyRequestRefused"));
}

TEST_F(Host, HalfOfAllMessagesLostOnlySlowsThingsDown) {
    std::size_t count = 0;
    world.hooks.to_enclave = [&count](std::size_t, protocol::HostInput& input) {
        if (std::holds_alternative<protocol::input::Query>(input)) return Fate::Deliver;
        return ++count % 2 == 0 ? Fate::Drop : Fate::Deliver;
    };
    const auto done = sim::command(net.alice, net.trouble, message("set", std::uint64_t{13}));
    EXPECT_EQ(ending(done), "Ok");
    EXPECT_GT(count, 0U);
}

}  // namespace
}  // namespace cloister::scenarios
