// Ed25519 (RFC 8032), over libsodium.
#pragma once

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

using Ed25519Public = FixedBytes<32, struct Ed25519PublicTag>;
using Ed25519Signature = FixedBytes<64, struct Ed25519SignatureTag>;

class Ed25519Key {
  public:
    explicit Ed25519Key(Secret<32> seed);
    const Ed25519Public& public_key() const { return public_; }
    Ed25519Signature sign(ByteView message) const;  // deterministic
    const Secret<32>& seed() const { return seed_; }

  private:
    Secret<32> seed_;
    Secret<64> expanded_;
    Ed25519Public public_;
};

// Refuses small-order and non-canonical public keys and S >= L.
bool verify_ed25519(const Ed25519Public& key, ByteView message, const Ed25519Signature& signature);

}  // namespace cloister::crypto
