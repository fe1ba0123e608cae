#include "crypto/aead.hpp"

#include <openssl/evp.h>

#include <climits>
#include <memory>
#include <utility>

#include "crypto/backends.hpp"

namespace cloister::crypto {
namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// OpenSSL counts in int, and one message never needs more.
constexpr std::size_t message_bytes_max = INT_MAX - aead_tag_bytes;

EVP_CIPHER* fetch(const char* name) {
    require_openssl();
    EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    CLOISTER_ASSERT(cipher != nullptr);
    return cipher;
}

const EVP_CIPHER* cipher_of(Aead aead) {
    static const EVP_CIPHER* const aes_128 = fetch("AES-128-GCM");
    static const EVP_CIPHER* const aes_256 = fetch("AES-256-GCM");
    static const EVP_CIPHER* const chacha = fetch("ChaCha20-Poly1305");
    switch (aead) {
        case Aead::Aes128Gcm: return aes_128;
        case Aead::Aes256Gcm: return aes_256;
        case Aead::ChaCha20Poly1305: return chacha;
        case Aead::ExportOnly: break;
    }
    base::assertion_failed("an AEAD with a cipher", __FILE__, __LINE__);
}

enum class Direction : int { Open = 0, Seal = 1 };

// A context that has taken key, nonce and associated data.
Context begin(Direction direction, Aead aead, ByteView key, const AeadNonce& nonce,
              ByteView associated) {
    CLOISTER_ASSERT(key.size() == key_bytes(aead));
    CLOISTER_ASSERT(associated.size() <= message_bytes_max);
    Context context(EVP_CIPHER_CTX_new());
    CLOISTER_ASSERT(context != nullptr);
    CLOISTER_ASSERT(EVP_CipherInit_ex2(context.get(), cipher_of(aead), key.data(), nonce.data(),
                                       static_cast<int>(direction), nullptr) == 1);
    int written = 0;
    if (!associated.empty()) {
        CLOISTER_ASSERT(EVP_CipherUpdate(context.get(), nullptr, &written, associated.data(),
                                         static_cast<int>(associated.size())) == 1);
    }
    return context;
}

void transform(EVP_CIPHER_CTX* context, ByteView from, std::uint8_t* to) {
    if (from.empty()) return;
    int written = 0;
    const int rc =
        EVP_CipherUpdate(context, to, &written, from.data(), static_cast<int>(from.size()));
    CLOISTER_ASSERT(rc == 1 && written == static_cast<int>(from.size()));
}

}  // namespace

std::size_t key_bytes(Aead aead) {
    switch (aead) {
        case Aead::Aes128Gcm: return 16;
        case Aead::Aes256Gcm:
        case Aead::ChaCha20Poly1305: return 32;
        case Aead::ExportOnly: return 0;
    }
    std::unreachable();
}

Bytes aead_seal(Aead aead, ByteView key, const AeadNonce& nonce, ByteView associated,
                ByteView plaintext) {
    CLOISTER_ASSERT(plaintext.size() <= message_bytes_max);
    const Context context = begin(Direction::Seal, aead, key, nonce, associated);
    Bytes out(plaintext.size() + aead_tag_bytes);
    std::uint8_t* const tag = out.data() + plaintext.size();
    transform(context.get(), plaintext, out.data());
    int written = 0;
    CLOISTER_ASSERT(EVP_CipherFinal_ex(context.get(), tag, &written) == 1 && written == 0);
    CLOISTER_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                        static_cast<int>(aead_tag_bytes), tag) == 1);
    return out;
}

std::optional<SecretBytes> aead_open(Aead aead, ByteView key, const AeadNonce& nonce,
                                     ByteView associated, ByteView sealed) {
    if (sealed.size() < aead_tag_bytes) return std::nullopt;
    const ByteView ciphertext = sealed.first(sealed.size() - aead_tag_bytes);
    if (ciphertext.size() > message_bytes_max) return std::nullopt;
    std::array<std::uint8_t, aead_tag_bytes> tag;
    std::ranges::copy(sealed.last(aead_tag_bytes), tag.begin());

    const Context context = begin(Direction::Open, aead, key, nonce, associated);
    Bytes out(ciphertext.size());
    transform(context.get(), ciphertext, out.data());
    SecretBytes plaintext(std::move(out));  // from here on wiped, also when the tag does not fit
    CLOISTER_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG,
                                        static_cast<int>(tag.size()), tag.data()) == 1);
    std::array<std::uint8_t, aead_tag_bytes> nothing;
    int written = 0;
    if (EVP_CipherFinal_ex(context.get(), nothing.data(), &written) != 1) return std::nullopt;
    return plaintext;
}

}  // namespace cloister::crypto
