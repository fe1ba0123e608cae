// Trie nodes in memory, by their hash. A table of small sets: a hash has one set, and within it the
// node that was not asked for longest goes first, so that no choice of hashes makes a look-up slow.
// It starts small and doubles while the nodes in use do not fit, up to its limit: a small chain has
// a small cache.
#pragma once

#include <optional>
#include <vector>

#include "base/types.hpp"

namespace cloister::node {

class NodeCache {
  public:
    // Longer ones (code, sealed inputs, events) are read once and not kept.
    static constexpr std::size_t node_bytes_max = 1024;

    explicit NodeCache(std::size_t bytes_max);
    // Null where it is not held. Good until the next `put`.
    const Bytes* find(const Hash256& hash);
    void put(const Hash256& hash, ByteView node);
    std::size_t bytes() const { return bytes_; }

  private:
    static constexpr std::size_t ways = 8;
    static constexpr std::size_t slots_min = 4096;
    struct Slot {
        Hash256 hash;
        Bytes node;  // empty: free; no node is
        std::uint32_t used_at = 0;
    };
    std::size_t set_of(const Hash256& hash) const;
    Slot* find_slot(const Hash256& hash);
    Slot& place_for(const Hash256& hash);
    void grow();

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;    // of nodes
    std::size_t evicted_ = 0;  // since the table last grew
    std::uint32_t clock_ = 0;  // counts uses
    std::vector<Slot> slots_;
};

}  // namespace cloister::node
