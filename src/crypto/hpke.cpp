#include "crypto/hpke.hpp"

#include "crypto/hkdf.hpp"

namespace cloister::crypto {
namespace {

constexpr std::array<std::uint8_t, 5> kem_suite{'K', 'E', 'M', 0x00, 0x20};

std::array<std::uint8_t, 2> big_endian_16(std::size_t value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

std::array<std::uint8_t, 10> hpke_suite(Aead aead) {
    const auto id = big_endian_16(static_cast<std::size_t>(aead));
    return {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, id[0], id[1]};
}

// The labelled derivations of RFC 9180 section 4, for one suite.
struct Labelled {
    ByteView suite;

    Secret<32> extract(ByteView salt, std::string_view label, ByteView key_material) const {
        const SecretBytes input(concat(view_of("HPKE-v1"), suite, view_of(label), key_material));
        return hkdf_extract(salt, input.reveal());
    }
    SecretBytes expand(const Secret<32>& key, std::string_view label, ByteView info,
                       std::size_t length) const {
        const Bytes labelled =
            concat(big_endian_16(length), view_of("HPKE-v1"), suite, view_of(label), info);
        return hkdf_expand(key, labelled, length);
    }
    Secret<32> expand_32(const Secret<32>& key, std::string_view label, ByteView info) const {
        return Secret<32>(expand(key, label, info, 32).reveal());
    }
};

// ExtractAndExpand (RFC 9180 section 4.1).
Secret<32> shared_secret(const Secret<32>& agreed, const X25519Public& enc,
                         const X25519Public& recipient) {
    const Labelled kem{kem_suite};
    const Secret<32> key = kem.extract({}, "eae_prk", agreed.reveal());
    return kem.expand_32(key, "shared_secret", concat(enc.view(), recipient.view()));
}

AeadNonce nonce_of(const AeadNonce& base, std::uint64_t sequence) {
    AeadNonce nonce = base;
    for (std::size_t i = 0; i < 8; ++i) {
        nonce.data()[11 - i] ^= static_cast<std::uint8_t>(sequence >> (8 * i));
    }
    return nonce;
}

}  // namespace

// KeySchedule (RFC 9180 section 5.1) in base mode: no pre-shared key.
struct HpkeSetup {
    static HpkeContext key_schedule(const Secret<32>& shared, ByteView info, Aead aead) {
        const auto suite = hpke_suite(aead);
        const Labelled hpke{suite};
        const std::array<std::uint8_t, 1> mode_base{0};
        const Secret<32> id_hash = hpke.extract({}, "psk_id_hash", {});
        const Secret<32> info_hash = hpke.extract({}, "info_hash", info);
        const Bytes schedule = concat(mode_base, id_hash.reveal(), info_hash.reveal());
        const Secret<32> secret = hpke.extract(shared.reveal(), "secret", {});

        HpkeContext context;
        context.aead_ = aead;
        if (aead != Aead::ExportOnly) {
            context.key_ = hpke.expand(secret, "key", schedule, key_bytes(aead));
            context.base_nonce_ =
                AeadNonce(hpke.expand(secret, "base_nonce", schedule, 12).reveal());
        }
        context.exporter_ = hpke.expand_32(secret, "exp", schedule);
        return context;
    }
};

Bytes HpkeContext::seal(ByteView associated, ByteView plaintext) {
    CLOISTER_ASSERT(sequence_ != UINT64_MAX);
    const AeadNonce nonce = nonce_of(base_nonce_, sequence_++);
    return aead_seal(aead_, key_.reveal(), nonce, associated, plaintext);
}

std::optional<SecretBytes> HpkeContext::open(ByteView associated, ByteView sealed) {
    CLOISTER_ASSERT(sequence_ != UINT64_MAX);
    const AeadNonce nonce = nonce_of(base_nonce_, sequence_);
    auto plaintext = aead_open(aead_, key_.reveal(), nonce, associated, sealed);
    if (plaintext) ++sequence_;
    return plaintext;
}

SecretBytes HpkeContext::export_secret(ByteView exporter_context, std::size_t length) const {
    const auto suite = hpke_suite(aead_);
    return Labelled{suite}.expand(exporter_, "sec", exporter_context, length);
}

X25519Key hpke_derive_key_pair(ByteView input_key_material) {
    CLOISTER_ASSERT(input_key_material.size() >= 32);
    const Labelled kem{kem_suite};
    const Secret<32> key = kem.extract({}, "dkp_prk", input_key_material);
    return X25519Key(kem.expand_32(key, "sk", {}));
}

std::optional<HpkeSender> hpke_setup_sender(const X25519Public& recipient, ByteView info,
                                            const X25519Key& ephemeral, Aead aead) {
    const auto agreed = x25519(ephemeral.secret, recipient);
    if (!agreed) return std::nullopt;
    const Secret<32> shared = shared_secret(*agreed, ephemeral.public_key, recipient);
    return HpkeSender{ephemeral.public_key, HpkeSetup::key_schedule(shared, info, aead)};
}

std::optional<HpkeContext> hpke_setup_receiver(const X25519Public& enc, const X25519Key& recipient,
                                               ByteView info, Aead aead) {
    const auto agreed = x25519(recipient.secret, enc);
    if (!agreed) return std::nullopt;
    const Secret<32> shared = shared_secret(*agreed, enc, recipient.public_key);
    return HpkeSetup::key_schedule(shared, info, aead);
}

std::optional<Bytes> hpke_seal(const X25519Public& recipient, const HpkeMessage& message,
                               ByteView plaintext, const X25519Key& ephemeral) {
    auto sender = hpke_setup_sender(recipient, message.info, ephemeral);
    if (!sender) return std::nullopt;
    return concat(sender->enc.view(), sender->context.seal(message.associated, plaintext));
}

std::optional<SecretBytes> hpke_open(const X25519Key& recipient, const HpkeMessage& message,
                                     ByteView sealed) {
    if (sealed.size() < hpke_overhead_bytes) return std::nullopt;
    const X25519Public enc(sealed.first(hpke_enc_bytes));
    auto context = hpke_setup_receiver(enc, recipient, message.info);
    if (!context) return std::nullopt;
    return context->open(message.associated, sealed.subspan(hpke_enc_bytes));
}

}  // namespace cloister::crypto
