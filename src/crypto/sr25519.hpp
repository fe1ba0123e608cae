// sr25519: Schnorr over ristretto255 with Merlin transcripts, as schnorrkel 0.9 and later.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

using Sr25519Public = FixedBytes<32, struct Sr25519PublicTag>;
using Sr25519Signature = FixedBytes<64, struct Sr25519SignatureTag>;
using ChainCode = FixedBytes<32, struct ChainCodeTag>;

class Sr25519Key {
  public:
    // Expands a mini secret by ExpansionMode::Ed25519.
    explicit Sr25519Key(const Secret<32>& mini_secret);
    const Sr25519Public& public_key() const { return public_; }
    // Context "substrate". The nonce comes from the transcript, the secret nonce and `entropy`, so
    // that signing is deterministic for fixed entropy and safe for any.
    Sr25519Signature sign(ByteView message, ByteView entropy = {}) const;
    Sr25519Key derive_hard(const ChainCode& code) const;
    Sr25519Key derive_soft(const ChainCode& code) const;

  private:
    Sr25519Key() = default;
    Secret<32> scalar_;
    Secret<32> nonce_;
    Sr25519Public public_;
};

bool verify_sr25519(const Sr25519Public& key, ByteView message, const Sr25519Signature& signature);
std::optional<Sr25519Public> derive_soft_public(const Sr25519Public& key, const ChainCode& code);
// The chain code of one derivation junction, the text between the slashes: SCALE of a number (u64)
// if it is one, else of the string; zero-padded, hashed with blake2b-256 when longer than 32 bytes.
ChainCode chain_code_of(std::string_view junction);

}  // namespace cloister::crypto
