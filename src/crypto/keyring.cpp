#include "crypto/keyring.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"

namespace cloister::crypto {
namespace {

// The mini secret of "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
// Substrate's public development phrase (sp_core::crypto::DEV_PHRASE).
constexpr std::array<std::uint8_t, 32> development_seed{
    0xfa, 0xc7, 0x95, 0x9d, 0xbf, 0xe7, 0x2f, 0x05, 0x2e, 0x5a, 0x0c, 0x3c, 0x8d, 0x65, 0x30, 0xf2,
    0x02, 0xb0, 0x2f, 0xd8, 0xf9, 0xf5, 0xca, 0x35, 0x80, 0xec, 0x8d, 0xeb, 0x77, 0x97, 0x47, 0x9e};

constexpr std::size_t suri_bytes_max = 1024;

struct Junction {
    enum class Kind : std::uint8_t { Hard, Soft } kind = Kind::Hard;
    ChainCode code;
};

struct Suri {
    Secret<32> seed;
    std::vector<Junction> junctions;
};

std::optional<Secret<32>> parse_seed(std::string_view text) {
    if (text.empty()) return Secret<32>(development_seed);
    if (!text.starts_with("0x")) return std::nullopt;
    auto bytes = base::from_hex(text);
    if (!bytes) return std::nullopt;
    const SecretBytes seed(std::move(*bytes));
    if (seed.size() != 32) return std::nullopt;
    return Secret<32>(seed.reveal());
}

std::optional<Suri> parse_suri(std::string_view text) {
    if (text.size() > suri_bytes_max) return std::nullopt;
    const std::size_t path = std::min(text.find('/'), text.size());
    auto seed = parse_seed(text.substr(0, path));
    if (!seed) return std::nullopt;
    Suri out{std::move(*seed), {}};
    text.remove_prefix(path);
    while (!text.empty()) {
        const bool hard = text.starts_with("//");
        text.remove_prefix(hard ? 2 : 1);
        const std::size_t length = std::min(text.find('/'), text.size());
        if (length == 0) return std::nullopt;  // an empty junction, or the "///" of a password
        out.junctions.push_back({hard ? Junction::Kind::Hard : Junction::Kind::Soft,
                                 chain_code_of(text.substr(0, length))});
        text.remove_prefix(length);
    }
    return out;
}

// sp_core's hard derivation for Ed25519.
Secret<32> derive_ed25519_seed(const Secret<32>& seed, const ChainCode& code) {
    scale::Encoder prefix;
    prefix.write(std::string("Ed25519HDKD"));
    const SecretBytes input(concat(prefix.bytes(), seed.reveal(), code.view()));
    Hash256 digest = blake2b_256(input.reveal());
    Secret<32> out(digest.view());
    base::wipe(digest.data(), digest.size());
    return out;
}

}  // namespace

KeyPair::KeyPair(Scheme scheme, const Secret<32>& seed) : scheme_(scheme) {
    if (scheme == Scheme::Ed25519) {
        ed25519_.emplace(seed.duplicate());
    } else {
        sr25519_.emplace(seed);
    }
}

std::optional<KeyPair> KeyPair::from_suri(Scheme scheme, std::string_view suri) {
    auto parsed = parse_suri(suri);
    if (!parsed) return std::nullopt;
    if (scheme == Scheme::Ed25519) {
        for (const Junction& junction : parsed->junctions) {
            if (junction.kind == Junction::Kind::Soft) return std::nullopt;
            parsed->seed = derive_ed25519_seed(parsed->seed, junction.code);
        }
        return KeyPair(scheme, parsed->seed);
    }
    KeyPair pair(scheme, parsed->seed);
    for (const Junction& junction : parsed->junctions) {
        const bool hard = junction.kind == Junction::Kind::Hard;
        pair.sr25519_ = hard ? pair.sr25519_->derive_hard(junction.code)
                             : pair.sr25519_->derive_soft(junction.code);
    }
    return pair;
}

AccountId KeyPair::account() const {
    return AccountId(scheme_ == Scheme::Ed25519 ? ed25519_->public_key().array()
                                                : sr25519_->public_key().array());
}

MultiSignature KeyPair::sign(ByteView message) const {
    MultiSignature out{scheme_, {}};
    std::ranges::copy(scheme_ == Scheme::Ed25519 ? ed25519_->sign(message).array()
                                                 : sr25519_->sign(message).array(),
                      out.bytes.begin());
    return out;
}

bool verify(const AccountId& account, ByteView message, const MultiSignature& signature) {
    switch (signature.scheme) {
        case Scheme::Ed25519:
            return verify_ed25519(Ed25519Public(account.array()), message,
                                  Ed25519Signature(signature.bytes.array()));
        case Scheme::Sr25519:
            return verify_sr25519(Sr25519Public(account.array()), message,
                                  Sr25519Signature(signature.bytes.array()));
    }
    return false;
}

}  // namespace cloister::crypto
