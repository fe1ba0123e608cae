// AES-256-GCM (NIST SP 800-38D), AES-128-GCM and ChaCha20-Poly1305 (RFC 8439), over OpenSSL. The
// tag of 16 bytes is appended.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

// Numbered as in RFC 9180 section 7.3.
enum class Aead : std::uint16_t {
    Aes128Gcm = 1,
    Aes256Gcm = 2,
    ChaCha20Poly1305 = 3,
    ExportOnly = 0xffff,  // HPKE without messages: sealing or opening with it is our own bug
};
inline constexpr std::size_t aead_tag_bytes = 16;
using AeadNonce = FixedBytes<12, struct AeadNonceTag>;

std::size_t key_bytes(Aead aead);

// Preconditions: key of key_bytes(aead) bytes.
Bytes aead_seal(Aead aead, ByteView key, const AeadNonce& nonce, ByteView associated,
                ByteView plaintext);
// Nothing when the tag does not fit.
std::optional<SecretBytes> aead_open(Aead aead, ByteView key, const AeadNonce& nonce,
                                     ByteView associated, ByteView sealed);

}  // namespace cloister::crypto
