// Hosts that lie about the chain: an enclave believes finality proofs alone.
#include "network.hpp"

namespace cloister::scenarios {
namespace {

constexpr std::size_t member = 2;

struct Chain : Shared {
    Watch watch{world};
    finality::Header child() const {
        finality::Header header = net.newest_header();
        header.parent_hash = world.node().newest().hash;
        header.number = header.number.next();
        return header;
    }
    void give(protocol::HostInput blocks) {
        world.inject(member, std::move(blocks));
        world.run_for(50);
    }
};

TEST_F(Chain, ForgedBlockUnderAnHonestProofIsRefused) {
    finality::Header forged = child();
    auto blocks = std::get<protocol::input::Blocks>(net.relayed(forged, world.authority_key()));
    forged.state_root = StateRoot({1});
    blocks.blocks[0].header = finality::encode_header(forged);
    give(blocks);
    EXPECT_TRUE(watch.logged(member, "BadProof"));
    EXPECT_FALSE(world.agent(member).stopped());
}

TEST_F(Chain, ForgedFinalityProofIsRefused) {
    const crypto::Ed25519Key stranger(Secret<32>(Bytes(32, 7)));
    give(net.relayed(child(), stranger));
    EXPECT_TRUE(watch.logged(member, "BadProof"));
    EXPECT_FALSE(world.agent(member).stopped());
}

TEST_F(Chain, ForgedProofForAFollowedHeightStopsNobody) {
    finality::Header other = net.newest_header();
    other.state_root = StateRoot({1});
    const crypto::Ed25519Key stranger(Secret<32>(Bytes(32, 7)));
    give(net.relayed(other, stranger));
    EXPECT_TRUE(watch.logged(member, "BadProof"));
    EXPECT_FALSE(world.agent(member).stopped());
}

TEST_F(Chain, BlockFromNowhereIsRefused) {
    finality::Header orphan = child();
    orphan.parent_hash = BlockHash({1});
    const crypto::Ed25519Key stranger(Secret<32>(Bytes(32, 7)));
    give(net.relayed(orphan, stranger));
    EXPECT_TRUE(watch.logged(member, "NotAChild"));
}

TEST_F(Chain, MalformedBlockIsRefused) {
    give(protocol::input::Blocks{.blocks = {{.header = Bytes(40, 0xff), .justification = {}}}});
    EXPECT_TRUE(watch.logged(member, "MalformedBlock"));
}

TEST_F(Chain, OldBlockReplayedChangesNothing) {
    const auto hash = *world.node().store().hash_at(BlockNumber(1));
    give(net.relayed(*world.node().store().header(hash), world.authority_key()));
    EXPECT_TRUE(watch.logged(member, "OldBlock"));
    EXPECT_EQ(world.agent(member).status().followed, world.node().newest().number);
}

TEST_F(Chain, WithheldFinalityProofsHoldEverythingUpAndHarmNothing) {
    world.hooks.to_enclave = [](std::size_t, protocol::HostInput& input) {
        if (auto* blocks = std::get_if<protocol::input::Blocks>(&input)) {
            for (auto& block : blocks->blocks) block.justification.reset();
        }
        return Fate::Deliver;
    };
    client::RequestOptions options;
    options.contract = net.trouble;
    const auto sent = sim::send(net.alice, options, message("set", std::uint64_t{3}));
    ASSERT_EQ(why(sent), "");
    world.run_for(20'000);
    EXPECT_TRUE(watch.logged(member, "MissingProof"));
    EXPECT_LT(world.agent(member).status().followed, world.node().newest().number);
    net.mend();
    EXPECT_EQ(ending(sim::finish(net.alice, *sent)), "Ok");
}

TEST_F(Chain, ProofOfAnotherStateIsRefused) {
    world.hooks.to_enclave = [](std::size_t who, protocol::HostInput& input) {
        auto* proof = std::get_if<protocol::input::Proof>(&input);
        if (who == member && proof != nullptr && !proof->nodes.empty()) proof->nodes[0].back() ^= 1;
        return Fate::Deliver;
    };
    ASSERT_EQ(ending(sim::command(net.alice, net.trouble, message("set", std::uint64_t{4}))), "Ok");
    world.run_for(3'000);
    EXPECT_TRUE(watch.logged(member, "PartialProof") || watch.logged(member, "BadStorageProof"));
}

// Equivocation is for ever, so each has a network of its own.
struct Equivocation : testing::Test {
    Network net{5};
    std::optional<protocol::output::Stopped> evidence;
    void equivocate(std::size_t who) {
        net.world.hooks.from_enclave = [this](std::size_t, protocol::HostOutput& message) {
            if (const auto* stopped = std::get_if<protocol::output::Stopped>(&message))
                evidence = *stopped;
            return Fate::Deliver;
        };
        finality::Header other = net.newest_header();
        other.state_root = StateRoot({1});
        net.world.inject(who, net.relayed(other, net.world.authority_key()));
        net.world.run_for(50);
    }
};

TEST_F(Equivocation, TwoProofsForOneHeightStopTheEnclaveWhichKeepsBoth) {
    const auto query_before = sim::query(net.alice, member, net.trouble, message("get"));
    ASSERT_EQ(why(query_before), "");
    equivocate(member);
    EXPECT_TRUE(net.world.agent(member).stopped());
    ASSERT_TRUE(evidence.has_value());
    const auto first = finality::parse_header(evidence->first.header);
    const auto second = finality::parse_header(evidence->second.header);
    EXPECT_EQ(first->number, second->number);
    EXPECT_NE(finality::hash_of(*first), finality::hash_of(*second));
    EXPECT_TRUE(evidence->first.justification && evidence->second.justification);
    EXPECT_EQ(why(sim::query(net.alice, member, net.trouble, message("get"))), "Stopped");
}

TEST_F(Equivocation, StoppedEnclaveStaysStoppedAndTheOthersGoOn) {
    equivocate(member);
    const BlockNumber followed = net.world.agent(member).status().followed;
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(net.works(1));
    EXPECT_EQ(net.world.agent(member).status().followed, followed);
    EXPECT_FALSE(net.world.agent(member).status().registered);
    EXPECT_EQ(why(sim::query(net.alice, member, net.trouble, message("get"))), "Stopped");
}

TEST_F(Equivocation, StoppedGatekeeperGivesNoTickets) {
    equivocate(sim::gatekeeper_index);
    EXPECT_TRUE(net.world.agent(sim::gatekeeper_index).stopped());
    net.world.run_for(protocol::ticket_lifetime_ms + 5'000);
    EXPECT_EQ(why(sim::query(net.alice, 1, net.trouble, message("get"))), "NoFreshTicket");
}

}  // namespace
}  // namespace cloister::scenarios
