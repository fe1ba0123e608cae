// Changes over a read-only state, in nested transactions: what one extrinsic did can be undone
// without a trace. Events are part of a transaction. Needs nothing but the view, which must outlive
// it.
#pragma once

#include "codec/scale/scale.hpp"
#include "runtime/runtime.hpp"

namespace cloister::runtime {

class Overlay {
  public:
    explicit Overlay(const StateView& view) : view_(view), layers_(1) {}

    std::optional<Bytes> get(const Bytes& key) const;
    bool contains(const Bytes& key) const { return get(key).has_value(); }
    void put(const Bytes& key, Bytes value) { layers_.back().changes[key] = std::move(value); }
    void remove(const Bytes& key) { layers_.back().changes[key] = std::nullopt; }

    // What the runtime itself stored under `key`. A value that does not decode is our bug.
    template <class T>
    std::optional<T> load(const Bytes& key) const {
        const auto bytes = get(key);
        if (!bytes) return std::nullopt;
        auto value = scale::decode<T>(*bytes);
        CLOISTER_ASSERT(value.has_value());
        return std::move(*value);
    }
    template <class T>
    T load_or(const Bytes& key, T otherwise) const {
        auto value = load<T>(key);
        return value ? std::move(*value) : std::move(otherwise);
    }
    template <class T>
    void store(const Bytes& key, const T& value) {
        put(key, scale::encode(value));
    }

    // Encoded EventRecords of this block, in order.
    void deposit(Bytes record) { layers_.back().events.push_back(std::move(record)); }
    const std::vector<Bytes>& events() const {
        CLOISTER_ASSERT(layers_.size() == 1);
        return layers_.front().events;
    }

    void begin() { layers_.emplace_back(); }
    void commit();
    void rollback();

    // Everything that differs from the view; outside of any transaction.
    trie::Changes take_changes();

  private:
    struct Layer {
        trie::Changes changes;
        std::vector<Bytes> events;
    };
    const std::optional<Bytes>& before(const Bytes& key) const;

    const StateView& view_;
    mutable trie::Changes read_;  // what the view said: each key is asked for once
    std::vector<Layer> layers_;
};

}  // namespace cloister::runtime
