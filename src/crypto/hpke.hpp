// HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256; the AEAD is a parameter and
// AES-256-GCM the default. One message per context, and the exporter.
#pragma once

#include <optional>

#include "crypto/aead.hpp"
#include "crypto/x25519.hpp"

namespace cloister::crypto {

inline constexpr std::size_t hpke_enc_bytes = 32;
// What sealing adds to a plaintext: the encapsulated key and the tag.
inline constexpr std::size_t hpke_overhead_bytes = hpke_enc_bytes + aead_tag_bytes;

// A context after key schedule, at sequence number 0.
class HpkeContext {
  public:
    Bytes seal(ByteView associated, ByteView plaintext);  // advances the sequence number
    std::optional<SecretBytes> open(ByteView associated, ByteView sealed);  // likewise, on success
    SecretBytes export_secret(ByteView exporter_context, std::size_t length) const;

  private:
    friend struct HpkeSetup;
    HpkeContext() = default;
    Aead aead_ = Aead::Aes256Gcm;
    SecretBytes key_;
    AeadNonce base_nonce_;
    Secret<32> exporter_;
    std::uint64_t sequence_ = 0;
};

struct HpkeSender {
    X25519Public enc;
    HpkeContext context;
};

// DeriveKeyPair (RFC 9180 7.1.3): any 32 or more bytes of key material to a key pair.
X25519Key hpke_derive_key_pair(ByteView input_key_material);

// The ephemeral key is the caller's: random outside enclaves, from a PRF inside (DESIGN.md, 2).
// Nothing when the peer's key is of small order.
std::optional<HpkeSender> hpke_setup_sender(const X25519Public& recipient, ByteView info,
                                            const X25519Key& ephemeral,
                                            Aead aead = Aead::Aes256Gcm);
std::optional<HpkeContext> hpke_setup_receiver(const X25519Public& enc, const X25519Key& recipient,
                                               ByteView info, Aead aead = Aead::Aes256Gcm);

struct HpkeMessage {
    ByteView info;
    ByteView associated;
};
// enc || ciphertext || tag.
std::optional<Bytes> hpke_seal(const X25519Public& recipient, const HpkeMessage& message,
                               ByteView plaintext, const X25519Key& ephemeral);
std::optional<SecretBytes> hpke_open(const X25519Key& recipient, const HpkeMessage& message,
                                     ByteView sealed);

}  // namespace cloister::crypto
