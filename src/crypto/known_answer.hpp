// Bytes and secrets from hexadecimal literals, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>

#include "base/hex.hpp"
#include "base/secret.hpp"
#include "crypto/secp256k1.hpp"

namespace cloister::crypto {

inline Bytes from_hex(std::string_view text) {
    auto bytes = base::from_hex(text);
    CLOISTER_ASSERT(bytes.has_value());
    return *bytes;
}
inline Secret<32> secret_from_hex(std::string_view text) { return Secret<32>(from_hex(text)); }
template <class Fixed>
Fixed fixed_from_hex(std::string_view text) {
    return Fixed(ByteView(from_hex(text)));
}
inline std::string hex_of(ByteView bytes) { return base::to_hex(bytes); }
inline std::string hex_of(const SecretBytes& bytes) { return base::to_hex(bytes.reveal()); }
inline std::string hex_of(const Secret<32>& bytes) { return base::to_hex(bytes.reveal()); }
template <std::size_t N, class Tag>
std::string hex_of(const FixedBytes<N, Tag>& bytes) {
    return base::to_hex(bytes.view());
}

// The group's order, n.
inline constexpr std::string_view secp256k1_order =
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

// The same signature with n - s for s; the recovery id's parity changes with it.
inline EcdsaSignature other_s(EcdsaSignature signature) {
    const Bytes order = from_hex(secp256k1_order);
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int digit = order[i] - signature.data()[32 + i] - borrow;
        borrow = digit < 0 ? 1 : 0;
        signature.data()[32 + i] = static_cast<std::uint8_t>(digit + 256 * borrow);
    }
    signature.data()[64] ^= 1;
    return signature;
}

// Applies `check` to every variant of `bytes` with one bit flipped, one bit per byte.
template <class Check>
void for_each_flip(Bytes bytes, Check&& check) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto bit = static_cast<std::uint8_t>(1u << (i % 8));
        bytes[i] ^= bit;
        check(bytes, i);
        bytes[i] ^= bit;
    }
}

}  // namespace cloister::crypto
