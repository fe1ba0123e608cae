// The trie beside the bare hashing of the bytes that it hashes, and signatures beside libsodium's
// Ed25519. Processor time.
#include <sodium.h>

#include "crypto/hash.hpp"
#include "crypto/keyring.hpp"
#include "crypto/p256.hpp"
#include "timing.hpp"
#include "trie/trie.hpp"

namespace cloister::bench {
namespace {

constexpr std::size_t entry_count = 20'000;
constexpr std::size_t change_count = 1000;
constexpr std::size_t value_bytes = 80;  // an account's
constexpr auto version = trie::StateVersion::V1;

Bytes key_of(std::uint64_t number) {
    return to_bytes(crypto::blake2b_256(scale::encode(number)).view());
}

// Bytes to hash, as many and as long as those that an update created.
void hash_all(const trie::NodeMap& created) {
    for (const auto& [hash, bytes] : created) keep(crypto::blake2b_256(bytes));
}

// A trie in memory.
struct Grown {
    trie::Entries entries;
    trie::NodeMap nodes;
    Hash256 root = trie::empty_root();
    trie::FetchNode fetch = [this](const Hash256& hash) -> std::optional<Bytes> {
        const auto found = nodes.find(hash);
        if (found == nodes.end()) return std::nullopt;
        return found->second;
    };

    Grown() {
        trie::Changes changes;
        for (std::uint64_t i = 0; i < entry_count; ++i) {
            changes.emplace(key_of(i), Bytes(value_bytes, static_cast<std::uint8_t>(i)));
        }
        for (const auto& [key, value] : changes) entries.emplace(key, *value);
        auto update = trie::apply(fetch, root, changes, version);
        CLOISTER_ASSERT(update.has_value());
        nodes = std::move(update->created);
        root = update->root;
        CLOISTER_ASSERT(root == trie::root_of(entries, version));
    }
    Grown(const Grown&) = delete;
};

}  // namespace

Result<Lines, std::string> measure_trie(const Places&) {
    Lines lines;
    const Grown trie;
    const PairTime rooted =
        time_pair({.measured = [&] { keep(trie::root_of(trie.entries, version)); },
                   .beside = [&] { hash_all(trie.nodes); },
                   .repeats = 1,
                   .beside_repeats = 1,
                   .samples = 9});
    lines.push_back({"trie.root", "root of 20,000 entries of 80 bytes", "us", rooted.measured,
                     "blake2b of its nodes, bare", rooted.beside});

    trie::Changes changes;
    for (std::uint64_t i = 0; i < change_count; ++i) {
        changes.emplace(key_of(i * (entry_count / change_count)), Bytes(value_bytes, 0xff));
    }
    const auto update = trie::apply(trie.fetch, trie.root, changes, version);
    CLOISTER_ASSERT(update.has_value());
    const PairTime applied =
        time_pair({.measured = [&] { keep(trie::apply(trie.fetch, trie.root, changes, version)); },
                   .beside = [&] { hash_all(update->created); },
                   .repeats = 2,
                   .beside_repeats = 2,
                   .samples = 9});
    lines.push_back({"trie.apply", "1,000 of them changed", "us", applied.measured,
                     "blake2b of the new nodes, bare", applied.beside});

    const std::vector<Bytes> keys{key_of(entry_count / 2)};
    const auto proof = trie::prove(trie.fetch, trie.root, keys);
    CLOISTER_ASSERT(proof.has_value());
    const auto hash_path = [&] {
        for (const Bytes& node : *proof) keep(crypto::blake2b_256(node));
    };
    const PairTime got =
        time_pair({.measured = [&] { keep(trie::get(trie.fetch, trie.root, keys[0])); },
                   .beside = hash_path,
                   .repeats = 1000,
                   .beside_repeats = 1000});
    lines.push_back(
        {"trie.get", "one read", "us", got.measured, "blake2b of its path, bare", got.beside});
    const PairTime proven =
        time_pair({.measured = [&] { keep(trie::prove(trie.fetch, trie.root, keys)); },
                   .beside = hash_path,
                   .repeats = 1000,
                   .beside_repeats = 1000});
    lines.push_back({"trie.prove", "its proof made", "us", proven.measured,
                     "blake2b of its path, bare", proven.beside});
    const auto verify = [&] {
        const auto received = trie::Proof::from_nodes(*proof);
        CLOISTER_ASSERT(received && received->get(trie.root, keys[0])->has_value());
    };
    const PairTime verified = time_pair(
        {.measured = verify, .beside = hash_path, .repeats = 1000, .beside_repeats = 1000});
    lines.push_back({"trie.verify", "and verified", "us", verified.measured,
                     "blake2b of its path, bare", verified.beside});
    return lines;
}

Result<Lines, std::string> measure_signatures(const Places&) {
    Lines lines;
    const Bytes message(160, 7);  // about what a transfer signs for
    const Secret<32> seed(Bytes(32, 9));
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> bare_public{};
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> bare_secret{};
    std::array<std::uint8_t, crypto_sign_BYTES> bare_signature{};
    CLOISTER_ASSERT(sodium_init() >= 0);
    crypto_sign_seed_keypair(bare_public.data(), bare_secret.data(), seed.reveal().data());
    const auto bare_sign = [&] {
        crypto_sign_detached(bare_signature.data(), nullptr, message.data(), message.size(),
                             bare_secret.data());
    };
    bare_sign();
    const auto bare_verify = [&] {
        CLOISTER_ASSERT(crypto_sign_verify_detached(bare_signature.data(), message.data(),
                                                    message.size(), bare_public.data()) == 0);
    };
    const auto add = [&](const std::string& name, const auto& sign, const auto& verify) {
        const PairTime signing = time_pair(
            {.measured = sign, .beside = bare_sign, .repeats = 100, .beside_repeats = 100});
        lines.push_back({"signatures." + name + "_sign", name + " signature made", "us",
                         signing.measured, "libsodium Ed25519, made", signing.beside});
        const PairTime checking = time_pair(
            {.measured = verify, .beside = bare_verify, .repeats = 100, .beside_repeats = 100});
        lines.push_back({"signatures." + name + "_verify", name + " signature verified", "us",
                         checking.measured, "libsodium Ed25519, verified", checking.beside});
    };
    for (const auto scheme : {crypto::Scheme::Sr25519, crypto::Scheme::Ed25519}) {
        const crypto::KeyPair key(scheme, seed);
        const auto signature = key.sign(message);
        const AccountId account = key.account();
        add(
            scheme == crypto::Scheme::Sr25519 ? "sr25519" : "ed25519",
            [&] { keep(key.sign(message)); },
            [&] { CLOISTER_ASSERT(crypto::verify(account, message, signature)); });
    }
    const crypto::P256Key key = crypto::P256Key::derive(message);
    const auto signature = key.sign(message);
    add(
        "p256", [&] { keep(key.sign(message)); },
        [&] { CLOISTER_ASSERT(crypto::verify_p256(key.public_key(), message, signature)); });
    return lines;
}

}  // namespace cloister::bench
