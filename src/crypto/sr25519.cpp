#include "crypto/sr25519.hpp"

#include <sodium.h>

#include <charconv>

#include "codec/scale/scale.hpp"
#include "crypto/backends.hpp"
#include "crypto/hash.hpp"
#include "crypto/merlin.hpp"

namespace cloister::crypto {
namespace {

// Set in the last byte of every schnorrkel signature, to tell it from Ed25519's.
constexpr std::uint8_t schnorrkel_marker = 0x80;

using WideBytes = Secret<64>;

Secret<32> reduce(const WideBytes& wide) {
    Secret<32> scalar;
    crypto_core_ristretto255_scalar_reduce(scalar.writable(), wide.reveal().data());
    return scalar;
}

Secret<32> challenge_scalar(Transcript& transcript, std::string_view label) {
    WideBytes wide;
    transcript.challenge(label, {wide.writable(), 64});
    return reduce(wide);
}

Secret<32> sum(const Secret<32>& a, const Secret<32>& b) {
    Secret<32> out;
    crypto_core_ristretto255_scalar_add(out.writable(), a.reveal().data(), b.reveal().data());
    return out;
}

Secret<32> product(const Secret<32>& a, const Secret<32>& b) {
    Secret<32> out;
    crypto_core_ristretto255_scalar_mul(out.writable(), a.reveal().data(), b.reveal().data());
    return out;
}

// Precondition: scalar is neither zero nor above the order; zero comes up with probability 2^-252.
Sr25519Public times_base(const Secret<32>& scalar) {
    Sr25519Public out;
    CLOISTER_ASSERT(crypto_scalarmult_ristretto255_base(out.data(), scalar.reveal().data()) == 0);
    return out;
}

bool is_canonical(const Secret<32>& scalar) {
    WideBytes wide;
    std::ranges::copy(scalar.reveal(), wide.writable());
    return reduce(wide).equals(scalar);
}

// Divides a little-endian number by the cofactor 8.
void shift_right_3(std::uint8_t* bytes_32) {
    for (std::size_t i = 0; i < 32; ++i) {
        const unsigned above = i == 31 ? 0u : bytes_32[i + 1];
        bytes_32[i] = static_cast<std::uint8_t>((bytes_32[i] >> 3) | (above << 5));
    }
}

Transcript signing_transcript(ByteView message, const Sr25519Public& key) {
    Transcript transcript("SigningContext");
    transcript.append("", "substrate");
    transcript.append("sign-bytes", message);
    transcript.append("proto-name", "Schnorr-sig");
    transcript.append("sign:pk", key.view());
    return transcript;
}

Transcript derivation_transcript(const ChainCode& code) {
    Transcript transcript("SchnorrRistrettoHDKD");
    transcript.append("sign-bytes", ByteView());
    transcript.append("chain-code", code.view());
    return transcript;
}

}  // namespace

Sr25519Key::Sr25519Key(const Secret<32>& mini_secret) {
    require_sodium();
    Hash512 expanded = sha512(mini_secret.reveal());
    std::uint8_t* const scalar = expanded.data();
    scalar[0] = static_cast<std::uint8_t>(scalar[0] & 248);
    scalar[31] = static_cast<std::uint8_t>((scalar[31] & 63) | 64);
    shift_right_3(scalar);
    scalar_ = Secret<32>(expanded.view().first(32));
    nonce_ = Secret<32>(expanded.view().last(32));
    base::wipe(expanded.data(), expanded.size());
    public_ = times_base(scalar_);
}

Sr25519Signature Sr25519Key::sign(ByteView message, ByteView entropy) const {
    constexpr std::array<std::uint8_t, 32> no_entropy{};
    Transcript transcript = signing_transcript(message, public_);
    WideBytes wide;
    transcript.witness("signing", nonce_.reveal(), entropy.empty() ? no_entropy : entropy,
                       {wide.writable(), 64});
    const Secret<32> r = reduce(wide);
    const Sr25519Public commitment = times_base(r);
    transcript.append("sign:R", commitment.view());
    const Secret<32> challenge = challenge_scalar(transcript, "sign:c");
    const Secret<32> s = sum(product(challenge, scalar_), r);

    Sr25519Signature signature;
    std::ranges::copy(commitment, signature.begin());
    std::ranges::copy(s.reveal(), signature.begin() + 32);
    signature.data()[63] |= schnorrkel_marker;
    return signature;
}

Sr25519Key Sr25519Key::derive_hard(const ChainCode& code) const {
    Transcript transcript = derivation_transcript(code);
    transcript.append("secret-key", scalar_.reveal());
    Secret<32> mini_secret;
    transcript.challenge("HDKD-hard", {mini_secret.writable(), 32});
    return Sr25519Key(mini_secret);
}

Sr25519Key Sr25519Key::derive_soft(const ChainCode& code) const {
    Transcript transcript = derivation_transcript(code);
    transcript.append("public-key", public_.view());
    Sr25519Key child;
    child.scalar_ = sum(scalar_, challenge_scalar(transcript, "HDKD-scalar"));
    // Any nonce seed that only the parent can compute; signatures do not show which.
    transcript.witness("HDKD-nonce", nonce_.reveal(), scalar_.reveal(),
                       {child.nonce_.writable(), 32});
    child.public_ = times_base(child.scalar_);
    return child;
}

bool verify_sr25519(const Sr25519Public& key, ByteView message, const Sr25519Signature& signature) {
    require_sodium();
    if ((signature[63] & schnorrkel_marker) == 0) return false;
    const ByteView commitment = signature.view().first(32);
    Secret<32> s(signature.view().last(32));
    s.writable()[31] = static_cast<std::uint8_t>(s.writable()[31] & ~schnorrkel_marker);
    if (!is_canonical(s)) return false;

    Transcript transcript = signing_transcript(message, key);
    transcript.append("sign:R", commitment);
    const Secret<32> challenge = challenge_scalar(transcript, "sign:c");
    // s B - challenge key == R. libsodium refuses here a key that is the identity or not canonical.
    Sr25519Public s_base;
    Sr25519Public challenge_key;
    Sr25519Public expected;
    const bool computed =
        crypto_scalarmult_ristretto255_base(s_base.data(), s.reveal().data()) == 0 &&
        crypto_scalarmult_ristretto255(challenge_key.data(), challenge.reveal().data(),
                                       key.data()) == 0 &&
        crypto_core_ristretto255_sub(expected.data(), s_base.data(), challenge_key.data()) == 0;
    return computed && equal(expected.view(), commitment);
}

std::optional<Sr25519Public> derive_soft_public(const Sr25519Public& key, const ChainCode& code) {
    require_sodium();
    Transcript transcript = derivation_transcript(code);
    transcript.append("public-key", key.view());
    const Secret<32> scalar = challenge_scalar(transcript, "HDKD-scalar");
    const Sr25519Public offset = times_base(scalar);
    Sr25519Public child;
    if (crypto_core_ristretto255_add(child.data(), key.data(), offset.data()) != 0) {
        return std::nullopt;
    }
    return child;
}

ChainCode chain_code_of(std::string_view junction) {
    scale::Encoder encoder;
    std::uint64_t number = 0;
    const char* const end = junction.data() + junction.size();
    const auto [stop, error] = std::from_chars(junction.data(), end, number);
    if (error == std::errc() && stop == end) {
        encoder.write(number);
    } else {
        encoder.write(std::string(junction));
    }
    const Bytes encoded = std::move(encoder).take();
    ChainCode code;
    if (encoded.size() > ChainCode::size()) return ChainCode(blake2b_256(encoded).array());
    std::ranges::copy(encoded, code.begin());
    return code;
}

}  // namespace cloister::crypto
