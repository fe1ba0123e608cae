// What anybody was told to be final, from any thread. Two different blocks at one height, or a
// client's proof that does not hold, is the end of a run.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/types.hpp"

namespace cloister::crash {

class Ledger {
  public:
    void told(BlockNumber number, const BlockHash& hash) {
        const std::lock_guard guard(mutex_);
        const auto [known, fresh] = told_.emplace(number, hash);
        if (!fresh && known->second != hash)
            note("two final blocks at height " + std::to_string(number.value));
    }
    void contradict(const std::string& what) {
        const std::lock_guard guard(mutex_);
        note(what);
    }
    std::string first_contradiction() const {
        const std::lock_guard guard(mutex_);
        return contradiction_;
    }
    std::map<BlockNumber, BlockHash> all() const {
        const std::lock_guard guard(mutex_);
        return told_;
    }

  private:
    void note(const std::string& what) {
        if (contradiction_.empty()) contradiction_ = what;
    }

    mutable std::mutex mutex_;
    std::map<BlockNumber, BlockHash> told_;
    std::string contradiction_;
};

}  // namespace cloister::crash
