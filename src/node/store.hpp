// What a node keeps on disk and how it is spelled: trie nodes, blocks, justifications, the newest
// block. Reads go through an injected look-up, writes leave as one atomic batch per block.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "finality/grandpa.hpp"
#include "runtime/runtime.hpp"
#include "trie/trie.hpp"

namespace cloister::node {

using KvView = std::function<std::optional<Bytes>(ByteView key)>;
using KvBatch =
    std::vector<std::pair<Bytes, Bytes>>;  // puts only: a node never forgets (it archives)

struct StoredBlock {
    Bytes header;
    std::vector<Bytes> extrinsics;
    Bytes justification;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.header, s.extrinsics, s.justification);
    }
};

struct Newest {
    BlockNumber number;
    BlockHash hash;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.number, s.hash); }
};

struct TransactionPlace {
    BlockNumber number;
    std::uint32_t index = 0;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.number, s.index); }
};

class Store {
  public:
    explicit Store(KvView view) : view_(std::move(view)) {}

    std::optional<Newest> newest() const;
    std::optional<BlockHash> hash_at(BlockNumber number) const;
    std::optional<StoredBlock> block(const BlockHash& hash) const;
    std::optional<finality::Header> header(const BlockHash& hash) const;
    // By blake2b-256 of the extrinsic with its length prefix.
    std::optional<TransactionPlace> transaction(const Hash256& hash) const;
    trie::FetchNode nodes() const;
    // Reads of the state after a block; nothing when its root is unknown.
    std::optional<runtime::StateView> state(const BlockHash& hash) const;

    // The hash of the trie node under this key, if it is a trie node's.
    static std::optional<Hash256> node_of(ByteView key);
    static void put_nodes(KvBatch& batch, trie::NodeMap nodes);
    static Bytes node_key(const Hash256& hash);
    static void put_block(KvBatch& batch, const Newest& place, const StoredBlock& block);

  private:
    KvView view_;
};

}  // namespace cloister::node
