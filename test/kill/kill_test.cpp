// SIGKILL to any process of a network under load, at moments drawn from a seed, and after each the
// state of an uninterrupted run. CLOISTER_KILL_POINTS (50) says how often, CLOISTER_KILL_SEED (1)
// when and whom.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "io/clock.hpp"
#include "io/file.hpp"
#include "network.hpp"
#include "test/support/cases.hpp"

namespace cloister::crash {
namespace {

constexpr std::uint64_t point_ms_max = 120'000;  // a busy machine is slow, a stuck network is stuck
constexpr std::size_t points_per_network = 13;   // bounds what enclaves follow again
constexpr std::size_t networks_at_once = 4;
constexpr std::uint64_t delay_ms_max = 250;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// splitmix64: the same numbers on every machine.
std::uint64_t next_of(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

struct Point {
    Victim victim{};
    std::size_t choice = 0;
    std::uint64_t delay_ms = 0;
    bool midway = false;  // the next one is killed before the network is up again
};
Point draw(std::uint64_t& seed) {
    Point point;
    point.victim = static_cast<Victim>(next_of(seed) % victims);
    point.choice = static_cast<std::size_t>(next_of(seed) % 64);
    point.delay_ms = next_of(seed) % delay_ms_max;
    point.midway = next_of(seed) % 3 == 0 && point.victim != Victim::Everything;
    return point;
}

class KilledRun {
  public:
    explicit KilledRun(const std::string& directory) : network_(directory) {}

    std::string begin() {
        if (!network_.ready()) return "not ready: " + network_.first_line("error.message");
        if (!network_.deploy()) return "the contract was not deployed";
        const Place place{network_.where(), ledger_, network_.genesis(), stop_};
        bob_.emplace(place, "//Bob");
        alice_.emplace(place, "//Alice");
        if (!bob_->begin() || !alice_->begin()) return ledger_.first_contradiction();
        watcher_ = std::make_unique<Steps>(stop_, 0,
                                           watching(network_.where(), network_.genesis(), ledger_));
        transfers_ = std::make_unique<Steps>(stop_, pause_ms, transfers(*bob_));
        additions_ = std::make_unique<Steps>(stop_, pause_ms,
                                             additions(*alice_, network_.contract(), ledger_));
        return {};
    }
    // One kill and what must hold after it. The first difference; empty if there is none.
    std::string play(const Point& point) {
        ::usleep(static_cast<useconds_t>(point.delay_ms * 1000));
        if (!network_.kill(point.victim, point.choice)) return "nobody to kill";
        if (point.victim == Victim::Everything) {
            if (auto difference = network_.verify_database(); !difference.empty())
                return difference;
            network_.start_again();
            if (!network_.ready()) return "did not start again: " + network_.first_line("error");
        }
        if (point.midway) return ledger_.first_contradiction();
        if (auto difference = await_progress(); !difference.empty()) return difference;
        return network_.compare(ledger_);
    }
    std::string finish() {
        if (auto difference = await_progress(); !difference.empty()) return difference;
        transfers_->finish();
        additions_->finish();
        if (auto difference = ledger_.first_contradiction(); !difference.empty()) return difference;
        if (auto difference = network_.compare(ledger_); !difference.empty()) return difference;
        const auto additions_done = static_cast<std::uint32_t>(additions_->done());
        if (auto difference = network_.query_total(additions_done); !difference.empty())
            return difference;
        network_.stop();
        return network_.verify_database();
    }
    ~KilledRun() { stop_ = true; }
    std::string summary() const {
        return std::to_string(network_.blocks()) + " blocks, " +
               std::to_string(transfers_->done()) + " bundles of transfers, " +
               std::to_string(additions_->done()) + " private commands";
    }

  private:
    // A step of each kind that began after the kill is done, and every enclave is attested.
    std::string await_progress() {
        const std::size_t transfers_before = transfers_->begun();
        const std::size_t additions_before = additions_->begun();
        const bool went_on = test::within(point_ms_max, [&] {
            const bool moved =
                transfers_->done() > transfers_before && additions_->done() > additions_before;
            return !ledger_.first_contradiction().empty() || (moved && network_.is_up());
        });
        if (!went_on) return "the network did not come up again: " + summary();
        return ledger_.first_contradiction();
    }
    Network network_;
    Ledger ledger_;
    std::atomic<bool> stop_{false};
    std::optional<Account> bob_;
    std::optional<Account> alice_;
    std::unique_ptr<Steps> watcher_;
    std::unique_ptr<Steps> transfers_;
    std::unique_ptr<Steps> additions_;
};

struct Plan {
    std::uint64_t seed = 0;
    std::size_t network = 0;
    std::size_t points = 0;
};

// The plan of one network, on a directory of its own. The first difference, with where it was.
std::string play(const Plan& plan) {
    const std::string directory = io::make_temporary_directory("cloister-kill-").get();
    std::uint64_t state = plan.seed * 1'000'003 + plan.network;
    std::string at = "start";
    KilledRun run(directory);
    std::string difference = run.begin();
    std::uint64_t ms = io::steady_now().value;
    for (std::size_t i = 0; difference.empty() && i < plan.points; ++i) {
        const Point point = draw(state);
        at = "network " + std::to_string(plan.network) + ", point " + std::to_string(i) + ": " +
             std::string(name_of(point.victim)) + " after " + std::to_string(point.delay_ms) +
             " ms" + (point.midway ? ", midway" : "");
        difference = run.play(point);
        const std::uint64_t now = io::steady_now().value;
        std::printf("%s; %llu ms\n", at.c_str(), static_cast<unsigned long long>(now - ms));
        ms = now;
    }
    if (difference.empty()) {
        at = "network " + std::to_string(plan.network) + ", end";
        difference = run.finish();
    }
    std::printf("network %zu: %s\n", plan.network, run.summary().c_str());
    if (!difference.empty()) return at + ": " + difference + "; kept: " + directory;
    return io::remove_tree(directory) ? std::string() : "cannot remove " + directory;
}

TEST(Kill, LosesNothingFinalAndRunsEverythingOnce) {
    if (std::getenv("CLOISTER_BIN") == nullptr) GTEST_SKIP() << "CLOISTER_BIN is not set";
    const std::uint64_t points = number_from("CLOISTER_KILL_POINTS", 50);
    const std::uint64_t seed = number_from("CLOISTER_KILL_SEED", 1);
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::string difference;
    const auto work = [&] {
        for (;;) {
            const std::size_t network = next++;
            const std::size_t before = network * points_per_network;
            if (before >= points) return;
            const Plan plan{.seed = seed,
                            .network = network,
                            .points = std::min<std::size_t>(points_per_network, points - before)};
            const std::string found = play(plan);
            const std::lock_guard guard(mutex);
            if (difference.empty()) difference = found;
            if (!difference.empty()) return;
        }
    };
    // Recovery is waiting more than work: several networks at a time take less long.
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < networks_at_once; ++i) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(difference, "") << "CLOISTER_KILL_SEED=" << seed;
    test::ran_cases(points);
}

}  // namespace
}  // namespace cloister::crash
