// Compiling a C++ contract: clang for WASM with the SDK's one list of flags, then the bundle around
// it.
#pragma once

#include <string>

#include "output.hpp"

namespace cloister::app {

struct BuildPlan {
    std::string source;  // one C++ file
    std::string output;  // NAME.contract
    std::string
        sdk;  // contracts/sdk; empty: found near this program, the source or the working directory
    std::string version = "0.1.0";
};
struct Built {
    std::string wasm_path;
    std::string code_hash;  // 0x...
    std::size_t wasm_bytes = 0;
};
// The compiler speaks for itself on standard error.
Result<Built, Problem> build_contract(const BuildPlan& plan);

}  // namespace cloister::app
