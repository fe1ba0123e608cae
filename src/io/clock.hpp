// Time, as the shells hand it to the state machines.
#pragma once

#include "base/types.hpp"

namespace cloister::io {

// Milliseconds of the kernel's monotonic clock.
Instant steady_now();
// Milliseconds since 1970; may jump.
UnixMillis wall_now();
// Milliseconds of the processor's cycle counter since its reset, for an enclave that does not ask
// its host what time it is. The rate is the processor's own word (CPUID leaf 0x15); a processor
// that does not give it is measured once against the kernel's clock, 20 ms on the first call.
Instant cycle_now();

}  // namespace cloister::io
