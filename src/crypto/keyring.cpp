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

// sp_core's hard derivation for the schemes whose keys are seeds; `domain` is the scheme's.
Secret<32> derive_seed(const std::string& domain, const Secret<32>& seed, const ChainCode& code) {
    const Bytes prefix = scale::encode(domain);
    const SecretBytes input(concat(prefix, seed.reveal(), code.view()));
    Hash256 digest = blake2b_256(input.reveal());
    Secret<32> out(digest.view());
    base::wipe(digest.data(), digest.size());
    return out;
}

// Nothing for a path with a soft junction, which these schemes do not have.
std::optional<Secret<32>> follow(const std::string& domain, const Suri& suri) {
    Secret<32> seed = suri.seed.duplicate();
    for (const Junction& junction : suri.junctions) {
        if (junction.kind == Junction::Kind::Soft) return std::nullopt;
        seed = derive_seed(domain, seed, junction.code);
    }
    return seed;
}

Sr25519Key follow(Sr25519Key key, const Suri& suri) {
    for (const Junction& junction : suri.junctions) {
        const bool hard = junction.kind == Junction::Kind::Hard;
        key = hard ? key.derive_hard(junction.code) : key.derive_soft(junction.code);
    }
    return key;
}

AccountId account_of(const EcdsaPublic& key) { return AccountId(blake2b_256(key.view()).array()); }

constexpr std::array<std::pair<Scheme, std::string_view>, 3> schemes{
    {{Scheme::Ed25519, "ed25519"}, {Scheme::Sr25519, "sr25519"}, {Scheme::Ecdsa, "ecdsa"}}};

}  // namespace

std::string_view name_of(Scheme scheme) {
    return std::ranges::find(schemes, scheme, &std::pair<Scheme, std::string_view>::first)->second;
}

std::optional<Scheme> find_scheme(std::string_view name) {
    const auto found =
        std::ranges::find(schemes, name, &std::pair<Scheme, std::string_view>::second);
    if (found == schemes.end()) return std::nullopt;
    return found->first;
}

std::optional<KeyPair::Key> KeyPair::make(Scheme scheme, const Secret<32>& seed) {
    switch (scheme) {
        case Scheme::Ed25519: return Ed25519Key(seed.duplicate());
        case Scheme::Sr25519: return Sr25519Key(seed);
        case Scheme::Ecdsa: return EcdsaKey::from_seed(seed);
    }
    std::unreachable();
}

KeyPair::KeyPair(Scheme scheme, const Secret<32>& seed)
    : key_([&] {
          auto key = make(scheme, seed);
          CLOISTER_ASSERT(key.has_value());
          return std::move(*key);
      }()) {}

std::optional<KeyPair> KeyPair::from_suri(Scheme scheme, std::string_view suri) {
    const auto parsed = parse_suri(suri);
    if (!parsed) return std::nullopt;
    if (scheme == Scheme::Sr25519) return KeyPair(Key(follow(Sr25519Key(parsed->seed), *parsed)));
    const bool ed25519 = scheme == Scheme::Ed25519;
    const auto seed = follow(ed25519 ? "Ed25519HDKD" : "Secp256k1HDKD", *parsed);
    if (!seed) return std::nullopt;
    auto key = make(scheme, *seed);
    if (!key) return std::nullopt;
    return KeyPair(std::move(*key));
}

AccountId KeyPair::account() const {
    if (const auto* key = std::get_if<EcdsaKey>(&key_)) return account_of(key->public_key());
    return AccountId(public_key());
}

Bytes KeyPair::public_key() const {
    return std::visit([](const auto& key) { return to_bytes(key.public_key().view()); }, key_);
}

MultiSignature KeyPair::sign(ByteView message) const {
    if (const auto* key = std::get_if<EcdsaKey>(&key_)) return {key->sign(blake2b_256(message))};
    if (const auto* key = std::get_if<Sr25519Key>(&key_)) return {key->sign(message)};
    return {std::get<Ed25519Key>(key_).sign(message)};
}

bool verify(const AccountId& account, ByteView message, const MultiSignature& signature) {
    if (const auto* ecdsa = std::get_if<EcdsaSignature>(&signature.value)) {
        const auto signer = recover_ecdsa(blake2b_256(message), *ecdsa);
        return signer && account_of(*signer) == account;
    }
    if (const auto* sr25519 = std::get_if<Sr25519Signature>(&signature.value)) {
        return verify_sr25519(Sr25519Public(account.array()), message, *sr25519);
    }
    return verify_ed25519(Ed25519Public(account.array()), message,
                          std::get<Ed25519Signature>(signature.value));
}

}  // namespace cloister::crypto
