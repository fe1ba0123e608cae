#include "crypto/hkdf.hpp"

#include "crypto/hash.hpp"

namespace cloister::crypto {
namespace {

constexpr std::size_t hash_bytes = 32;

// One HMAC whose result is secret: the digest on the stack is wiped.
Secret<32> secret_hmac(ByteView key, ByteView data) {
    Hash256 digest = hmac_sha256(key, data);
    Secret<32> out(digest.view());
    base::wipe(digest.data(), digest.size());
    return out;
}

}  // namespace

Secret<32> hkdf_extract(ByteView salt, ByteView input_key_material) {
    return secret_hmac(salt, input_key_material);
}

SecretBytes hkdf_expand(const Secret<32>& pseudorandom_key, ByteView info, std::size_t length) {
    CLOISTER_ASSERT(length <= 255 * hash_bytes);
    Bytes out;
    out.reserve(length);
    Secret<32> block;
    for (std::uint8_t counter = 1; out.size() < length; ++counter) {
        const ByteView previous = counter == 1 ? ByteView() : block.reveal();
        const std::array<std::uint8_t, 1> counter_byte{counter};
        const SecretBytes input(concat(previous, info, counter_byte));
        block = secret_hmac(pseudorandom_key.reveal(), input.reveal());
        append(out, block.reveal().first(std::min(hash_bytes, length - out.size())));
    }
    return SecretBytes(std::move(out));
}

Secret<32> hkdf_expand_32(const Secret<32>& pseudorandom_key, ByteView info) {
    return Secret<32>(hkdf_expand(pseudorandom_key, info, hash_bytes).reveal());
}

}  // namespace cloister::crypto
