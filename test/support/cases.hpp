// How many cases a test program ran. A test that walks a table says how many rows it judged; every
// other test counts as one. `cloister_test` programs print the sum as their last line, and
// tools/cases.sh gathers those lines when ctest ends.
#pragma once

#include <cstddef>
#include <string_view>

namespace cloister::test {

// This test judged `count` cases instead of one. May be called more than once: counts add up.
void ran_cases(std::size_t count);

}  // namespace cloister::test
