// What a fuzz target is. A body takes any bytes, needs nothing else, keeps nothing between two
// calls that could change a verdict, and answers 1 if the bytes meant something (were accepted,
// went all the way) and 0 if they were refused. It promises its properties by FUZZ_CHECK; running
// it under a meter or a sanitizer is the caller's part.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace cloister::fuzz {

// A property that did not hold: always a finding. Aborts, so that either driver keeps the input.
[[noreturn]] void property_failed(const char* property, const char* file, int line);

struct Target {
    std::string_view name;
    int (*body)(ByteView);
    std::vector<Bytes> (*seeds)();
    // The doors that this target opens, as the inventory knows them.
    std::vector<std::string_view> covers;
    std::size_t cases = 8000;            // inputs of the short run
    std::size_t input_bytes_max = 4096;  // of what libFuzzer makes
    // Peak memory of one call: at most factor * input + constant bytes.
    std::size_t memory_factor = 128;
    std::size_t memory_constant = 256U << 10;
};

// Sorted by name.
std::span<const Target> targets();
const Target* find_target(std::string_view name);

// The body under the memory bound of its target; what both drivers call.
int run(const Target& target, ByteView input);

}  // namespace cloister::fuzz

#define FUZZ_CHECK(property)     \
    (static_cast<bool>(property) \
         ? static_cast<void>(0)  \
         : ::cloister::fuzz::property_failed(#property, __FILE__, __LINE__))
