// A node as a state machine: transaction pool, block production and the store behind one `step`.
// The shell gives it time, transactions and a read-only look-up into the database, and applies the
// batches that it asks for before it steps again.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "consensus/engine.hpp"
#include "node/pool.hpp"
#include "node/store.hpp"

namespace cloister::node {

struct Config {
    consensus::SoloConfig solo;
    PoolLimits pool;
    runtime::GenesisConfig genesis;
    // For trie nodes; a chain that needs less takes less.
    std::size_t cache_bytes_max = std::size_t{64} << 20;
};

// A refused transaction: exactly one of the two is set.
struct SubmitError {
    std::optional<runtime::TransactionError> invalid;
    std::optional<PoolError> pool;
};
std::string_view name_of(const SubmitError& error);

namespace input {
struct Submit {
    std::uint64_t id = 0;  // echoed in output::Submitted
    Bytes extrinsic;
};
struct Tick {};
}  // namespace input
using Input = std::variant<input::Submit, input::Tick>;

namespace output {
// To be applied atomically, and durably before anything that follows it is told to anyone.
struct Write {
    KvBatch batch;
};
struct Submitted {
    std::uint64_t id = 0;
    Hash256 hash;
    std::optional<SubmitError> error;
};
// A new block, final at once under `solo`.
struct Finalised {
    BlockNumber number;
    BlockHash hash;
    std::vector<Hash256> transactions;
};
// A transaction that the pool gave up after all.
struct Dropped {
    Hash256 hash;
    std::string reason;
};
}  // namespace output
using Output = std::variant<output::Write, output::Submitted, output::Finalised, output::Dropped>;

// Time as the shell sees it: monotonic for waiting, wall clock for block timestamps.
struct Now {
    Instant steady;
    UnixMillis wall;
};

class Node {
  public:
    // `view` must stay valid and show, at each step, every batch that earlier ones output. An empty
    // database gets the genesis block through `out`; one that holds a chain goes on from its newest
    // block, and then `config.genesis` is not looked at.
    Node(const Config& config, crypto::Ed25519Key authority_key, KvView view, Now now,
         std::vector<Output>& out);
    ~Node();

    void step(Now now, const Input& input, std::vector<Output>& out);
    Instant next_wake() const;

    const Store& store() const;
    const Pool& pool() const;
    Newest newest() const;
    const BlockHash& genesis_hash() const;
    // The newest state and its context, for validation and runtime APIs.
    runtime::StateView newest_state() const;
    runtime::At newest_at() const;
    // The next nonce of an account with its pooled transactions counted.
    std::uint32_t next_nonce(const AccountId& account) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cloister::node
