// RFC 6962 section 2.1: leaf = SHA-256(0x00 || data), node = SHA-256(0x01 || left || right), split
// at the largest power of two below the number of leaves.
#include <bit>

#include "protocol/task.hpp"

namespace cloister::protocol {
namespace {

Hash256 leaf_hash(ByteView leaf) { return crypto::sha256(concat(Bytes{0}, leaf)); }

Hash256 node_hash(const Hash256& left, const Hash256& right) {
    return crypto::sha256(concat(Bytes{1}, left.view(), right.view()));
}

std::size_t split_of(std::size_t leaves) { return std::bit_floor(leaves - 1); }

Hash256 root_of(std::span<const Bytes> leaves) {
    if (leaves.size() == 1) return leaf_hash(leaves[0]);
    const std::size_t split = split_of(leaves.size());
    return node_hash(root_of(leaves.first(split)), root_of(leaves.subspan(split)));
}

void collect(std::span<const Bytes> leaves, std::size_t index, std::vector<Hash256>& siblings) {
    if (leaves.size() == 1) return;
    const std::size_t split = split_of(leaves.size());
    if (index < split) {
        collect(leaves.first(split), index, siblings);
        siblings.push_back(root_of(leaves.subspan(split)));
    } else {
        collect(leaves.subspan(split), index - split, siblings);
        siblings.push_back(root_of(leaves.first(split)));
    }
}

}  // namespace

Hash256 merkle_root(std::span<const Bytes> leaves) {
    CLOISTER_ASSERT(!leaves.empty());
    return root_of(leaves);
}

MerklePath merkle_path(std::span<const Bytes> leaves, std::uint32_t index) {
    CLOISTER_ASSERT(index < leaves.size());
    MerklePath path{
        .index = index, .leaves = static_cast<std::uint32_t>(leaves.size()), .siblings = {}};
    collect(leaves, index, path.siblings);
    return path;
}

// RFC 9162 section 2.1.3.2, the same tree: walks up with the index of the leaf and of the last
// leaf.
bool verify_merkle_path(const Hash256& root, ByteView leaf, const MerklePath& path) {
    if (path.leaves == 0 || path.index >= path.leaves) return false;
    std::uint32_t node = path.index;
    std::uint32_t last = path.leaves - 1;
    Hash256 hash = leaf_hash(leaf);
    for (const Hash256& sibling : path.siblings) {
        if (last == 0) return false;
        if ((node & 1) != 0 || node == last) {
            hash = node_hash(sibling, hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

}  // namespace cloister::protocol
