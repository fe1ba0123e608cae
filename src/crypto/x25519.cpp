#include "crypto/x25519.hpp"

#include <sodium.h>

#include "crypto/backends.hpp"

namespace cloister::crypto {

X25519Key::X25519Key(Secret<32> scalar) : secret(std::move(scalar)) {
    require_sodium();
    const int rc = crypto_scalarmult_curve25519_base(public_key.data(), secret.reveal().data());
    CLOISTER_ASSERT(rc == 0);
}

std::optional<Secret<32>> x25519(const Secret<32>& secret, const X25519Public& peer) {
    require_sodium();
    Secret<32> shared;
    if (crypto_scalarmult_curve25519(shared.writable(), secret.reveal().data(), peer.data()) != 0) {
        return std::nullopt;
    }
    return shared;
}

}  // namespace cloister::crypto
