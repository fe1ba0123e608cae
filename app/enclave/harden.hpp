// What the kernel can do for the enclave process (DESIGN.md section 6). The enclave takes every
// measure and names those that it lacks; `cloister doctor` tries each of them in a child.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cloister::app {

struct Measure {
    // Some come before the first secret, others after the last thread was made.
    enum class When : std::uint8_t { AtStart, BeforeServing };

    std::string_view name;
    std::string_view protects;
    std::string_view remedy;  // how a machine gets it
    When when;
    bool (*take)();  // false: this kernel, or how this machine is set, lacks it
};

// In the order in which they are taken. Each is for the thread that calls and those that it makes
// later; the filter of system calls, the last, is for all.
std::span<const Measure> hardening_measures();

// Of the kernel's Landlock; below 1 when it has none.
long landlock_version();

// Takes those of `when`; returns the ones that could not be had.
std::vector<const Measure*> harden(Measure::When when);

}  // namespace cloister::app
