// Accounts from secret URIs ("//Alice", "0x<32-byte seed>//stash") and the MultiSignature that they
// make.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "codec/scale/scale.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/sr25519.hpp"

namespace cloister::crypto {

enum class Scheme : std::uint8_t { Ed25519 = 0, Sr25519 = 1, Ecdsa = 2 };
// As programs ask for them: "ed25519", "sr25519", "ecdsa".
std::string_view name_of(Scheme scheme);
std::optional<Scheme> find_scheme(std::string_view name);

// sp_runtime::MultiSignature: the scheme's index and its 64 or 65 bytes.
struct MultiSignature {
    std::variant<Ed25519Signature, Sr25519Signature, EcdsaSignature> value;
    Scheme scheme() const { return static_cast<Scheme>(value.index()); }
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.value); }
    friend bool operator==(const MultiSignature&, const MultiSignature&) = default;
};

class KeyPair {
  public:
    // Precondition for ecdsa: the seed is a scalar of its group and not zero, as all but 2^-127 of
    // the random ones are.
    KeyPair(Scheme scheme, const Secret<32>& seed);
    // SURI without mnemonic words: an optional 0x seed (default: Substrate's development phrase),
    // then "//hard" and "/soft" junctions (soft only for sr25519). Nothing if it does not parse, or
    // if what it leads to is no key.
    static std::optional<KeyPair> from_suri(Scheme scheme, std::string_view suri);

    // The public key, for ecdsa its blake2b-256.
    AccountId account() const;
    Bytes public_key() const;
    Scheme scheme() const { return static_cast<Scheme>(key_.index()); }
    MultiSignature sign(ByteView message) const;

  private:
    using Key = std::variant<Ed25519Key, Sr25519Key, EcdsaKey>;
    explicit KeyPair(Key key) : key_(std::move(key)) {}
    static std::optional<Key> make(Scheme scheme, const Secret<32>& seed);

    Key key_;
};

// Ed25519 and sr25519 over the message, ecdsa over its blake2b-256.
bool verify(const AccountId& account, ByteView message, const MultiSignature& signature);

}  // namespace cloister::crypto
