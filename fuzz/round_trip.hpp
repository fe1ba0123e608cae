// What every canonical format promises: bytes that decode encode to themselves, and a refusal names
// a place inside the input.
#pragma once

#include "body.hpp"
#include "codec/scale/scale.hpp"

namespace cloister::fuzz {

template <class T>
int round_trip(ByteView input) {
    const auto value = scale::decode<T>(input);
    if (!value) {
        FUZZ_CHECK(value.error().offset <= input.size());
        return 0;
    }
    FUZZ_CHECK(std::ranges::equal(scale::encode(*value), input));
    return 1;
}

}  // namespace cloister::fuzz
