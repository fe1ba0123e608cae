// How the benchmarks take time: in turns with what they are compared with, and by the median.
#pragma once

#include <ctime>
#include <functional>

#include "bench.hpp"

namespace cloister::bench {

// The compiler must assume that `value` is read.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

// Of all threads of this process.
inline double processor_microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Pair {
    std::function<void()> measured;
    std::function<void()> beside;
    double repeats = 10;  // of `measured` in one sample
    double beside_repeats = 10;
    std::size_t samples = 15;
};
struct PairTime {
    double measured = 0;  // microseconds of one call
    double beside = 0;
};

inline double sample(const std::function<void()>& work, double repeats) {
    const double start = processor_microseconds();
    for (double i = 0; i < repeats; ++i) work();
    return (processor_microseconds() - start) / repeats;
}

// In processor time, which other programs disturb least.
inline PairTime time_pair(const Pair& pair) {
    std::vector<double> measured;
    std::vector<double> beside;
    for (std::size_t i = 0; i <= pair.samples; ++i) {
        const double a = sample(pair.measured, pair.repeats);
        const double b = sample(pair.beside, pair.beside_repeats);
        if (i == 0) continue;  // caches are cold
        measured.push_back(a);
        beside.push_back(b);
    }
    return {median(std::move(measured)), median(std::move(beside))};
}

}  // namespace cloister::bench
