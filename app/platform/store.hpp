// The platform's directory: `platform.seed` (32 bytes of seed, then not_before as a little-endian
// u64; mode 0600), and what others may read: `root.der` and `collateral.scale`.
#pragma once

#include <string>

#include "base/result.hpp"
#include "platform/platform.hpp"

namespace cloister::platform {

// Loads the seed of `directory`, or makes one (and the directory) atomically, and publishes the
// public files. Errors are sentences for people.
Result<Platform, std::string> open_platform(const std::string& directory);

std::string collateral_path(const std::string& directory);

}  // namespace cloister::platform
