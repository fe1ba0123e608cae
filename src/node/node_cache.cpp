#include "node/node_cache.hpp"

#include <bit>

namespace cloister::node {

NodeCache::NodeCache(std::size_t bytes_max) : bytes_max_(bytes_max), slots_(slots_min) {}

const Bytes* NodeCache::find(const Hash256& hash) {
    Slot* const slot = find_slot(hash);
    if (slot == nullptr) return nullptr;
    slot->used_at = ++clock_;
    return &slot->node;
}

void NodeCache::put(const Hash256& hash, ByteView node) {
    if (node.empty() || node.size() > node_bytes_max || find_slot(hash) != nullptr) return;
    // A quarter of the table was pushed out: it is too small for what is in use.
    if (evicted_ > slots_.size() / 4) grow();
    Slot& slot = place_for(hash);
    if (!slot.node.empty()) ++evicted_;
    bytes_ = bytes_ - slot.node.size() + node.size();
    slot = {.hash = hash, .node = to_bytes(node), .used_at = ++clock_};
}

// The sets are as many as a power of two, so a hash's first bytes choose evenly.
std::size_t NodeCache::set_of(const Hash256& hash) const {
    const auto& b = hash.array();
    const std::size_t number =
        b[0] | std::size_t{b[1]} << 8 | std::size_t{b[2]} << 16 | std::size_t{b[3]} << 24;
    return number % (slots_.size() / ways) * ways;
}

NodeCache::Slot* NodeCache::find_slot(const Hash256& hash) {
    Slot* const set = &slots_[set_of(hash)];
    for (std::size_t i = 0; i < ways; ++i) {
        if (!set[i].node.empty() && set[i].hash == hash) return &set[i];
    }
    return nullptr;
}

NodeCache::Slot& NodeCache::place_for(const Hash256& hash) {
    Slot* const set = &slots_[set_of(hash)];
    Slot* oldest = set;
    for (std::size_t i = 0; i < ways; ++i) {
        if (set[i].node.empty()) return set[i];
        // Differences, so that the clock may run over.
        if (clock_ - set[i].used_at > clock_ - oldest->used_at) oldest = &set[i];
    }
    return *oldest;
}

void NodeCache::grow() {
    evicted_ = 0;
    const std::size_t slots = 2 * slots_.size();
    if (slots * sizeof(Slot) + 2 * bytes_ > bytes_max_) return;
    std::vector<Slot> old(slots);
    old.swap(slots_);
    for (Slot& slot : old) {
        if (!slot.node.empty()) place_for(slot.hash) = std::move(slot);
    }
}

}  // namespace cloister::node
