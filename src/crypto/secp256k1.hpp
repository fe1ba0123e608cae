// ECDSA over secp256k1 with public key recovery, over libsecp256k1: what Substrate's ecdsa accounts
// sign with (sp_core::ecdsa).
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

using EcdsaPublic = FixedBytes<33, struct EcdsaPublicTag>;        // compressed point
using EcdsaSignature = FixedBytes<65, struct EcdsaSignatureTag>;  // r, s and the recovery id

class EcdsaKey {
  public:
    // Nothing for zero and for numbers from the group's order up, which are no keys.
    static std::optional<EcdsaKey> from_seed(const Secret<32>& seed);

    const EcdsaPublic& public_key() const { return public_; }
    // Deterministic (RFC 6979), always with the lower of the two possible s.
    EcdsaSignature sign(const Hash256& digest) const;

  private:
    EcdsaKey() = default;
    Secret<32> scalar_;
    EcdsaPublic public_;
};

// The key that signed `digest`; nothing for a signature that none can have made. As sp_io's
// secp256k1_ecdsa_recover_compressed: recovery ids 0 to 3 also as 27 to 30, and both values of s
// are accepted, so that a signature is no identity of what it signs.
std::optional<EcdsaPublic> recover_ecdsa(const Hash256& digest, const EcdsaSignature& signature);

}  // namespace cloister::crypto
