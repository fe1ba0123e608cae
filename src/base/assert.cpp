#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace cloister::base {

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "cloister: assertion failed: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

}  // namespace cloister::base
