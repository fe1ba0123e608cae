// Hosts that put another blob in the place of the sealed state: older, altered, a stranger's, or
// none. The enclave names it, executes the commands again from the chain, and ends with the right
// state.
#include "network.hpp"

namespace cloister::scenarios {
namespace {

constexpr std::size_t member = 2;
const std::string state_name = "state";
const std::string share_name = "share";

struct SealedState : Shared {
    Watch watch{world};
    void SetUp() override { ASSERT_TRUE(net.works(member)); }
    Bytes& blob() { return world.blobs(member).at(state_name); }
    // With a disk of the host's choice; then the restarted enclave must answer from the right
    // state.
    void restart_and_ask() {
        world.restart_enclave(member);
        ASSERT_TRUE(net.ready());
        EXPECT_TRUE(net.works(member));
    }
};

TEST_F(SealedState, HonestOneIsTakenUpAgain) {
    world.run_for(1'000);
    restart_and_ask();
    for (const auto code : {"RolledBackState", "SealedStateForeign", "SealedStateAltered"}) {
        EXPECT_FALSE(watch.logged(member, code)) << code;
    }
}

TEST_F(SealedState, RolledBackOneIsNamedAndCaughtUp) {
    world.run_for(1'000);
    const Bytes old = blob();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(net.works());
    world.run_for(1'000);
    ASSERT_NE(blob(), old);
    blob() = old;
    restart_and_ask();
    EXPECT_TRUE(watch.logged(member, "RolledBackState"));
}

TEST_F(SealedState, AlteredOneIsRefused) {
    blob().back() ^= 1;
    restart_and_ask();
    EXPECT_TRUE(watch.logged(member, "SealedStateAltered"));
}

TEST_F(SealedState, ForgedOneIsRefused) {
    blob() = Bytes(500, 0x55);
    restart_and_ask();
    EXPECT_TRUE(watch.logged(member, "SealedStateForeign"));
}

TEST_F(SealedState, EmptyOneIsRefused) {
    blob().clear();
    restart_and_ask();
    EXPECT_TRUE(watch.logged(member, "SealedStateForeign"));
}

TEST_F(SealedState, OneOfAnotherNetworkIsRefused) {
    Network other(77);
    other.world.run_for(1'000);
    blob() = other.world.blobs(member).at(state_name);
    restart_and_ask();
    EXPECT_TRUE(watch.logged(member, "SealedStateAltered") ||
                watch.logged(member, "SealedStateForeign"));
}

TEST_F(SealedState, LostOneIsMadeAgainFromTheChain) {
    world.blobs(member).clear();
    restart_and_ask();
}

TEST_F(SealedState, WithheldOneHoldsNothingUp) {
    world.hooks.to_enclave = [](std::size_t who, protocol::HostInput& input) {
        const bool sealed = std::holds_alternative<protocol::input::Sealed>(input);
        return who == member && sealed ? Fate::Drop : Fate::Deliver;
    };
    world.restart_enclave(member);
    EXPECT_TRUE(
        world.run_until([&] { return watch.logged(member, "SealedStateWithheld"); }, 60'000));
    EXPECT_TRUE(net.works(member));
}

TEST_F(SealedState, UnaskedOneIsIgnored) {
    world.inject(member, protocol::input::Sealed{.name = state_name, .blob = Bytes(10)});
    world.run_for(50);
    EXPECT_TRUE(watch.logged(member, "UnaskedSealed"));
}

struct SealedShare : testing::Test {
    static constexpr std::size_t gatekeeper = sim::gatekeeper_index;
    Network net{6};
    Watch watch{net.world};
};

TEST_F(SealedShare, GatekeeperOpensItsShareAgain) {
    net.world.restart_enclave(gatekeeper);
    EXPECT_TRUE(net.ready());
    net.world.run_for(protocol::ticket_lifetime_ms + 5'000);
    EXPECT_TRUE(net.works());
}

TEST_F(SealedShare, AlteredShareDoesNotOpenAndTheRightOneStillDoes) {
    const Bytes right = net.world.blobs(gatekeeper).at(share_name);
    net.world.blobs(gatekeeper).at(share_name).back() ^= 1;
    net.world.restart_enclave(gatekeeper);
    net.world.run_for(20'000);
    EXPECT_TRUE(watch.logged(gatekeeper, "ShareDoesNotOpen"));
    EXPECT_FALSE(net.world.agent(gatekeeper).status().has_keys);
    net.world.blobs(gatekeeper).at(share_name) = right;
    EXPECT_TRUE(net.ready());
    EXPECT_TRUE(net.works());
}

TEST_F(SealedShare, LostShareIsNeverReplacedByANewSecret) {
    const Bytes right = net.world.blobs(gatekeeper).at(share_name);
    net.world.blobs(gatekeeper).clear();
    net.world.restart_enclave(gatekeeper);
    net.world.run_for(20'000);
    EXPECT_TRUE(watch.logged(gatekeeper, "ShareMissing"));
    EXPECT_TRUE(net.world.blobs(gatekeeper).empty());
    net.world.blobs(gatekeeper)[share_name] = right;
    EXPECT_TRUE(net.ready());
    EXPECT_TRUE(net.works());
}

}  // namespace
}  // namespace cloister::scenarios
