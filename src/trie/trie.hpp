// Substrate's base-16 Patricia trie over blake2b-256 (substrate.md section 3): roots, reads,
// updates and proofs. Nodes come from an injected function, so the same code runs over RocksDB,
// memory or a proof.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace cloister::trie {

enum class StateVersion : std::uint8_t {
    V0 = 0,  // values always inline
    V1 = 1,  // values of 33 bytes and more stored by hash
};

enum class Error : std::uint8_t {
    MissingNode,    // a node (or hashed value) on the path is not there: the proof is incomplete
    MalformedNode,  // bytes that are no node, or a non-canonical one
    DuplicateNode,  // a proof that carries the same node twice
    ProofTooLarge,  // more bytes or nodes than the limit
    UnusedNode,     // a strict proof with nodes that no asked key needs
};
std::string_view name_of(Error error);

// Longer keys are never stored: `root_of` and `apply` require it of their callers, and a node that
// would hold one is malformed. Every path and every recursion is at most 2048 nibbles deep.
inline constexpr std::size_t key_bytes_max = 1024;

using Entries = std::map<Bytes, Bytes>;                 // sorted by key bytes
using Changes = std::map<Bytes, std::optional<Bytes>>;  // nothing: the key is removed
using NodeMap = std::map<Hash256, Bytes>;               // by blake2b-256 of the bytes
// The bytes with this blake2b-256 (a node's encoding or a V1 hashed value), or nothing.
using FetchNode = std::function<std::optional<Bytes>(const Hash256&)>;

// Root of the empty trie: 0x03170a2e…1314.
Hash256 empty_root();
Hash256 root_of(const Entries& entries, StateVersion version);
// {compact(i) -> items[i]}: extrinsics roots.
Hash256 ordered_root(std::span<const Bytes> items, StateVersion version);

Result<std::optional<Bytes>, Error> get(const FetchNode& fetch, const Hash256& root, ByteView key);

struct Update {
    Hash256 root;
    NodeMap
        created;  // every node and hashed value that the new root needs and the old may not have
};
// Applies changes on top of `root`. Cost follows the number of changes, not the size of the trie.
Result<Update, Error> apply(const FetchNode& fetch, const Hash256& root, const Changes& changes,
                            StateVersion version);

// The node encodings (and hashed values) on the paths of `keys`, each once: state_getReadProof.
Result<std::vector<Bytes>, Error> prove(const FetchNode& fetch, const Hash256& root,
                                        std::span<const Bytes> keys);

// Up to `limit` keys below `prefix`, ascending, strictly after `start` if that is given.
Result<std::vector<Bytes>, Error> keys_with_prefix(const FetchNode& fetch, const Hash256& root,
                                                   ByteView prefix, std::optional<ByteView> start,
                                                   std::size_t limit);

// A received proof: its nodes by hash. Reading a key that it does not cover is MissingNode, never
// "absent".
class Proof {
  public:
    static constexpr std::size_t nodes_max = 4096;
    static constexpr std::size_t bytes_max = 16U << 20;

    static Result<Proof, Error> from_nodes(std::span<const Bytes> nodes);
    Result<std::optional<Bytes>, Error> get(const Hash256& root, ByteView key) const;
    // The values of all `keys`, and UnusedNode if reading them leaves a node of the proof
    // untouched.
    Result<std::vector<std::optional<Bytes>>, Error> get_all_strict(
        const Hash256& root, std::span<const Bytes> keys) const;

  private:
    NodeMap nodes_;
};

}  // namespace cloister::trie
