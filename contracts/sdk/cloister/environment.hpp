// What a contract can ask and do while it runs, and its private storage.
#pragma once

#include <compare>

#include "cloister/host.hpp"
#include "cloister/scale.hpp"

namespace cloister {

struct AccountId {
    std::array<std::uint8_t, 32> bytes;
    friend auto operator<=>(const AccountId&, const AccountId&) = default;
};

namespace detail {

// Set while a const message runs: it may read only.
inline bool read_only = false;

template <class T>
T fetch(void (*function)(void*, std::uint32_t*)) {
    T value{};
    std::uint32_t size = sizeof value;
    function(&value, &size);
    return value;
}

inline std::optional<Bytes> load(std::span<const std::uint8_t> key) {
    std::uint32_t size = host::cloister_contains(key.data(), key.size());
    if (size == ~std::uint32_t{0}) return std::nullopt;
    Bytes value(size);
    host::cloister_get(key.data(), key.size(), value.data(), &size);
    return value;
}

inline void save(std::span<const std::uint8_t> key, std::span<const std::uint8_t> value) {
    if (read_only) host::trap();
    host::cloister_set(key.data(), key.size(), value.data(), value.size());
}

inline void clear(std::span<const std::uint8_t> key) {
    if (read_only) host::trap();
    host::cloister_clear(key.data(), key.size());
}

template <class T>
std::optional<T> load_as(std::span<const std::uint8_t> key) {
    const std::optional<Bytes> bytes = load(key);
    if (!bytes) return std::nullopt;
    Reader reader(*bytes);
    std::optional<T> value(reader.read<T>());
    if (!reader.finished()) host::trap();
    return value;
}

template <class T>
void save_as(std::span<const std::uint8_t> key, const T& value) {
    Writer writer;
    writer.write(value);
    save(key, writer.bytes());
}

}  // namespace detail

// Who called, which contract this is, and the block that assigned the call (for a query: the
// newest).
inline AccountId caller() { return detail::fetch<AccountId>(host::cloister_caller); }
inline AccountId address() { return detail::fetch<AccountId>(host::cloister_address); }
inline std::uint32_t block_number() { return detail::fetch<std::uint32_t>(host::cloister_block); }
inline std::uint64_t block_time_ms() { return detail::fetch<std::uint64_t>(host::cloister_now); }
inline u128 value_transferred() { return detail::fetch<u128>(host::cloister_value); }
inline bool is_query() { return host::cloister_is_query() != 0; }

// Secret randomness, equal on every replica, different in every call.
template <class T>
    requires std::is_trivially_copyable_v<T>
T random() {
    T value;
    host::cloister_random(&value, sizeof value);
    return value;
}

inline void debug(std::string_view text) { host::cloister_debug(text.data(), text.size()); }

template <class T>
void emit(const T& event) {
    Writer writer;
    writer.write(event);
    const std::uint8_t no_topics = 0;
    host::cloister_event(&no_topics, 1, writer.bytes().data(), writer.bytes().size());
}

// Asks the chain to carry out an encoded runtime call with this contract's account as origin.
inline void act(std::span<const std::uint8_t> call) {
    host::cloister_act(call.data(), call.size());
}

// One stored value under a name.
template <class T>
class Cell {
  public:
    constexpr explicit Cell(std::string_view name) : name_(name) {}

    std::optional<T> find() const { return detail::load_as<T>(key()); }
    // T{} if it was never set.
    T get() const { return find().value_or(T{}); }
    void set(const T& value) { detail::save_as(key(), value); }
    void clear() { detail::clear(key()); }

  private:
    std::span<const std::uint8_t> key() const {
        return {reinterpret_cast<const std::uint8_t*>(name_.data()), name_.size()};
    }
    std::string_view name_;
};

// Stored values by key, each under name + SCALE(key).
template <class K, class V>
class Map {
  public:
    constexpr explicit Map(std::string_view name) : name_(name) {}

    std::optional<V> find(const K& key) const { return detail::load_as<V>(at(key).bytes()); }
    bool contains(const K& key) const { return find(key).has_value(); }
    void set(const K& key, const V& value) { detail::save_as(at(key).bytes(), value); }
    void remove(const K& key) { detail::clear(at(key).bytes()); }

  private:
    Writer at(const K& key) const {
        Writer writer;
        writer.raw(name_.data(), name_.size());
        writer.write(key);
        return writer;
    }
    std::string_view name_;
};

}  // namespace cloister
