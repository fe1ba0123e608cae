// The short run: every kept crash, every seed, prefixes and flipped bytes of seeds, then mutations
// from one seed of randomness. A number of inputs, so that it is the same run everywhere.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/body.hpp"
#include "fuzz/mutate.hpp"
#include "test/support/cases.hpp"

namespace cloister::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr unsigned input_seconds_max = 20;

// What a signal handler may look at.
char crash_path[256];
const std::uint8_t* running_data = nullptr;
std::size_t running_size = 0;

void keep_input(int signal) {
    const int file = ::open(crash_path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    bool kept = file >= 0;
    if (kept && running_size > 0) kept = ::write(file, running_data, running_size) > 0;
    constexpr char words[] = "fuzz: the input is kept in ";
    constexpr char hint[] = "; hint: it belongs into fuzz/crashes/TARGET/\n";
    if (kept && ::write(2, words, sizeof words - 1) > 0 &&
        ::write(2, crash_path, std::strlen(crash_path)) > 0 &&
        ::write(2, hint, sizeof hint - 1) > 0) {
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

Bytes read_whole(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

class ShortRun : public ::testing::TestWithParam<Target> {
  protected:
    void SetUp() override {
        std::snprintf(crash_path, sizeof crash_path, "%s.crash",
                      std::string(GetParam().name).c_str());
        for (const int signal : {SIGABRT, SIGALRM}) std::signal(signal, keep_input);
        // Once, before there is an engine: wasmtime answers traps with handlers of its own, and
        // hands on what is none of them.
        static const bool once = [] {
            for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
                std::signal(signal, keep_input);
            }
            return true;
        }();
        ASSERT_TRUE(once);
    }
    void TearDown() override {
        ::alarm(0);
        test::ran_cases(cases_);
    }

    int one(ByteView input) {
        // Exactly as large as the input, so that a read beyond it is one beyond an allocation.
        const std::vector<std::uint8_t> exact(input.begin(), input.end());
        running_data = exact.data();
        running_size = exact.size();
        ::alarm(input_seconds_max);
        ++cases_;
        return run(GetParam(), exact);
    }

    std::size_t cases_ = 0;
};

TEST_P(ShortRun, KeepsItsPropertiesOnKeptCrashes) {
    const char* source = std::getenv("CLOISTER_SOURCE");
    ASSERT_NE(source, nullptr);
    const fs::path folder = fs::path(source) / "fuzz" / "crashes" / GetParam().name;
    if (!fs::is_directory(folder)) return;
    for (const auto& kept : fs::directory_iterator(folder)) one(read_whole(kept.path()));
}

TEST_P(ShortRun, KeepsItsPropertiesOnAlteredSeeds) {
    const std::vector<Bytes> seeds = GetParam().seeds();
    ASSERT_FALSE(seeds.empty());
    std::size_t accepted = 0, total_bytes = 0;
    for (const Bytes& seed : seeds) {
        accepted += static_cast<std::size_t>(one(seed));
        total_bytes += seed.size();
    }
    EXPECT_GT(accepted, 0U) << "no seed means anything: the body sees nothing but its own door";

    // All prefixes and flipped bytes where they fit into half of the cases, else evenly spread.
    const std::size_t step = std::max<std::size_t>(1, 4 * total_bytes / GetParam().cases);
    for (const Bytes& seed : seeds) {
        Bytes altered = seed;
        for (std::size_t i = 0; i < seed.size(); i += step) {
            one(ByteView(seed).first(i));
            altered[i] ^= static_cast<std::uint8_t>(1U << (i / step % 8));
            one(altered);
            altered[i] = seed[i];
        }
    }
    Mutator mutator(seeds, 1);
    while (cases_ < GetParam().cases) one(mutator.next());
}

std::string name_of(const ::testing::TestParamInfo<Target>& info) {
    return std::string(info.param.name);
}
INSTANTIATE_TEST_SUITE_P(Fuzz, ShortRun, ::testing::ValuesIn(targets().begin(), targets().end()),
                         name_of);

TEST(FuzzTargets, AreSortedByNameAndNamedOnce) {
    EXPECT_TRUE(std::ranges::is_sorted(targets(), std::ranges::less_equal{}, &Target::name) ||
                std::ranges::is_sorted(targets(), {}, &Target::name));
    for (const Target& target : targets()) {
        EXPECT_EQ(std::ranges::count(targets(), target.name, &Target::name), 1) << target.name;
    }
}

TEST(FuzzTargets, HaveEveryFolderOfKeptCrashes) {
    const fs::path folder = fs::path(std::getenv("CLOISTER_SOURCE")) / "fuzz" / "crashes";
    if (!fs::is_directory(folder)) return;
    for (const auto& each : fs::directory_iterator(folder)) {
        EXPECT_NE(find_target(each.path().filename().string()), nullptr) << each.path();
    }
}

// The bound itself: a body that takes more than it may is stopped.
TEST(FuzzTargetsDeathTest, AreStoppedAboveTheirMemory) {
    Target greedy = targets().front();
    greedy.memory_factor = 1;
    greedy.memory_constant = 1000;
    greedy.body = [](ByteView input) {
        const Bytes large(2000 + input.size());
        return static_cast<int>(large.back());
    };
    std::signal(SIGABRT, SIG_DFL);
    EXPECT_DEATH(run(greedy, Bytes(10)), "bound 1010");
}

TEST(FuzzTargetsDeathTest, AreStoppedWhereAPropertyDoesNotHold) {
    Target wrong = targets().front();
    wrong.body = [](ByteView input) {
        FUZZ_CHECK(input.size() != 3);
        return 0;
    };
    std::signal(SIGABRT, SIG_DFL);
    EXPECT_EQ(run(wrong, Bytes(2)), 0);
    EXPECT_DEATH(run(wrong, Bytes(3)), "property does not hold: input.size");
}

TEST(Mutations, FollowFromTheirSeedAlone) {
    const std::vector<Bytes> corpus = {Bytes(40, 1), Bytes{}, Bytes{7}};
    Mutator first(corpus, 5), again(corpus, 5), other(corpus, 6);
    std::size_t different = 0;
    for (int i = 0; i < 300; ++i) {
        const Bytes made = first.next();
        EXPECT_EQ(made, again.next());
        different += made != other.next() ? 1U : 0U;
    }
    EXPECT_GT(different, 250U);
}

}  // namespace
}  // namespace cloister::fuzz
