// Assertions for our own bugs: always on, in release too. Never for input from outside, which is
// refused with a Result.
#pragma once

namespace cloister::base {

// Prints what failed and where to standard error and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace cloister::base

#define CLOISTER_ASSERT(expression) \
    (static_cast<bool>(expression)  \
         ? static_cast<void>(0)     \
         : ::cloister::base::assertion_failed(#expression, __FILE__, __LINE__))
