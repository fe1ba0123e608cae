#include "crypto/entropy.hpp"

#include <sodium.h>

#include "crypto/backends.hpp"

namespace cloister::crypto {

SecretBytes Entropy::bytes(std::size_t count) {
    Bytes out(count);
    fill(out);
    return SecretBytes(std::move(out));
}

Secret<32> Entropy::bytes_32() {
    Secret<32> out;
    fill({out.writable(), 32});
    return out;
}

// Block 0 of the keystream holds the next key, the blocks from 1 on the output: who learns the key
// later cannot compute what was handed out before.
void Entropy::fill(std::span<std::uint8_t> out) {
    require_sodium();
    CLOISTER_ASSERT(out.size() <= std::size_t{1} << 32);  // far below the 2^32 blocks of one nonce
    const std::array<std::uint8_t, crypto_stream_chacha20_ietf_NONCEBYTES> nonce{};
    Secret<32> next;
    crypto_stream_chacha20_ietf(next.writable(), 32, nonce.data(), key_.reveal().data());
    std::ranges::fill(out, std::uint8_t{0});
    if (!out.empty()) {
        crypto_stream_chacha20_ietf_xor_ic(out.data(), out.data(), out.size(), nonce.data(), 1,
                                           key_.reveal().data());
    }
    key_ = std::move(next);
}

}  // namespace cloister::crypto
