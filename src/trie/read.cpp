// Everything that reads: one key, the keys below a prefix, and proofs of both presence and absence.
#include <set>

#include "crypto/hash.hpp"
#include "trie/look.hpp"
#include "trie/node.hpp"

namespace cloister::trie {
namespace {

Result<std::optional<Bytes>, Error> load_value(const LookAtNode& look, const ValueView& value) {
    switch (value.kind) {
        case ValueView::Kind::None: return std::nullopt;
        case ValueView::Kind::Inline: return to_bytes(value.bytes);
        case ValueView::Kind::Hashed: break;
    }
    CLOISTER_TRY(const ByteView bytes, look_at(look, value.bytes, hashed_value_min));
    return to_bytes(bytes);
}

// The walk of keys_with_prefix. Keys and paths have one nibble per byte.
class KeyWalk {
  public:
    KeyWalk(const FetchNode& fetch, ByteView prefix, std::optional<ByteView> start,
            std::size_t limit)
        : fetch_(fetch), prefix_(NibbleView(prefix).unpacked()), limit_(limit) {
        if (start) start_ = NibbleView(*start).unpacked();
    }

    // Recursion: every level adds at least a nibble to the path, which `nibbles_max` bounds.
    Result<void, Error> visit(ByteView encoding) {
        const auto node = parse_node(encoding);
        if (!node || path_.size() + node->partial.size() > nibbles_max) {
            return err(Error::MalformedNode);
        }
        const std::size_t depth = path_.size();
        append(path_, node->partial.unpacked());
        CLOISTER_CHECK(visit_here(*node));
        path_.resize(depth);
        return {};
    }
    std::vector<Bytes> take() && { return std::move(keys_); }

  private:
    Result<void, Error> visit_here(const NodeView& node) {
        if (!relevant()) return {};
        if (node.value.kind != ValueView::Kind::None) CLOISTER_CHECK(add());
        for (std::uint8_t i = 0; i < 16 && keys_.size() < limit_; ++i) {
            if (node.children[i].empty()) continue;
            path_.push_back(i);
            if (relevant()) CLOISTER_CHECK(visit_child(node.children[i]));
            path_.pop_back();
        }
        return {};
    }
    Result<void, Error> visit_child(ByteView child) {
        if (child.size() < hash_size) return visit(child);
        CLOISTER_TRY(const Bytes encoding, fetch_bytes(fetch_, child, hash_size));
        return visit(encoding);
    }
    // Whether a key that begins with the path can be below the prefix and not before the start.
    bool relevant() const {
        const ByteView path = path_;
        const std::size_t shared = std::min(path.size(), prefix_.size());
        if (!equal(path.first(shared), ByteView(prefix_).first(shared))) return false;
        if (!start_) return true;
        const ByteView start = ByteView(*start_).first(std::min(path.size(), start_->size()));
        return !std::ranges::lexicographical_compare(path, start);
    }
    // The key that ends here; keys are whole bytes.
    Result<void, Error> add() {
        if (path_.size() % 2 != 0) return err(Error::MalformedNode);
        if (path_.size() < prefix_.size() || (start_ && path_ <= *start_)) return {};
        Bytes key(path_.size() / 2);
        for (std::size_t i = 0; i < key.size(); ++i) {
            key[i] = static_cast<std::uint8_t>(path_[2 * i] << 4 | path_[2 * i + 1]);
        }
        keys_.push_back(std::move(key));
        return {};
    }

