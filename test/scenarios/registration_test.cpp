// Registrations that the chain refuses: one worker restarts with evidence that is wrong in one way,
// stays outside, and is let in again with honest evidence.
#include "network.hpp"
#include "protocol/storage.hpp"

namespace cloister::scenarios {
namespace {

using protocol::RegisterWorker;

constexpr std::size_t member = 3;

struct Registration : Shared {
    Watch watch{world};
    platform::Report report(const protocol::ReportData64& data) const {
        return {.measurement = world.measurement(),
                .report_data = platform::ReportData(data.view())};
    }
    void restart_with(std::function<Bytes(const protocol::ReportData64&)> make) {
        world.hooks.quote = [make](std::size_t who, const protocol::ReportData64& data,
                                   Bytes& quote) {
            if (who == member) quote = make(data);
        };
        world.restart_enclave(member);
        world.run_for(15'000);
    }
    void restart_bent(std::function<void(RegisterWorker&)> bend) {
        bend_first<RegisterWorker>(world, "register", std::move(bend));
        world.restart_enclave(member);
        world.run_for(12'000);
    }
    bool inside() const { return world.agent(member).status().registered; }
    bool has_keys() const { return world.agent(member).status().has_keys; }
    bool failed(std::string_view error) const {
        return watch.failed("PhalaRegistry." + std::string(error));
    }
};

TEST_F(Registration, OfADebugEnclaveIsRefused) {
    restart_with([this](const auto& data) {
        auto debug = report(data);
        debug.debug = true;
        return world.platform().quote(debug);
    });
    EXPECT_TRUE(failed("DebugEnclave"));
    EXPECT_FALSE(inside() || has_keys());
}

TEST_F(Registration, OfAnUnapprovedEnclaveIsRefused) {
    restart_with([this](const auto& data) {
        auto other = report(data);
        other.measurement = Measurement({1});
        return world.platform().quote(other);
    });
    EXPECT_TRUE(failed("MeasurementNotApproved"));
    EXPECT_FALSE(inside() || has_keys());
}

TEST_F(Registration, FromAForeignPlatformIsRefused) {
    const platform::Platform foreign(Secret<32>(Bytes(32, 9)), 1'789'000'000);
    restart_with([this, &foreign](const auto& data) { return foreign.quote(report(data)); });
    EXPECT_TRUE(failed("ForeignPlatform"));
    EXPECT_FALSE(inside() || has_keys());
}

TEST_F(Registration, WithTheQuoteOfAnotherEnclaveIsRefused) {
    restart_with([this](const auto&) { return world.platform().quote(report({})); });
    EXPECT_TRUE(failed("ReportDataMismatch"));
    EXPECT_FALSE(inside() || has_keys());
}

TEST_F(Registration, WithAlteredEvidenceIsRefused) {
    restart_bent([](auto& call) { call.evidence[200] ^= 1; });
    EXPECT_TRUE(failed("QuoteNotAuthentic"));
}

TEST_F(Registration, WithoutEvidenceIsRefused) {
    restart_bent([](auto& call) { call.evidence.clear(); });
    EXPECT_TRUE(failed("QuoteNotAuthentic"));
}

TEST_F(Registration, OfAnotherBlockIsStale) {
    restart_bent([](auto& call) { call.registration.block_hash = BlockHash({1}); });
    EXPECT_TRUE(failed("StaleRegistration"));
}

TEST_F(Registration, ForAnotherChainIsRefused) {
    restart_bent([](auto& call) { call.registration.genesis = BlockHash({1}); });
    EXPECT_TRUE(failed("WrongGenesis"));
}

TEST_F(Registration, OfAnotherOperatorIsRefused) {
    restart_bent([this](auto& call) { call.registration.operator_account = net.eve.account(); });
    EXPECT_TRUE(failed("WrongOperator"));
}

TEST_F(Registration, AsAGatekeeperIsForThoseInGenesis) {
    restart_bent([](auto& call) {
        call.registration.role = protocol::Role::Gatekeeper;
        call.registration.cluster = ClusterId();
    });
    EXPECT_TRUE(failed("NotGatekeeper"));
}

TEST_F(Registration, ReplayedByAnotherOperatorIsRefused) {
    std::optional<Bytes> seen;
    world.hooks.from_enclave = [&seen](std::size_t, protocol::HostOutput& message) {
        const auto* submit = std::get_if<protocol::output::SubmitCall>(&message);
        if (submit != nullptr && submit->what == "register") seen = submit->call;
        return Fate::Deliver;
    };
    world.restart_enclave(member);
    ASSERT_TRUE(world.run_until([&] { return inside(); }, 60'000));
    ASSERT_TRUE(seen.has_value());
    EXPECT_EQ(why(net.eve.chain.submit(net.eve.key, *seen, sim::wait_ms)),
              "PhalaRegistry.WrongOperator");
}

TEST_F(Registration, KeysAreNotGivenForBadEvidence) {
    std::size_t quotes = 0;
    world.hooks.quote = [this, &quotes](std::size_t who, const protocol::ReportData64&,
                                        Bytes& quote) {
        // A registered enclave's first quote asks for keys.
        const auto newest = net.on_chain<WorkerId>(
            protocol::storage::registry_operator_worker(net.operator_of(member)));
        if (who == member && newest == world.agent(member).worker() && quotes++ == 0)
            quote = world.platform().quote(report({}));
    };
    world.restart_enclave(member);
    ASSERT_TRUE(world.run_until([&] { return watch.logged(member, "GatekeeperRefused"); }, 60'000));
    EXPECT_FALSE(has_keys());
    EXPECT_TRUE(watch.logged(sim::gatekeeper_index, "KeyRequestRefused"));
}

}  // namespace
}  // namespace cloister::scenarios
