#include "runtime/frame/overlay.hpp"

namespace cloister::runtime {

std::optional<Bytes> Overlay::get(const Bytes& key) const {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
        const auto found = layer->changes.find(key);
        if (found != layer->changes.end()) return found->second;
    }
    return before(key);
}

const std::optional<Bytes>& Overlay::before(const Bytes& key) const {
    const auto place = read_.lower_bound(key);
    if (place != read_.end() && place->first == key) return place->second;
    return read_.emplace_hint(place, key, view_(key))->second;
}

void Overlay::commit() {
    CLOISTER_ASSERT(layers_.size() > 1);
    Layer top = std::move(layers_.back());
    layers_.pop_back();
    Layer& below = layers_.back();
    for (auto& [key, value] : top.changes) below.changes[key] = std::move(value);
    for (Bytes& record : top.events) below.events.push_back(std::move(record));
}

void Overlay::rollback() {
    CLOISTER_ASSERT(layers_.size() > 1);
    layers_.pop_back();
}

trie::Changes Overlay::take_changes() {
    CLOISTER_ASSERT(layers_.size() == 1);
    trie::Changes changes = std::move(layers_.front().changes);
    layers_.front() = {};
    // Writing and removing within one block, or writing the same again, is no change.
    std::erase_if(changes,
                  [this](const auto& change) { return before(change.first) == change.second; });
    return changes;
}

}  // namespace cloister::runtime
