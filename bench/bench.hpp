// What the benchmarks report: lines that each hold a figure beside the thing that it is compared
// with, measured in the same run, so that a slow or busy machine moves both.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "base/result.hpp"

namespace cloister::bench {

struct Line {
    std::string name;  // for programs: "attest.verify"
    std::string what;  // for people
    std::string unit;  // of both figures
    double value = 0;
    std::string beside;       // what it is compared with
    double beside_value = 0;  // a goal's number where `beside` says "goal"
    double ratio() const { return beside_value == 0 ? 0 : value / beside_value; }
};
using Lines = std::vector<Line>;

// `share` from 0 to 1: 0.5 is the median. Precondition: at least one sample.
inline double percentile(std::vector<double> samples, double share) {
    CLOISTER_ASSERT(!samples.empty());
    std::ranges::sort(samples);
    const double last = static_cast<double>(samples.size() - 1);
    return samples[static_cast<std::size_t>(share * last + 0.5)];
}
inline double median(std::vector<double> samples) { return percentile(std::move(samples), 0.5); }

class Stopwatch {
  public:
    double milliseconds() const {
        return std::chrono::duration<double, std::milli>(Clock::now() - start_).count();
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
};

struct Places {
    std::string programs;   // directory of `cloister` and its peers
    std::string contracts;  // directory of the contracts' modules
};
// A group of lines each. The error is a sentence.
Result<Lines, std::string> measure_trie(const Places& places);
Result<Lines, std::string> measure_signatures(const Places& places);
Result<Lines, std::string> measure_attestation(const Places& places);
Result<Lines, std::string> measure_contracts(const Places& places);
Result<Lines, std::string> measure_solo(const Places& places);
Result<Lines, std::string> measure_growth(const Places& places);
// On a real development network whose state is in a temporary directory.
Result<Lines, std::string> measure_network(const Places& places);
// Answers each HTTP request with its own body until it is killed; prints its port first.
int run_echo_server();
// Makes a chain of so many accounts in `directory` and ends.
int run_load_accounts(const std::string& directory, std::size_t accounts);

}  // namespace cloister::bench
