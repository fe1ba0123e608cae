// ECDSA over NIST P-256 with SHA-256, over OpenSSL. What SGX quotes and their certificates are
// signed with.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

using P256Public = FixedBytes<64, struct P256PublicTag>;        // x || y, big-endian
using P256Signature = FixedBytes<64, struct P256SignatureTag>;  // r || s, big-endian

class P256Key {
  public:
    // A scalar in [1, n-1]; nothing otherwise.
    static std::optional<P256Key> from_scalar(const Secret<32>& scalar);
    // Hashes seed material to a valid scalar; for the simulated platform.
    static P256Key derive(ByteView seed);
    const P256Public& public_key() const { return public_; }
    P256Signature sign(ByteView message) const;  // SHA-256, nonce by RFC 6979

  private:
    P256Key() = default;
    Secret<32> scalar_;
    P256Public public_;
};

// Refuses a point off the curve, and r or s outside [1, n-1].
bool verify_p256(const P256Public& key, ByteView message, const P256Signature& signature);

}  // namespace cloister::crypto