    const FetchNode& fetch_;
    Bytes prefix_;
    std::optional<Bytes> start_;
    std::size_t limit_;
    Bytes path_;
    std::vector<Bytes> keys_;
};

}  // namespace

std::string_view name_of(Error error) {
    switch (error) {
        case Error::MissingNode: return "MissingNode";
        case Error::MalformedNode: return "MalformedNode";
        case Error::DuplicateNode: return "DuplicateNode";
        case Error::ProofTooLarge: return "ProofTooLarge";
        case Error::UnusedNode: return "UnusedNode";
    }
    std::unreachable();
}

Result<std::optional<Bytes>, Error> get(const FetchNode& fetch, const Hash256& root, ByteView key) {
    return get_in_place(Fetched(fetch), root, key);
}

Result<std::optional<Bytes>, Error> get_in_place(const LookAtNode& look, const Hash256& root,
                                                 ByteView key) {
    if (root == empty_root()) return std::nullopt;
    CLOISTER_TRY(ByteView encoding, look_at(look, root.view(), 1));
    NibbleView rest(key);
    for (;;) {
        const auto node = parse_node(encoding);
        if (!node) return err(Error::MalformedNode);
        if (!rest.starts_with(node->partial)) return std::nullopt;
        rest = rest.from(node->partial.size());
        if (rest.empty()) return load_value(look, node->value);
        const ByteView child = node->children[rest[0]];
        rest = rest.from(1);
        if (child.empty()) return std::nullopt;
        if (child.size() < hash_size) {
            encoding = child;
            continue;
        }
        CLOISTER_TRY(encoding, look_at(look, child, hash_size));
    }
}

Result<std::vector<Bytes>, Error> prove(const FetchNode& fetch, const Hash256& root,
                                        std::span<const Bytes> keys) {
    NodeMap touched;
    const FetchNode recording = [&](const Hash256& hash) -> std::optional<Bytes> {
        const auto known = touched.find(hash);
        if (known != touched.end()) return known->second;
        auto bytes = fetch(hash);
        if (bytes) touched.emplace(hash, *bytes);
        return bytes;
    };
    for (const Bytes& key : keys) CLOISTER_CHECK(get(recording, root, key));
    std::vector<Bytes> nodes;
    nodes.reserve(touched.size());
    for (auto& [hash, bytes] : touched) nodes.push_back(std::move(bytes));
    return nodes;
}

Result<std::vector<Bytes>, Error> keys_with_prefix(const FetchNode& fetch, const Hash256& root,
                                                   ByteView prefix, std::optional<ByteView> start,
                                                   std::size_t limit) {
    if (root == empty_root() || limit == 0) return std::vector<Bytes>{};
    KeyWalk walk(fetch, prefix, start, limit);
    CLOISTER_TRY(const Bytes encoding, fetch_bytes(fetch, root.view(), 1));
    CLOISTER_CHECK(walk.visit(encoding));
    return std::move(walk).take();
}

Result<Proof, Error> Proof::from_nodes(std::span<const Bytes> nodes) {
    if (nodes.size() > nodes_max) return err(Error::ProofTooLarge);
    std::size_t bytes_left = bytes_max;
    for (const Bytes& node : nodes) {
        if (node.size() > bytes_left) return err(Error::ProofTooLarge);
        bytes_left -= node.size();
    }
    Proof proof;
    for (const Bytes& node : nodes) {
        if (!proof.nodes_.emplace(crypto::blake2b_256(node), node).second) {
            return err(Error::DuplicateNode);
        }
    }
    return proof;
}

Result<std::optional<Bytes>, Error> Proof::get(const Hash256& root, ByteView key) const {
    const FetchNode fetch = [this](const Hash256& hash) -> std::optional<Bytes> {
        const auto node = nodes_.find(hash);
        if (node == nodes_.end()) return std::nullopt;
        return node->second;
    };
    return trie::get(fetch, root, key);
}

Result<std::vector<std::optional<Bytes>>, Error> Proof::get_all_strict(
    const Hash256& root, std::span<const Bytes> keys) const {
    std::set<Hash256> used;
    const FetchNode fetch = [&](const Hash256& hash) -> std::optional<Bytes> {
        const auto node = nodes_.find(hash);
        if (node == nodes_.end()) return std::nullopt;
        used.insert(hash);
        return node->second;
    };
    std::vector<std::optional<Bytes>> values;
    values.reserve(keys.size());
    for (const Bytes& key : keys) {
        CLOISTER_TRY(values.emplace_back(), trie::get(fetch, root, key));
    }
    if (used.size() != nodes_.size()) return err(Error::UnusedNode);
    return values;
}

}  // namespace cloister::trie
