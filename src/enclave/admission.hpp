// Whether an enclave may have the keys it asks for: the gatekeeper's own verification of
// registration, evidence, measurement, notice period, policy and cluster membership, all against
// one finalised block.
#pragma once

#include "enclave/core.hpp"

namespace cloister::enclave {

// Nothing while reads are missing. Needs core.view.
std::optional<Result<void, protocol::GatekeeperError>> admit(Core& core,
                                                             const protocol::KeyRequest& request);

}  // namespace cloister::enclave
