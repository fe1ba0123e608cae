// Reads and updates for a caller who holds the nodes: what is only looked at is not copied.
#pragma once

#include "trie/trie.hpp"

namespace cloister::trie {

// The bytes with this blake2b-256, good until the next call, or nothing.
using LookAtNode = std::function<std::optional<ByteView>(const Hash256&)>;

// As `get` and `apply`.
Result<std::optional<Bytes>, Error> get_in_place(const LookAtNode& look, const Hash256& root,
                                                 ByteView key);
Result<Update, Error> apply_in_place(const LookAtNode& look, const Hash256& root,
                                     const Changes& changes, StateVersion version);

// Keeps what `fetch` gave last. `fetch` must outlive it.
class Fetched {
  public:
    explicit Fetched(const FetchNode& fetch) : fetch_(fetch) {}
    std::optional<ByteView> operator()(const Hash256& hash) {
        bytes_ = fetch_(hash);
        if (!bytes_) return std::nullopt;
        return ByteView(*bytes_);
    }

  private:
    const FetchNode& fetch_;
    std::optional<Bytes> bytes_;
};

// MissingNode where there is none, MalformedNode below `size_min` (a shorter node or value would
// have been stored inline).
Result<ByteView, Error> look_at(const LookAtNode& look, ByteView hash, std::size_t size_min);

}  // namespace cloister::trie
