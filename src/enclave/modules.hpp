// Compiled contracts by code hash: each code is read and compiled once, a bounded number is kept.
#pragma once

#include <map>

#include "enclave/core.hpp"

namespace cloister::enclave {

class Modules {
  public:
    static constexpr std::size_t modules_max = 64;
    enum class Code : std::uint8_t { May, MayNot };  // be read from the chain

    // `ready` once the code was read and judged; no value: the bytes are no contract or have
    // another hash. At most one code is compiled in a step, so that a flood of codes never keeps
    // the rest from its work; the others wait for the next.
    Read<std::shared_ptr<const contract::Module>> get(Core& core, const At& at,
                                                      const CodeHash& code, Code read);

  private:
    struct Entry {
        std::optional<std::shared_ptr<const contract::Module>> module;
        std::uint64_t used = 0;
    };
    std::map<CodeHash, Entry> modules_;
    std::uint64_t uses_ = 0;
    std::optional<std::uint64_t> compiled_in_;  // step
};

}  // namespace cloister::enclave
