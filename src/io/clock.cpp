#include "io/clock.hpp"

#include <cpuid.h>
#include <time.h>
#include <x86intrin.h>

namespace cloister::io {
namespace {

std::uint64_t nanoseconds_of(clockid_t clock) {
    timespec now{};
    CLOISTER_ASSERT(::clock_gettime(clock, &now) == 0);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

// Intel SDM, CPUID leaf 0x15: TSC frequency = crystal * EBX / EAX. Zero where it is not told.
std::uint64_t cycles_per_ms_told() {
    unsigned denominator = 0;
    unsigned numerator = 0;
    unsigned crystal_hz = 0;
    unsigned unused = 0;
    if (__get_cpuid(0x15, &denominator, &numerator, &crystal_hz, &unused) == 0) return 0;
    if (denominator == 0) return 0;
    return std::uint64_t{crystal_hz} * numerator / denominator / 1000U;
}

std::uint64_t cycles_per_ms_measured() {
    constexpr std::uint64_t window_ns = 20'000'000;
    const std::uint64_t start_ns = nanoseconds_of(CLOCK_MONOTONIC);
    const std::uint64_t start_cycles = __rdtsc();
    std::uint64_t now_ns = start_ns;
    while (now_ns - start_ns < window_ns) now_ns = nanoseconds_of(CLOCK_MONOTONIC);
    const std::uint64_t rate = (__rdtsc() - start_cycles) * 1'000'000U / (now_ns - start_ns);
    CLOISTER_ASSERT(rate > 0);
    return rate;
}

std::uint64_t cycles_per_ms() {
    const std::uint64_t told = cycles_per_ms_told();
    return told != 0 ? told : cycles_per_ms_measured();
}

}  // namespace

Instant steady_now() { return Instant(nanoseconds_of(CLOCK_MONOTONIC) / 1'000'000U); }

UnixMillis wall_now() { return UnixMillis(nanoseconds_of(CLOCK_REALTIME) / 1'000'000U); }

Instant cycle_now() {
    static const std::uint64_t rate = cycles_per_ms();
    return Instant(__rdtsc() / rate);
}

}  // namespace cloister::io
