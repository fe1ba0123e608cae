#include "crypto/ed25519.hpp"

#include <sodium.h>

#include "crypto/backends.hpp"

namespace cloister::crypto {

Ed25519Key::Ed25519Key(Secret<32> seed) : seed_(std::move(seed)) {
    require_sodium();
    const int rc =
        crypto_sign_seed_keypair(public_.data(), expanded_.writable(), seed_.reveal().data());
    CLOISTER_ASSERT(rc == 0);
}

Ed25519Signature Ed25519Key::sign(ByteView message) const {
    Ed25519Signature signature;
    const int rc = crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                                        expanded_.reveal().data());
    CLOISTER_ASSERT(rc == 0);
    return signature;
}

bool verify_ed25519(const Ed25519Public& key, ByteView message, const Ed25519Signature& signature) {
    require_sodium();
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       key.data()) == 0;
}

}  // namespace cloister::crypto
