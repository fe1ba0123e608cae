// The two C libraries below this folder, made ready once and kept from the world: no configuration
// file is read, and no entropy is drawn. Internal to src/crypto.
#pragma once

namespace cloister::crypto {

// Both may be called from any thread, any number of times.
// Selects libsodium's fast paths. libsodium's own random source is replaced by one that asserts:
// whoever needs entropy gets it from its owner (crypto/entropy.hpp).
void require_sodium();
// Keeps OpenSSL from the machine's openssl.cnf.
void require_openssl();

}  // namespace cloister::crypto
