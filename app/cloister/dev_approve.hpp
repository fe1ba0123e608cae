// Tells a development chain, through //Alice, that a new build of the enclave is approved.
#pragma once

#include <string>

#include "base/types.hpp"
#include "output.hpp"

namespace cloister::app {

// Sends Governance.enact(Attestation.approve_measurement) and makes blocks until the notice period
// is over.
Result<void, Problem> approve_measurement(const std::string& rpc_url, const BlockHash& genesis,
                                          const Measurement& measurement);

}  // namespace cloister::app
