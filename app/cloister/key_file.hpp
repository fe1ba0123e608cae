// Keys of people and programs: files that nobody else may read, or secret URIs of development
// accounts.
#pragma once

#include <string>

#include "crypto/keyring.hpp"
#include "output.hpp"

namespace cloister::app {

// A file of exactly 32 bytes that group and others may not read.
Result<Secret<32>, Problem> read_seed_file(const std::string& path);

// `//Alice` and the like (development accounts, whose keys are public knowledge), or the path of a
// file that group and others may not read and that holds such a URI with its seed, or 64
// hexadecimal digits, on one line.
Result<crypto::KeyPair, Problem> load_key(crypto::Scheme scheme, const std::string& source);

}  // namespace cloister::app
