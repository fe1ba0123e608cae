// The byte form of one trie node (substrate.md section 3), read in place and written.
// Only canonical encodings are read: a node has exactly one byte form, so a state has exactly one
// root.
#pragma once

#include <array>
#include <optional>

#include "trie/trie.hpp"

namespace cloister::trie {

// A key longer than key_bytes_max cannot be stored; it bounds every path, recursion included.
inline constexpr std::size_t nibbles_max = 2 * key_bytes_max;
inline constexpr std::size_t hash_size = Hash256::size_bytes;
// In V1, values of this many bytes and more are stored by hash.
inline constexpr std::size_t hashed_value_min = hash_size + 1;

// Half-bytes of a byte string, the high half first.
class NibbleView {
  public:
    NibbleView() = default;
    explicit NibbleView(ByteView key) : bytes_(key), count_(2 * key.size()) {}
    NibbleView(ByteView bytes, std::size_t first) : bytes_(bytes), first_(first) {
        count_ = 2 * bytes.size() - first;
    }

    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::uint8_t operator[](std::size_t i) const {
        const std::uint8_t byte = bytes_[(first_ + i) / 2];
        return (first_ + i) % 2 == 0 ? static_cast<std::uint8_t>(byte >> 4)
                                     : static_cast<std::uint8_t>(byte & 15);
    }
    NibbleView from(std::size_t start) const { return between(start, count_); }
    NibbleView between(std::size_t start, std::size_t end) const {
        NibbleView part = *this;
        part.first_ += start;
        part.count_ = end - start;
        return part;
    }
    bool starts_with(const NibbleView& prefix) const;
    // One nibble per byte.
    Bytes unpacked() const;

  private:
    ByteView bytes_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

struct ValueView {
    enum class Kind : std::uint8_t { None, Inline, Hashed };
    Kind kind = Kind::None;
    ByteView bytes;  // the value, or its 32-byte hash
};

// Per child: empty (none), the 32-byte hash of its encoding, or the encoding itself if shorter.
using ChildViews = std::array<ByteView, 16>;

struct NodeView {
    NibbleView partial;
    ValueView value;
    ChildViews children;
};

// Nothing for bytes that are no canonical node, and for the empty trie's single zero byte. The
// views point into `encoding`. Inline children are checked too.
std::optional<NodeView> parse_node(ByteView encoding);

// `partial` has one nibble per byte. A node without children is a leaf and must have a value.
Bytes encode_node(ByteView partial, const ValueView& value, const ChildViews& children);

// The bytes behind a hash: MissingNode without them, MalformedNode below `size_min` (a shorter node
// or value would have been stored inline).
Result<Bytes, Error> fetch_bytes(const FetchNode& fetch, ByteView hash, std::size_t size_min);

}  // namespace cloister::trie
