// What a development network keeps below its base path, so that it goes on from there after any
// stop:
//
//     dev.json          this record, written last when a network is made
//     platform/         the simulated vendor's seed and collateral
//     node/             genesis.scale, authority.key, database
//     gatekeeper/ workers/N/   sealed blobs of the enclaves
//     enclave/HASH      programs of approved measurements: a gatekeeper's share opens for its own
//     only logs/*.log
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"
#include "io/fd.hpp"
#include "output.hpp"

namespace cloister::app {

struct DevRecord {
    Measurement gatekeeper;             // holds the network's secret
    std::vector<Measurement> approved;  // on the chain; the newest last
    std::size_t operators = 0;          // bonded in the genesis
};

// $XDG_DATA_HOME/cloister/dev, or ~/.local/share/cloister/dev.
Result<std::string, Problem> default_base_path();

// One supervisor for a base path at a time, for as long as the descriptor lives.
Result<io::Fd, Problem> lock_base_path(const std::string& base_path);
// Removes what the list above names, and nothing else.
Result<void, Problem> reset_base_path(const std::string& base_path);

Result<std::optional<DevRecord>, Problem> load_record(const std::string& base_path);
Result<void, Problem> save_record(const std::string& base_path, const DevRecord& record);

Result<Measurement, Problem> measure(const std::string& enclave);
std::string kept_enclave_path(const std::string& base_path, const Measurement& measurement);
// Copies the program below the base path, unless it is there.
Result<void, Problem> keep_enclave(const std::string& base_path, const std::string& enclave,
                                   const Measurement& measurement);

struct DevPrograms {
    std::string cloister;
    std::string platform;
    std::string enclave;
};
// Beside the program that runs now.
Result<DevPrograms, Problem> find_programs();

// A new network: vendor, authority, genesis, record.
Result<DevRecord, Problem> make_network(const std::string& base_path, const DevPrograms& programs,
                                        const Measurement& measurement, std::size_t workers);

}  // namespace cloister::app
