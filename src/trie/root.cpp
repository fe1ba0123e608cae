// Roots of whole maps, straight from the sorted entries: no node is kept, each is hashed once.
#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"
#include "trie/node.hpp"

namespace cloister::trie {
namespace {

struct Entry {
    ByteView key;
    ByteView value;
};

std::size_t common_size(const NibbleView& a, const NibbleView& b, std::size_t from) {
    const std::size_t end = std::min(a.size(), b.size());
    while (from < end && a[from] == b[from]) ++from;
    return from;
}

// The encoding of the node over `entries` (sorted, distinct, at least one), whose keys agree on
// their first `depth` nibbles. Recursion: one level per nibble of a key.
Bytes build(std::span<const Entry> entries, std::size_t depth, StateVersion version) {
    const NibbleView first(entries.front().key);
    const std::size_t split = common_size(first, NibbleView(entries.back().key), depth);
    const Bytes partial = first.between(depth, split).unpacked();

    ValueView value;
    Hash256 value_hash;
    if (first.size() == split) {
        value = {.kind = ValueView::Kind::Inline, .bytes = entries.front().value};
        if (version == StateVersion::V1 && value.bytes.size() >= hashed_value_min) {
            value_hash = crypto::blake2b_256(value.bytes);
            value = {.kind = ValueView::Kind::Hashed, .bytes = value_hash.view()};
        }
        entries = entries.subspan(1);
    }

    std::array<Bytes, 16> children;
    while (!entries.empty()) {
        const std::uint8_t index = NibbleView(entries.front().key)[split];
        const auto end = std::ranges::find_if(
            entries, [&](const Entry& entry) { return NibbleView(entry.key)[split] != index; });
        const auto count = static_cast<std::size_t>(end - entries.begin());
        Bytes encoding = build(entries.first(count), split + 1, version);
        if (encoding.size() >= hash_size) encoding = to_bytes(crypto::blake2b_256(encoding).view());
        children[index] = std::move(encoding);
        entries = entries.subspan(count);
    }
    ChildViews views;
    std::ranges::copy(children, views.begin());
    return encode_node(partial, value, views);
}

Hash256 root_of_sorted(std::span<const Entry> entries, StateVersion version) {
    if (entries.empty()) return empty_root();
    return crypto::blake2b_256(build(entries, 0, version));
}

}  // namespace

Hash256 empty_root() {
    static const Hash256 root = crypto::blake2b_256(Bytes{0});
    return root;
}

Hash256 root_of(const Entries& entries, StateVersion version) {
    std::vector<Entry> views;
    views.reserve(entries.size());
    for (const auto& [key, value] : entries) {
        CLOISTER_ASSERT(key.size() <= key_bytes_max);
        views.push_back({.key = key, .value = value});
    }
    return root_of_sorted(views, version);
}

Hash256 ordered_root(std::span<const Bytes> items, StateVersion version) {
    std::vector<Bytes> keys;
    keys.reserve(items.size());
    std::vector<Entry> entries;
    entries.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        scale::Encoder encoder;
        encoder.compact(i);
        keys.push_back(std::move(encoder).take());
        entries.push_back({.key = keys.back(), .value = items[i]});
    }
    std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
        return std::ranges::lexicographical_compare(a.key, b.key);
    });
    return root_of_sorted(entries, version);
}

}  // namespace cloister::trie
