// Accounts from secret URIs ("//Alice", "0x<32-byte seed>//stash") and the MultiSignature that they
// make.
#pragma once

#include <optional>
#include <string_view>

#include "codec/scale/scale.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/sr25519.hpp"

namespace cloister::crypto {

enum class Scheme : std::uint8_t { Ed25519 = 0, Sr25519 = 1 };
constexpr Scheme scale_last(Scheme) { return Scheme::Sr25519; }

// sp_runtime::MultiSignature, ecdsa left out: one index byte and 64 bytes.
struct MultiSignature {
    Scheme scheme = Scheme::Sr25519;
    FixedBytes<64, struct MultiSignatureTag> bytes;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.scheme, s.bytes); }
    friend bool operator==(const MultiSignature&, const MultiSignature&) = default;
};

class KeyPair {
  public:
    // A seed for a scheme; the account is the public key.
    KeyPair(Scheme scheme, const Secret<32>& seed);
    // SURI without mnemonic words: an optional 0x seed (default: Substrate's development phrase),
    // then "//hard" and "/soft" junctions (soft only for sr25519). Nothing if it does not parse.
    static std::optional<KeyPair> from_suri(Scheme scheme, std::string_view suri);

    AccountId account() const;
    Scheme scheme() const { return scheme_; }
    MultiSignature sign(ByteView message) const;

  private:
    Scheme scheme_;
    std::optional<Ed25519Key> ed25519_;
    std::optional<Sr25519Key> sr25519_;
};

bool verify(const AccountId& account, ByteView message, const MultiSignature& signature);

}  // namespace cloister::crypto
