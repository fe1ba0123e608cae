// Contracts that CMake made, as seeds and to deploy.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.hpp"

namespace cloister::fuzz {

// Empty when there is no such file.
inline Bytes contract_code(const std::string& name) {
    std::ifstream file(std::string(CLOISTER_CONTRACTS "/") + name + ".wasm", std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

}  // namespace cloister::fuzz
