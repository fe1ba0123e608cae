// SHA-2 comes from OpenSSL's low-level functions, which use the processor's SHA instructions and
// skip the provider look-up of every EVP call.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.hpp"

#include <openssl/sha.h>
#include <sodium.h>
#include <xxhash.h>

#include "base/secret.hpp"
#include "crypto/backends.hpp"

namespace cloister::crypto {
namespace {

template <class Digest>
Digest blake2b(ByteView data) {
    require_sodium();
    Digest out;
    const int rc =
        crypto_generichash(out.data(), Digest::size(), data.data(), data.size(), nullptr, 0);
    CLOISTER_ASSERT(rc == 0);
    return out;
}

template <class Digest>
Digest twox(ByteView data) {
    Digest out;
    for (std::size_t seed = 0; seed < Digest::size() / 8; ++seed) {
        const std::uint64_t lane = XXH64(data.data(), data.size(), seed);
        for (std::size_t i = 0; i < 8; ++i) {
            out.data()[8 * seed + i] = static_cast<std::uint8_t>(lane >> (8 * i));
        }
    }
    return out;
}

}  // namespace

Hash128 blake2b_128(ByteView data) { return blake2b<Hash128>(data); }
Hash256 blake2b_256(ByteView data) { return blake2b<Hash256>(data); }
Hash512 blake2b_512(ByteView data) { return blake2b<Hash512>(data); }

Hash256 sha256(ByteView data) {
    Hash256 out;
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, data.data(), data.size());
    SHA256_Final(out.data(), &state);
    base::wipe(&state, sizeof state);
    return out;
}

Hash384 sha384(ByteView data) {
    Hash384 out;
    SHA512_CTX state;
    SHA384_Init(&state);
    SHA384_Update(&state, data.data(), data.size());
    SHA384_Final(out.data(), &state);
    base::wipe(&state, sizeof state);
    return out;
}

Hash512 sha512(ByteView data) {
    Hash512 out;
    SHA512_CTX state;
    SHA512_Init(&state);
    SHA512_Update(&state, data.data(), data.size());
    SHA512_Final(out.data(), &state);
    base::wipe(&state, sizeof state);
    return out;
}

Hash64 twox_64(ByteView data) { return twox<Hash64>(data); }
Hash128 twox_128(ByteView data) { return twox<Hash128>(data); }
Hash256 twox_256(ByteView data) { return twox<Hash256>(data); }

Hash256 hmac_sha256(ByteView key, ByteView data) {
    Hash256 out;
    crypto_auth_hmacsha256_state state;
    constexpr std::uint8_t empty_key = 0;  // libsodium takes no null pointer, not even for 0 bytes
    crypto_auth_hmacsha256_init(&state, key.empty() ? &empty_key : key.data(), key.size());
    if (!data.empty()) crypto_auth_hmacsha256_update(&state, data.data(), data.size());
    crypto_auth_hmacsha256_final(&state, out.data());
    base::wipe(&state, sizeof state);
    return out;
}

}  // namespace cloister::crypto
