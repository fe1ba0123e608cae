#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "body.hpp"
#include "meter.hpp"

namespace cloister::fuzz {

void property_failed(const char* property, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: property does not hold: %s\n", file, line, property);
    std::abort();
}

const Target* find_target(std::string_view name) {
    const auto found = std::ranges::find(targets(), name, &Target::name);
    return found == targets().end() ? nullptr : &*found;
}

int run(const Target& target, ByteView input) {
    meter::start();
    const int accepted = target.body(input);
    const std::size_t bound = target.memory_factor * input.size() + target.memory_constant;
    if (const std::size_t peak = meter::peak(); peak > bound) {
        std::fprintf(stderr, "%.*s: %zu bytes for an input of %zu, bound %zu\n",
                     static_cast<int>(target.name.size()), target.name.data(), peak, input.size(),
                     bound);
        std::abort();
    }
    return accepted;
}

}  // namespace cloister::fuzz
