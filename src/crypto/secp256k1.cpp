#include "crypto/secp256k1.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

namespace cloister::crypto {
namespace {

constexpr int recovery_ids = 4;
constexpr int recovery_offset = 27;  // Bitcoin's and Ethereum's way to write them

// Signing needs a context of its own, made once; recovery does not.
const secp256k1_context* signing_context() {
    static const secp256k1_context* const context =
        secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    CLOISTER_ASSERT(context != nullptr);
    return context;
}

EcdsaPublic compress(const secp256k1_pubkey& point) {
    EcdsaPublic out;
    std::size_t size = out.size();
    const int rc = secp256k1_ec_pubkey_serialize(secp256k1_context_static, out.data(), &size,
                                                 &point, SECP256K1_EC_COMPRESSED);
    CLOISTER_ASSERT(rc == 1 && size == out.size());
    return out;
}

}  // namespace

std::optional<EcdsaKey> EcdsaKey::from_seed(const Secret<32>& seed) {
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(signing_context(), &point, seed.reveal().data()) != 1) {
        return std::nullopt;
    }
    EcdsaKey key;
    key.scalar_ = seed.duplicate();
    key.public_ = compress(point);
    return key;
}

EcdsaSignature EcdsaKey::sign(const Hash256& digest) const {
    secp256k1_ecdsa_recoverable_signature raw;
    int rc = secp256k1_ecdsa_sign_recoverable(signing_context(), &raw, digest.data(),
                                              scalar_.reveal().data(), nullptr, nullptr);
    CLOISTER_ASSERT(rc == 1);
    EcdsaSignature out;
    int id = 0;
    rc = secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_context_static,
                                                                 out.data(), &id, &raw);
    CLOISTER_ASSERT(rc == 1);
    out.data()[out.size() - 1] = static_cast<std::uint8_t>(id);
    return out;
}

std::optional<EcdsaPublic> recover_ecdsa(const Hash256& digest, const EcdsaSignature& signature) {
    int id = signature.data()[signature.size() - 1];
    if (id >= recovery_offset) id -= recovery_offset;
    if (id >= recovery_ids) return std::nullopt;
    secp256k1_ecdsa_recoverable_signature raw;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &raw,
                                                            signature.data(), id) != 1) {
        return std::nullopt;
    }
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recover(secp256k1_context_static, &point, &raw, digest.data()) != 1) {
        return std::nullopt;
    }
    return compress(point);
}

}  // namespace cloister::crypto
