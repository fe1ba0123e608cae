// Time inside the enclave: the processor's cycle counter, its rate measured once at the start. The
// host decides neither how fast it goes nor that it goes back.
#pragma once

#include "base/types.hpp"

namespace cloister::app {

class Clock {
  public:
    Clock();  // takes 50 ms
    Instant now();

  private:
    std::uint64_t start_ = 0;
    std::uint64_t cycles_per_ms_ = 1;
    Instant last_;
};

}  // namespace cloister::app
