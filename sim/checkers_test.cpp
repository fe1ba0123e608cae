// Each checker sees: worlds that break one promise on purpose, and the checker that must say so.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/hex.hpp"
#include "finality/grandpa.hpp"
#include "node/development.hpp"
#include "protocol/storage.hpp"
#include "runtime/system/system.hpp"
#include "sim/swarm.hpp"

namespace cloister::sim {
namespace {

const SwarmGround& ground() {
    static const SwarmGround all = [] {
        std::ifstream in(CLOISTER_CONTRACTS "/fold.wasm", std::ios::binary);
        CLOISTER_ASSERT(in.good());
        std::ostringstream text;
        text << in.rdbuf();
        return swarm_ground(to_bytes(view_of(text.str())));
    }();
    return all;
}

const Plan calm{.windows = {}, .healed_ms = 15'000, .workers = 2};

// The checker that spoke first, or "" where none did.
std::string checker_of(SeedOptions options) {
    options.plan = calm;
    const SeedReport report = run_seed(ground(), 1, options);
    return report.finding ? report.finding->checker : "";
}

TEST(Checkers, SayNothingOfAWorldThatKeepsItsPromises) {
    SeedOptions options;
    options.plan = calm;
    const SeedReport report = run_seed(ground(), 1, options);
    EXPECT_FALSE(report.finding) << report.finding->checker << ": " << report.finding->text;
    EXPECT_GE(report.finished, 3U);
    EXPECT_GE(report.answers, 2U);
}

TEST(Checkers, OneSeedIsOneHistory) {
    const SeedReport first = run_seed(ground(), 3);
    const SeedReport again = run_seed(ground(), 3);
    EXPECT_EQ(first.transcript, again.transcript);
    EXPECT_NE(first.transcript, run_seed(ground(), 4).transcript);
}

// The authority signs another header and one enclave alone gets to see it.
void show(World& world, std::size_t victim, finality::Header header) {
    header.extrinsics_root = {};
    const finality::Target target{.hash = finality::hash_of(header), .number = header.number};
    const crypto::Ed25519Key key(world.authority_key().seed().duplicate());
    const std::array<const crypto::Ed25519Key*, 1> signers{&key};
    protocol::RelayedBlock block{.header = finality::encode_header(header), .justification = {}};
    block.justification = finality::encode_justification(finality::justify(target, 0, signers));
    world.inject(victim, protocol::input::Blocks{.blocks = {std::move(block)}});
}

finality::Header newest_header(const World& world) {
    return *world.node().store().header(world.node().newest().hash);
}

TEST(Checkers, SeeTicketsForAForkThatTheGatekeeperWasLedInto) {
    const auto blind = [](std::size_t member, protocol::HostInput& message) {
        const bool blocks = std::holds_alternative<protocol::input::Blocks>(message);
        return member == gatekeeper_index && blocks ? Fate::Drop : Fate::Deliver;
    };
    EXPECT_EQ(checker_of({.sabotage =
                              [&](World& world, Checkers&) {
                                  world.after(5'000, [&] {
                                      world.hooks.to_enclave = blind;
                                      auto child = newest_header(world);
                                      child.parent_hash = finality::hash_of(child);
                                      child.number = child.number.next();
                                      show(world, gatekeeper_index, child);
                                  });
                              }}),
              "heights");
}

TEST(Checkers, SeeAnEnclaveThatStopsOverTwoProofsForOneHeight) {
    EXPECT_EQ(checker_of({.sabotage =
                              [](World& world, Checkers&) {
                                  world.after(5'000,
                                              [&world] { show(world, 1, newest_header(world)); });
                              }}),
              "honest");
}

TEST(Checkers, SeeANodeThatForgetsWhatItTold) {
    EXPECT_EQ(checker_of({.sabotage =
                              [](World& world, Checkers&) {
                                  const auto seen = world.hooks.finalised;
                                  world.hooks.finalised = [seen](auto block) {
                                      if (block.number == BlockNumber(3)) block.hash = {};
                                      seen(block);
                                  };
                              }}),
              "heights");
}

TEST(Checkers, SeeAnEnclaveThatComputesATaskTwiceInTwoWays) {
    const auto twice = [](World& world, Checkers&) {
        const auto said = world.hooks.said;
        world.hooks.said = [said](std::size_t member, const protocol::HostOutput& message) {
            said(member, message);
            const auto* call = std::get_if<protocol::output::SubmitCall>(&message);
            if (call == nullptr || call->what != "receipts") return;
            auto submit =
                scale::decode<protocol::SubmitTasks>(ByteView(call->call).subspan(2)).get();
            submit.receipts.front().receipt.sealed_output_hash = {};
            said(member, protocol::output::SubmitCall{protocol::encode_call(submit), call->what});
        };
    };
    EXPECT_EQ(checker_of({.sabotage = twice}), "receipts");
}

// The operators' balances as a chain would show them that pays otherwise.
std::string checker_of_pay(std::function<u128(u128)> bent) {
    return checker_of({.sabotage = [bent](World& world, Checkers& checkers) {
        checkers.doctor = [bent, &world](runtime::StateView state) -> runtime::StateView {
            if (world.node().newest().number < BlockNumber(2)) return state;
            return [bent, state](ByteView key) {
                auto value = state(key);
                for (std::size_t i = 0; i < calm.workers; ++i) {
                    const auto account = node::development_operator(i).account();
                    if (!equal(key, protocol::storage::system_account(account))) continue;
                    auto info = scale::decode<runtime::system::AccountInfo>(*value).get();
                    info.free = bent(info.free);
                    value = scale::encode(info);
                }
                return value;
            };
        };
    }});
}

TEST(Checkers, SeeAnOperatorPaidTwice) {
    EXPECT_EQ(checker_of_pay([](u128 free) { return free + 1; }), "ledger");
}

TEST(Checkers, SeeAnOperatorThatIsNotPaid) {
    EXPECT_EQ(checker_of_pay([](u128 free) { return free - 1; }), "ledger");
}

TEST(Checkers, SeeATaskThatFinishesTwice) {
    const auto again = [](World& world, Checkers& checkers) {
        checkers.doctor = [&checkers, shown = std::make_shared<std::optional<Bytes>>()](
                              runtime::StateView state) -> runtime::StateView {
            // The events of the first block that finished a task, for ever.
            if (!*shown && checkers.ledger.finished() > 0) return state;
            return [state, shown, &checkers](ByteView key) {
                auto value = state(key);
                if (!equal(key, protocol::storage::system_events())) return value;
                if (checkers.ledger.finished() == 0) *shown = value;
                return *shown ? *shown : value;
            };
        };
        (void)world;
    };
    EXPECT_EQ(checker_of({.sabotage = again}), "ledger");
}

TEST(Checkers, SeeASecretInALogLine) {
    const auto leak = [](World& world, std::uint64_t secret) {
        const protocol::HostOutput log =
            protocol::output::Log{"Debug", "input was " + base::to_hex(scale::encode(secret))};
        world.hooks.crossed("from enclave", scale::encode(log));
        return secret;
    };
    EXPECT_EQ(checker_of({.instead = leak}), "markers");
}

TEST(Checkers, SeeAnOutputInASealedBlob) {
    const auto leak = [](World& world, std::uint64_t secret) {
        world.hooks.crossed("store", concat(Bytes(100, 1), scale::encode(~secret)));
        return secret;
    };
    EXPECT_EQ(checker_of({.instead = leak}), "markers");
}

TEST(Checkers, SeeAStateThatIsNotWhatTheCommandsGive) {
    const auto other = [](World&, std::uint64_t secret) { return secret + 1; };
    EXPECT_EQ(checker_of({.instead = other}), "state");
}

TEST(Checkers, SeeAnAnswerFromBeforeTheTicket) {
    const auto old = [](World& world, Checkers& checkers) {
        world.after(14'000 + protocol::ticket_lifetime_ms, [&] {
            const auto hash = *world.node().store().hash_at(BlockNumber(1));
            protocol::AnswerStatement statement;
            statement.block_hash = hash;
            checkers.answered(1, world.now(), statement);
        });
    };
    SeedOptions options{.sabotage = old};
    options.plan = Plan{.windows = {}, .healed_ms = 80'000, .workers = 2};
    const SeedReport report = run_seed(ground(), 1, options);
    ASSERT_TRUE(report.finding);
    EXPECT_EQ(report.finding->checker, "fresh");
}

TEST(Checkers, SeeANetworkThatDoesNotRecover) {
    const auto stuck = [](World& world, Checkers&) {
        for (std::uint64_t second = 0; second < 400; ++second) {
            world.after(calm.healed_ms + 1'000 * second, [&world] { world.crash_machine(2); });
        }
    };
    EXPECT_EQ(checker_of({.sabotage = stuck}), "progress");
}

}  // namespace
}  // namespace cloister::sim
