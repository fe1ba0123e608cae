#include "clock.hpp"

#include <time.h>
#include <x86intrin.h>

#include <algorithm>

namespace cloister::app {

namespace {

std::uint64_t monotonic_us() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

Clock::Clock() {
    constexpr std::uint64_t measured_us = 50'000;
    const std::uint64_t from_us = monotonic_us();
    start_ = __rdtsc();
    std::uint64_t to_us = from_us;
    while (to_us < from_us + measured_us) to_us = monotonic_us();
    const std::uint64_t cycles = __rdtsc() - start_;
    cycles_per_ms_ = std::max<std::uint64_t>(1, cycles * 1000 / (to_us - from_us));
}

Instant Clock::now() {
    const std::uint64_t cycles = __rdtsc();
    if (cycles > start_) last_ = std::max(last_, Instant((cycles - start_) / cycles_per_ms_));
    return last_;
}

}  // namespace cloister::app
