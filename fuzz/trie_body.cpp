// Trie nodes and proofs.
#include "bodies.hpp"
#include "codec/scale/vectors_test.hpp"
#include "crypto/hash.hpp"
#include "parts.hpp"
#include "trie/node.hpp"

namespace cloister::fuzz {
namespace {

using trie::StateVersion;

trie::Entries entries() {
    trie::Entries out;
    testing::Random random(7);
    for (std::size_t i = 0; i < 40; ++i) {
        Bytes key = random.bytes(1 + random.below(6));
        out.insert_or_assign(std::move(key), random.bytes(random.below(60)));
    }
    out.emplace(Bytes(), Bytes(1, 1));
    out.emplace(Bytes(200, 0x11), Bytes(40, 2));
    return out;
}

// A state, everything that proves it, and a key that is absent.
struct State {
    trie::Entries held = entries();
    Hash256 root;
    trie::NodeMap nodes;
    std::vector<Bytes> keys;

    State() {
        trie::Changes changes;
        for (const auto& [key, value] : held) changes[key] = value;
        const auto fetch = [](const Hash256&) { return std::optional<Bytes>(); };
        auto update = trie::apply(fetch, trie::empty_root(), changes, StateVersion::V1);
        root = update->root;
        nodes = std::move(update->created);
        for (const auto& [key, value] : held) {
            if (keys.size() < 6) keys.push_back(key);
        }
        keys.push_back(Bytes{0xff, 0xff, 0xff});
    }
    std::vector<Bytes> proof() const {
        const auto fetch = [this](const Hash256& hash) -> std::optional<Bytes> {
            const auto found = nodes.find(hash);
            return found == nodes.end() ? std::nullopt : std::optional(found->second);
        };
        return trie::prove(fetch, root, keys).get();
    }
    std::optional<Bytes> value(const Bytes& key) const {
        const auto found = held.find(key);
        return found == held.end() ? std::nullopt : std::optional(found->second);
    }
};
const State& state() {
    static const State made;
    return made;
}

}  // namespace

int trie_node_body(ByteView input) {
    const auto node = trie::parse_node(input);
    if (!node) return 0;
    FUZZ_CHECK(std::ranges::equal(
        trie::encode_node(node->partial.unpacked(), node->value, node->children), input));
    return 1;
}

std::vector<Bytes> trie_node_seeds() {
    std::vector<Bytes> seeds;
    for (const auto& [hash, bytes] : state().nodes) seeds.push_back(bytes);
    return seeds;
}

// Nodes of a proof: a value that is read under the true root is the true one, and nothing is absent
// that is there.
int trie_proof_body(ByteView input) {
    std::vector<Bytes> nodes;
    for (Parts parts(input); !parts.empty();) nodes.push_back(to_bytes(parts.take()));
    const auto proof = trie::Proof::from_nodes(nodes);
    if (!proof) return 0;
    int all = 1;
    for (const Bytes& key : state().keys) {
        const auto value = proof->get(state().root, key);
        if (value) {
            FUZZ_CHECK(*value == state().value(key));
        } else {
            all = 0;
        }
    }
    const auto strict = proof->get_all_strict(state().root, state().keys);
    if (strict) {
        FUZZ_CHECK(all == 1);
        FUZZ_CHECK(nodes.size() == state().proof().size());
    }
    // Roots of the attacker's choice: his own nodes, whatever they say.
    if (!nodes.empty()) {
        const Hash256 own = crypto::blake2b_256(nodes.front());
        for (const Bytes& key : state().keys) static_cast<void>(proof->get(own, key));
        const trie::FetchNode fetch = [&](const Hash256& hash) -> std::optional<Bytes> {
            for (const Bytes& node : nodes) {
                if (crypto::blake2b_256(node) == hash) return node;
            }
            return std::nullopt;
        };
        static_cast<void>(trie::keys_with_prefix(fetch, own, {}, std::nullopt, 20));
        static_cast<void>(trie::prove(fetch, own, state().keys));
        trie::Changes changes;
        for (const Bytes& key : state().keys) {
            changes[key] = key.size() % 2 == 0 ? std::optional(key) : std::nullopt;
        }
        static_cast<void>(trie::apply(fetch, own, changes, StateVersion::V1));
    }
    return strict ? 1 : 0;
}

std::vector<Bytes> trie_proof_seeds() {
    Bytes whole;
    for (const Bytes& node : state().proof()) append_part(whole, node);
    Bytes everything;
    for (const auto& [hash, bytes] : state().nodes) append_part(everything, bytes);
    Bytes small;
    append_part(small, state().proof().front());
    return {whole, everything, small};
}

}  // namespace cloister::fuzz
