// The vendor's two JSON documents, in the form of Intel's PCS API v4: "TCB Info V3" and "Enclave
// Identity V2", without white space, since the signature covers the exact bytes.
#pragma once

#include <string>

#include "platform/recipe.hpp"

namespace cloister::platform {

std::string tcb_info_json(const Recipe& recipe);
std::string qe_identity_json(const Recipe& recipe);

}  // namespace cloister::platform
