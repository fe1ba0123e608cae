// Hosts that hold time still. What the design promises: an enclave answers from the newest accepted
// state that it was shown, and only while a gatekeeper's ticket of at most 60 seconds vouches that
// it was shown the chain's head.
#include "network.hpp"
#include "protocol/storage.hpp"

namespace cloister::scenarios {
namespace {

namespace diagnosis = client::diagnosis;
namespace storage = protocol::storage;
constexpr std::size_t learned = 40;
constexpr std::uint8_t not_allowed = 1;

// Hospital //Charlie taught the contract and allowed clinic //Dave.
struct Frozen : testing::Test {
    Network net{9};
    sim::World& world = net.world;
    std::vector<diagnosis::Patient> patients = sim::made_up_patients();
    ContractId contract;

    void SetUp() override {
        contract =
            sim::deploy(net.charlie, contract_code("diagnosis"), "ward", diagnosis::encode_new())
                .get();
        hospital(diagnosis::encode_train(std::span(patients).first(learned)));
        hospital(diagnosis::encode_allow(net.dave.account()));
    }
    void hospital(const Bytes& call) {
        ASSERT_EQ(ending(sim::command(net.charlie, contract, call)), "Ok");
    }
    // "allowed", "not allowed", or why there is no answer.
    std::string clinic_asks(std::size_t member) {
        const auto answer = sim::query(net.dave, member, contract,
                                       diagnosis::encode_score(std::span(patients).last(1)));
        if (!answer) return why(answer);
        diagnosis::Refused refused;
        if (diagnosis::decode_scores(answer->output, refused)) return "allowed";
        return refused.code == not_allowed ? "not allowed" : "refused otherwise";
    }
    // Shows this member no newer blocks, but still queries and tickets.
    void withhold_blocks(std::size_t member) {
        world.hooks.to_enclave = [member](std::size_t who, protocol::HostInput& input) {
            const bool blocks = std::holds_alternative<protocol::input::Blocks>(input);
            return who == member && blocks ? Fate::Drop : Fate::Deliver;
        };
    }
    Sequence next_sequence() const {
        return net.on_chain<Sequence>(storage::tasks_next_sequence(world.cluster()));
    }
    // Revokes the clinic's right and withholds the block that says so from a member that does not
    // compute it.
    std::size_t revoke_behind_a_back() {
        client::RequestOptions options;
        options.contract = contract;
        const Sequence sequence = next_sequence();
        const auto sent =
            sim::send(net.charlie, options, diagnosis::encode_revoke(net.dave.account()));
        EXPECT_EQ(why(sent), "");
        world.run_until([&] { return next_sequence() > sequence; }, 30'000);
        const auto assignment = net.on_chain<protocol::Assignment>(
            storage::tasks_assignment(world.cluster(), sequence));
        const std::size_t victim = net.member_of(assignment.worker) == 1 ? 2 : 1;
        withhold_blocks(victim);
        EXPECT_EQ(ending(sim::finish(net.charlie, *sent)), "Ok");
        return victim;
    }
};

TEST_F(Frozen, RightsAreCheckedWhereNobodyIsFrozen) {
    EXPECT_EQ(clinic_asks(1), "allowed");
    hospital(diagnosis::encode_revoke(net.dave.account()));
    for (std::size_t member = 1; member < world.members(); ++member) {
        EXPECT_EQ(clinic_asks(member), "not allowed");
    }
}

TEST_F(Frozen, EnclaveBehindTheHeadAnswersAsOfWhatItKnowsUntilItsTicketEnds) {
    const std::size_t victim = revoke_behind_a_back();
    EXPECT_EQ(clinic_asks(victim), "allowed");
    world.run_for(protocol::ticket_lifetime_ms);
    EXPECT_EQ(clinic_asks(victim), "NoFreshTicket");
    EXPECT_EQ(clinic_asks(3), "not allowed");
}

TEST_F(Frozen, RevokedRightIsGoneAfterTheThaw) {
    const std::size_t victim = revoke_behind_a_back();
    world.run_for(protocol::ticket_lifetime_ms);
    net.mend();
    ASSERT_TRUE(net.ready());
    EXPECT_EQ(clinic_asks(victim), "not allowed");
    EXPECT_TRUE(net.works(victim));
}

TEST_F(Frozen, WhollyFrozenEnclaveHasNoTicketWhenItWakes) {
    world.freeze(1);
    hospital(diagnosis::encode_revoke(net.dave.account()));
    world.run_for(protocol::ticket_lifetime_ms);
    // The thaw lets queries in before anything of the chain.
    net.mend();
    withhold_blocks(1);
    EXPECT_EQ(clinic_asks(1), "NoFreshTicket");
    net.mend();
    world.run_for(10'000);
    EXPECT_EQ(clinic_asks(1), "not allowed");
}

struct Tickets : Shared {
    static constexpr std::size_t member = 1;
    Watch watch{world};
    // Bends what the gatekeeper says to the member.
    void bend(std::function<void(protocol::Ticket&)> change) {
        world.hooks.from_gatekeeper = [change](std::size_t to, Bytes& reply) {
            auto decoded = scale::decode<protocol::PeerReply>(reply);
            if (to != member || !decoded) return Fate::Deliver;
            if (auto* ticket = std::get_if<protocol::Ticket>(&*decoded)) change(*ticket);
            reply = scale::encode(*decoded);
            return Fate::Deliver;
        };
        world.run_for(protocol::ticket_lifetime_ms + 1'000);
    }
    std::string asked() { return why(sim::query(net.alice, member, net.trouble, message("get"))); }
};

TEST_F(Tickets, ReplayedOneIsRefused) {
    std::optional<Bytes> first;
    world.hooks.from_gatekeeper = [&first](std::size_t to, Bytes& reply) {
        if (to != member) return Fate::Deliver;
        if (!first) first = reply;
        reply = *first;
        return Fate::Deliver;
    };
    world.run_for(3 * protocol::ticket_lifetime_ms);
    EXPECT_TRUE(watch.logged(member, "TicketWrongNonce"));
    EXPECT_EQ(asked(), "NoFreshTicket");
}

TEST_F(Tickets, AnotherWorkersIsRefused) {
    bend([](auto& ticket) { ticket.worker = WorkerId({1}); });
    EXPECT_TRUE(watch.logged(member, "TicketWrongNonce"));
    EXPECT_EQ(asked(), "NoFreshTicket");
}

TEST_F(Tickets, AlteredOneIsRefused) {
    bend([](auto& ticket) { ticket.block = BlockNumber(1); });
    EXPECT_TRUE(watch.logged(member, "TicketBadSignature"));
    EXPECT_EQ(asked(), "NoFreshTicket");
}

TEST_F(Tickets, StrangersIsRefused) {
    const crypto::Ed25519Key stranger(Secret<32>(Bytes(32, 7)));
    bend([&](auto& ticket) {
        ticket.gatekeeper = WorkerId(stranger.public_key().view());
        ticket.signature =
            stranger.sign(protocol::signing_bytes(world.node().genesis_hash(), ticket));
    });
    EXPECT_TRUE(watch.logged(member, "TicketUnknownGatekeeper"));
    EXPECT_EQ(asked(), "NoFreshTicket");
}

TEST_F(Tickets, HeldBackOneIsTooOld) {
    std::vector<Bytes> held;
    world.hooks.from_gatekeeper = [&held](std::size_t to, Bytes& reply) {
        if (to != member) return Fate::Deliver;
        held.push_back(reply);
        return Fate::Drop;
    };
    world.run_for(2 * protocol::ticket_lifetime_ms);
    ASSERT_FALSE(held.empty());
    world.inject(member, protocol::input::PeerReply{.bytes = held.front()});
    world.run_for(50);
    EXPECT_TRUE(watch.logged(member, "TicketExpired") || watch.logged(member, "TicketWrongNonce"));
    EXPECT_EQ(asked(), "NoFreshTicket");
}

}  // namespace
}  // namespace cloister::scenarios
