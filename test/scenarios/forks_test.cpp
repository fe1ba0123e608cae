// Forks of every depth, by the true authority (then it is a proof of fraud, and the enclave stops)
// and by strangers (then it is noise). Stopping is for ever, so the enclave that is shown a fork is
// a fresh process each time: the chain is relayed to it again from genesis.
#include "network.hpp"

namespace cloister::scenarios {
namespace {

constexpr std::size_t member = 2;
constexpr std::uint32_t depth_max = 12;

struct Forks : testing::Test {
    Network net{5};
    sim::World& world = net.world;
    std::optional<protocol::output::Stopped> evidence;
    const crypto::Ed25519Key stranger{Secret<32>(Bytes(32, 7))};

    void SetUp() override {
        ASSERT_GT(world.node().newest().number.value, depth_max);
        world.hooks.from_enclave = [this](std::size_t who, protocol::HostOutput& message) {
            const auto* stopped = std::get_if<protocol::output::Stopped>(&message);
            if (who == member && stopped != nullptr) evidence = *stopped;
            return Fate::Deliver;
        };
    }
    // Headers that leave our chain `depth` blocks below its newest and end `above` it; the last is
    // signed.
    protocol::HostInput fork(std::uint32_t depth, std::uint32_t above,
                             const crypto::Ed25519Key& signer) const {
        const auto& store = world.node().store();
        const std::uint32_t newest = world.node().newest().number.value;
        protocol::input::Blocks out;
        BlockHash parent = *store.hash_at(BlockNumber(newest - depth));
        for (std::uint32_t n = newest - depth + 1; n <= newest + above; ++n) {
            finality::Header header = *store.header(*store.hash_at(BlockNumber(1)));
            header.parent_hash = parent;
            header.number = BlockNumber(n);
            header.state_root = StateRoot({0xf0});
            parent = finality::hash_of(header);
            const bool last = n == newest + above;
            auto block = std::get<protocol::input::Blocks>(net.relayed(header, signer)).blocks[0];
            if (!last) block.justification.reset();
            out.blocks.push_back(std::move(block));
        }
        return out;
    }
    void restart() {
        evidence.reset();
        world.restart_enclave(member);
        const auto followed = [&] {
            return world.agent(member).status().followed == world.node().newest().number &&
                   world.agent(member).status().registered;
        };
        ASSERT_TRUE(world.run_until(followed, 60'000));
    }
    bool stopped() {
        world.run_for(30);
        return evidence.has_value();
    }
};

TEST_F(Forks, OfEveryDepthByTheTrueAuthorityStopTheEnclaveWhichReleasesNothingMore) {
    for (std::uint32_t depth = 1; depth <= depth_max; ++depth) {
        for (const std::uint32_t above : {0U, 1U}) {
            restart();
            world.inject(member, fork(depth, above, world.authority_key()));
            ASSERT_TRUE(stopped()) << depth << " below, " << above << " above";
            EXPECT_TRUE(evidence->first.justification && evidence->second.justification);
            EXPECT_EQ(why(sim::query(net.alice, member, net.trouble, message("get"))), "Stopped");
        }
    }
    EXPECT_TRUE(net.works(1));
}

TEST_F(Forks, OfEveryDepthByAStrangerAreNoise) {
    Watch watch(world);
    for (std::uint32_t depth = 1; depth <= depth_max; ++depth) {
        for (const std::uint32_t above : {0U, 1U, 5U}) {
            world.inject(member, fork(depth, above, stranger));
        }
    }
    EXPECT_FALSE(stopped());
    EXPECT_TRUE(watch.logged(member, "BadProof") || watch.logged(member, "NotAChild"));
    EXPECT_TRUE(net.works(member));
}

TEST_F(Forks, OfTheTrueAuthorityFarAboveStopItWhenTheChainComesThere) {
    const auto far = std::get<protocol::input::Blocks>(fork(0, 6, world.authority_key()));
    world.inject(member, protocol::input::Blocks{.blocks = {far.blocks.back()}});
    EXPECT_FALSE(stopped());
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(net.works(1));
    EXPECT_TRUE(stopped());
    EXPECT_EQ(why(sim::query(net.alice, member, net.trouble, message("get"))), "Stopped");
}

TEST_F(Forks, OfTwoBlocksOfTheFutureStopItAtOnce) {
    for (const std::uint32_t above : {6U, 7U}) {
        auto far = std::get<protocol::input::Blocks>(fork(0, above, world.authority_key()));
        finality::Header other = *finality::parse_header(far.blocks[5].header);
        other.state_root = StateRoot({static_cast<std::uint8_t>(above)});
        world.inject(member, net.relayed(other, world.authority_key()));
    }
    EXPECT_TRUE(stopped());
}

TEST_F(Forks, AreStillRefusedByTheNextProcessWhichFollowsTheTrueChain) {
    world.inject(member, fork(3, 1, world.authority_key()));
    ASSERT_TRUE(stopped());
    restart();
    EXPECT_TRUE(net.ready());
    EXPECT_TRUE(net.works(member));
}

}  // namespace
}  // namespace cloister::scenarios
