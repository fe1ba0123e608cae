// X25519 (RFC 7748), over libsodium.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

using X25519Public = FixedBytes<32, struct X25519PublicTag>;

struct X25519Key {
    explicit X25519Key(Secret<32> scalar);
    Secret<32> secret;
    X25519Public public_key;
};

// Nothing when the shared point is zero (RFC 7748 section 6.1).
std::optional<Secret<32>> x25519(const Secret<32>& secret, const X25519Public& peer);

}  // namespace cloister::crypto
