// apply(): the paths of the changed keys are loaded into a tree in memory, changed there, and only
// what changed is encoded and hashed again. Everything else stays a reference.
#include <algorithm>
#include <memory>

#include "crypto/hash.hpp"
#include "trie/look.hpp"
#include "trie/node.hpp"

namespace cloister::trie {
namespace {

using Kind = ValueView::Kind;

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Child {
    std::array<std::uint8_t, hash_size> bytes;
    std::uint8_t size = 0;
    NodePtr loaded;
    // As in the parent's encoding; stale once `loaded` is changed. At most a hash long.
    ByteView reference() const { return ByteView(bytes).first(size); }
    void refer_to(ByteView reference) {
        std::ranges::copy(reference, bytes.begin());
        size = static_cast<std::uint8_t>(reference.size());
    }
    bool exists() const { return loaded || size != 0; }
};
using Children = std::array<Child, 16>;

struct Value {
    Kind kind = Kind::None;
    Bytes bytes;
    friend bool operator==(const Value&, const Value&) = default;
};

struct Node {
    Bytes partial;  // one nibble per byte
    Value value;
    std::unique_ptr<Children> children;  // none: a leaf, which most nodes are
    bool changed = true;

    Child& child(std::uint8_t index) {
        if (!children) children = std::make_unique<Children>();
        return (*children)[index];
    }
    // Null where no key goes on.
    Child* find_child(std::uint8_t index) { return children ? &(*children)[index] : nullptr; }
};

std::size_t common_size(ByteView a, ByteView b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

class Tree {
  public:
    Tree(const LookAtNode& look, StateVersion version) : look_(look), version_(version) {}

    Result<void, Error> load_root(const Hash256& root) {
        if (root == empty_root()) return {};
        CLOISTER_TRY(const ByteView encoding, look_at(look_, root.view(), 1));
        CLOISTER_TRY(root_, decode(encoding));
        return {};
    }

    Result<void, Error> insert(ByteView key, ByteView bytes) {
        const Bytes nibbles = NibbleView(key).unpacked();
        ByteView rest = nibbles;
        std::vector<Node*> path;
        NodePtr* slot = &root_;
        for (;;) {
            if (!*slot) {
                *slot = leaf(rest, value_for(bytes));
                break;
            }
            Node& node = **slot;
            const std::size_t common = common_size(node.partial, rest);
            if (common < node.partial.size()) {
                split(*slot, common, rest, value_for(bytes));
                break;
            }
            path.push_back(&node);
            if (common == rest.size()) {
                if (!replace_value(node, bytes)) return {};
                break;
            }
            Child& child = node.child(rest[common]);
            rest = rest.subspan(common + 1);
            CLOISTER_CHECK(load(child));
            slot = &child.loaded;
        }
        for (Node* node : path) node->changed = true;
        return {};
    }

    Result<void, Error> remove(ByteView key) {
        const Bytes nibbles = NibbleView(key).unpacked();
        ByteView rest = nibbles;
        std::vector<Step> path;
        Step step{.slot = &root_, .owner = nullptr};
        for (;;) {
            if (!*step.slot) return {};
            Node& node = **step.slot;
            const std::size_t common = common_size(node.partial, rest);
            if (common < node.partial.size()) return {};
            path.push_back(step);
            if (common == rest.size()) break;
            Child* const child = node.find_child(rest[common]);
            if (child == nullptr) return {};
            rest = rest.subspan(common + 1);
            CLOISTER_CHECK(load(*child));
            step = {.slot = &child->loaded, .owner = child};
        }
        if ((*step.slot)->value.kind == Kind::None) return {};
        (*step.slot)->value = {};
        for (const Step& visited : path) (*visited.slot)->changed = true;
        // Upwards, as long as nodes vanish: only then has the parent something to repair.
        for (std::size_t i = path.size(); i-- > 0;) {
            CLOISTER_CHECK(collapse(*path[i].slot));
            if (*path[i].slot) break;
            if (path[i].owner != nullptr) path[i].owner->size = 0;
        }
        return {};
    }

    // The new root, and everything new below it.
    Update finish(const Hash256& old_root) && {
        if (!root_) return {.root = empty_root(), .created = created()};
        if (!root_->changed) return {.root = old_root, .created = {}};
        Bytes encoding = encode(*root_);
        const Hash256 root = crypto::blake2b_256(encoding);
        created_.emplace_back(root, std::move(encoding));
        return {.root = root, .created = created()};
    }

  private:
    // A node on the way down, and the child entry that holds it (none for the root).
    struct Step {
        NodePtr* slot;
        Child* owner;
    };

    static NodePtr leaf(ByteView partial, Value value) {
        auto node = std::make_unique<Node>();
        node->partial = to_bytes(partial);
        node->value = std::move(value);
        return node;
    }

    static Result<NodePtr, Error> decode(ByteView encoding) {
        const auto view = parse_node(encoding);
        if (!view) return err(Error::MalformedNode);
        NodePtr node = leaf(view->partial.unpacked(),
                            {.kind = view->value.kind, .bytes = to_bytes(view->value.bytes)});
        for (std::uint8_t i = 0; i < 16; ++i) {
            if (!view->children[i].empty()) node->child(i).refer_to(view->children[i]);
        }
        node->changed = false;
        return node;
    }

    Result<void, Error> load(Child& child) {
        if (child.loaded || child.size == 0) return {};
        if (child.size < hash_size) {
            CLOISTER_TRY(child.loaded, decode(child.reference()));
            return {};
        }
        CLOISTER_TRY(const ByteView encoding, look_at(look_, child.reference(), hash_size));
        CLOISTER_TRY(child.loaded, decode(encoding));
        return {};
    }

    // A value as its node stores it. A hashed one is kept for the caller at once.
    Value value_for(ByteView bytes) {
        if (version_ == StateVersion::V0 || bytes.size() < hashed_value_min) {
            return {.kind = Kind::Inline, .bytes = to_bytes(bytes)};
        }
        const Hash256 hash = crypto::blake2b_256(bytes);
        created_.emplace_back(hash, to_bytes(bytes));
        return {.kind = Kind::Hashed, .bytes = to_bytes(hash.view())};
    }

    // False when the node has this value already.
    bool replace_value(Node& node, ByteView bytes) {
        Value value = value_for(bytes);
        if (value == node.value) return false;
        node.value = std::move(value);
        return true;
    }

    // Puts a branch in front of `slot` where its partial key and `rest` part.
    static void split(NodePtr& slot, std::size_t common, ByteView rest, Value value) {
        NodePtr below = std::move(slot);
        const std::uint8_t index = below->partial[common];
        slot = leaf(ByteView(below->partial).first(common), {});
        below->partial.erase(below->partial.begin(),
                             below->partial.begin() + static_cast<std::ptrdiff_t>(common) + 1);
        below->changed = true;
        slot->child(index).loaded = std::move(below);
        if (common == rest.size()) {
            slot->value = std::move(value);
        } else {
            slot->child(rest[common]).loaded = leaf(rest.subspan(common + 1), std::move(value));
        }
    }

    // Restores canonical form after `slot` lost its value or a child.
    Result<void, Error> collapse(NodePtr& slot) {
        Node& node = *slot;
        std::size_t count = 0;
        std::uint8_t last = 0;
        for (std::uint8_t i = 0; node.children && i < 16; ++i) {
            if (!node.child(i).exists()) continue;
            ++count;
            last = i;
        }
        if (node.value.kind != Kind::None || count > 1) return {};
        if (count == 0) {
            slot.reset();
            return {};
        }
        CLOISTER_CHECK(load(node.child(last)));
        NodePtr child = std::move(node.child(last).loaded);
        if (node.partial.size() + 1 + child->partial.size() > nibbles_max) {
            return err(Error::MalformedNode);
        }
        node.partial.push_back(last);
        child->partial.insert(child->partial.begin(), node.partial.begin(), node.partial.end());
        child->changed = true;
        slot = std::move(child);
        return {};
    }

    // Encodes what changed, children first. Recursion: one level per nibble of a key.
    Bytes encode(Node& node) {
        ChildViews views;
        for (std::uint8_t i = 0; node.children && i < 16; ++i) {
            Child& child = node.child(i);
            if (child.loaded && child.loaded->changed) child.refer_to(refer(*child.loaded));
            views[i] = child.reference();
        }
        node.changed = false;
        return encode_node(node.partial, {.kind = node.value.kind, .bytes = node.value.bytes},
                           views);
    }
    Bytes refer(Node& node) {
        Bytes encoding = encode(node);
        if (encoding.size() < hash_size) return encoding;
        const Hash256 hash = crypto::blake2b_256(encoding);
        created_.emplace_back(hash, std::move(encoding));
        return to_bytes(hash.view());
    }

    // Sorted once at the end, which is cheaper than keeping order all along.
    NodeMap created() {
        std::ranges::sort(created_, {}, &std::pair<Hash256, Bytes>::first);
        NodeMap map;
        for (auto& [hash, bytes] : created_) map.emplace_hint(map.end(), hash, std::move(bytes));
        created_.clear();
        return map;
    }

    const LookAtNode& look_;
    StateVersion version_;
    NodePtr root_;
    std::vector<std::pair<Hash256, Bytes>> created_;
};

}  // namespace

Result<Update, Error> apply(const FetchNode& fetch, const Hash256& root, const Changes& changes,
                            StateVersion version) {
    return apply_in_place(Fetched(fetch), root, changes, version);
}

Result<Update, Error> apply_in_place(const LookAtNode& look, const Hash256& root,
                                     const Changes& changes, StateVersion version) {
    if (changes.empty()) return Update{.root = root, .created = {}};
    Tree tree(look, version);
    CLOISTER_CHECK(tree.load_root(root));
    // Insertions first: a branch that ends up with two children again need not load the one that
    // stays.
    for (const auto& [key, value] : changes) {
        CLOISTER_ASSERT(key.size() <= key_bytes_max);
        if (value) CLOISTER_CHECK(tree.insert(key, *value));
    }
    for (const auto& [key, value] : changes) {
        if (!value) CLOISTER_CHECK(tree.remove(key));
    }
    return std::move(tree).finish(root);
}

}  // namespace cloister::trie
