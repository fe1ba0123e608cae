// Compiled contracts by code hash: each code is read and compiled once, a bounded number is kept.
#pragma once

#include <deque>
#include <map>

#include "enclave/core.hpp"

namespace cloister::enclave {

class Modules {
  public:
    static constexpr std::size_t modules_max = 64;

    // `ready` once the code was read and judged; no value: the bytes are no contract or have
    // another hash.
    Read<std::shared_ptr<const contract::Module>> get(Core& core, const At& at,
                                                      const CodeHash& code);

  private:
    std::map<CodeHash, std::optional<std::shared_ptr<const contract::Module>>> modules_;
    std::deque<CodeHash> order_;
};

}  // namespace cloister::enclave
