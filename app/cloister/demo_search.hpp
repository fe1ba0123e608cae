// What the demo's leak search looks for, and where: all that runs outside of an enclave.
#pragma once

#include "flat_json.hpp"
#include "marker_search.hpp"

namespace cloister::app {

struct LeakSearch {
    const FlatJson& ready;  // what `cloister dev` said of its processes
    std::string data;       // the plaintext table
    Bytes marker;           // went through the enclaves as plaintext
    Bytes ciphertext;       // must be found: shows that the search sees
};
struct LeakReport {
    std::vector<Sighting> leaks;
    bool control_found = false;
    std::uint64_t searched_bytes = 0;
};
Result<LeakReport, Problem> search_for_leaks(const LeakSearch& search);

}  // namespace cloister::app
