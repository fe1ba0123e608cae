// Test support: files of ../shared/evidence, found through CLOISTER_SHARED.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "attest/attest.hpp"

namespace cloister::attest::corpus {

inline std::string root() {
    const char* shared = std::getenv("CLOISTER_SHARED");
    return std::string(shared == nullptr ? "../shared" : shared) + "/evidence/";
}

// Empty when the file is absent.
inline Bytes load(const std::string& path) {
    std::ifstream file(root() + path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// One genuine quote of an Ice Lake server with collateral of its day: SWHardeningNeeded.
struct Sample {
    Bytes quote = load("intel-sgx/v3_00606a000000_22c0df5d.bin");
    Bytes bundle = load("intel-collateral/sgx-00606a000000-20240613-ev16.json");
    std::uint64_t unix_time = 1719814286;

    bool absent() const { return quote.empty() || bundle.empty(); }
    Collateral collateral() const { return parse_collateral_json(bundle).get(); }
    Result<Verdict, Error> verify(ByteView evidence, const Collateral& c) const {
        return attest::verify(evidence, c, unix_time, Roots{});
    }
};

}  // namespace cloister::attest::corpus

#define CLOISTER_NEEDS_CORPUS(absent) \
    if (absent) GTEST_SKIP() << "the evidence corpus is absent (set CLOISTER_SHARED)"
