// The long-term keys live in secret pages; what a computation with them leaves elsewhere is wiped:
// every freed block of the heap (in the whole program, by its operators delete), and the stack.
#pragma once

namespace cloister::app {

// The unused stack below the caller, deeper than any step of the enclave reaches.
void wipe_stack();

}  // namespace cloister::app
