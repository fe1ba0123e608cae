// A stored chain executed again from its genesis, in memory and without interruption: what a
// database that went through crashes is judged by. `cloister node --verify` and the crash tests use
// it.
#pragma once

#include <string>

#include "node/store.hpp"

namespace cloister::node {

enum class ReplayError : std::uint8_t {
    BadHeader,         // a header that does not parse, or is not the child of the one before
    BadBlock,          // the runtime refuses an extrinsic, or the header does not fit the body
    WrongStateRoot,    // execution gives another state than the header says
    BadFinalityProof,  // the block's justification does not hold
    MissingBlock,      // the newest block, or one before it, or its place by number, is not there
    WrongPlace,        // a transaction is not found where it is
    MissingState,      // a part of a state is not there, or is different
};
std::string_view name_of(ReplayError error);

struct ReplayFailure {
    ReplayError error{};
    BlockNumber block;
    std::string detail{};
};

class Replay {
  public:
    explicit Replay(const runtime::GenesisConfig& genesis);
    // The next block, block 1 first.
    Result<void, ReplayFailure> append(const StoredBlock& block);

    const Newest& newest() const { return newest_; }
    const BlockHash& genesis_hash() const { return genesis_hash_; }
    const StateRoot& state_root() const { return state_root_; }
    // Of every state from genesis on.
    const trie::NodeMap& all_nodes() const { return nodes_; }
    // The value under a key in the newest state.
    std::optional<Bytes> value(ByteView key) const;

  private:
    trie::FetchNode nodes() const;
    Result<void, ReplayFailure> execute(const finality::Header& header, const StoredBlock& block);

    trie::NodeMap nodes_;
    finality::AuthoritySet authorities_;
    BlockHash genesis_hash_;
    Newest newest_;
    StateRoot state_root_;
};

// Every block of the store, then every node of their states. The replay that it gives stands
// at the newest block.
Result<Replay, ReplayFailure> verify_store(const Store& store,
                                           const runtime::GenesisConfig& genesis);

}  // namespace cloister::node
