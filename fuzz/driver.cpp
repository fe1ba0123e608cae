// libFuzzer's entry. One program for all targets, so that their code is linked once; the
// environment variable CLOISTER_FUZZ_TARGET chooses.
#include <cstdio>
#include <cstdlib>

#include "body.hpp"

namespace {

const cloister::fuzz::Target& chosen() {
    const char* name = std::getenv("CLOISTER_FUZZ_TARGET");
    const auto* target = cloister::fuzz::find_target(name == nullptr ? "" : name);
    if (target == nullptr) {
        std::fprintf(stderr, "CLOISTER_FUZZ_TARGET names no target; hint: tools/fuzz.sh --list\n");
        std::exit(64);
    }
    // What all calls of a body share is made now, so that no input pays for it.
    static_cast<void>(target->seeds());
    return *target;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const cloister::fuzz::Target& target = chosen();
    cloister::fuzz::run(target, {data, size});
    return 0;
}
