// A client's view of the chain through one node that it does not trust: every value comes with a
// storage proof against a header with a finality proof, from the genesis hash on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/error.hpp"
#include "crypto/keyring.hpp"
#include "finality/light_client.hpp"
#include "protocol/extrinsic.hpp"
#include "trie/trie.hpp"

namespace cloister::client {

// One JSON-RPC body to the node and its reply; nothing when it cannot be reached.
using Transport = std::function<std::optional<std::string>(const std::string& body)>;
// The client's own clocks.
struct Clock {
    std::function<UnixMillis()> wall;
    std::function<void(std::uint64_t milliseconds)> sleep;
};

inline constexpr std::uint64_t chain_age_ms_max = 300'000;

// A finalised header that a client pinned, with its proof.
struct Pinned {
    finality::Header header;
    BlockHash hash;
    Bytes justification;
};

struct Submitted {
    Hash256 transaction;
    BlockNumber block;
    BlockHash block_hash;
};

class Chain {
  public:
    Chain(Transport transport, Clock clock, BlockHash genesis);

    // Genesis header, authorities and whether the chain is simulated, proven against the genesis
    // hash.
    Result<void, Error> open();
    // Pins the newest finalised block: proven, fresh by the own clock, not older than
    // `newest_seen`.
    Result<Pinned, Error> pin();
    // Pins an older finalised block, proven as well; for proofs about the past.
    Result<Pinned, Error> pin_at(BlockNumber number);
    // Values at the pinned block (pins first if nothing is pinned). Nothing: proven to be absent.
    Result<std::optional<Bytes>, Error> read(const Bytes& key);
    template <class T>
    Result<T, Error> read_as(const Bytes& key, std::string_view what);
    // The raw nodes that prove `keys` at the pinned block, checked.
    Result<std::vector<Bytes>, Error> prove(const std::vector<Bytes>& keys);
    // Forgets the pin, so that the next read sees newer blocks.
    void unpin() { pinned_.reset(); }

    // Signs, submits, waits until it is in a finalised block, and reports the pallet's error if it
    // failed.
    Result<Submitted, Error> submit(const crypto::KeyPair& key, const Bytes& call,
                                    std::uint64_t wait_ms);

    const BlockHash& genesis() const { return genesis_; }
    const finality::AuthoritySet& authorities() const { return light_->authorities(); }
    const std::optional<Hash256>& simulated_root() const { return simulated_root_; }
    const Bytes& genesis_header() const { return genesis_header_; }
    const std::vector<Bytes>& genesis_proof() const { return genesis_proof_; }
    const std::optional<Pinned>& pinned() const { return pinned_; }
    // What this client has seen, to be kept between runs.
    BlockNumber newest_seen() const { return newest_seen_; }
    void set_newest_seen(BlockNumber number) { newest_seen_ = number; }
    const Clock& clock() const { return clock_; }

    // A raw JSON-RPC call: the text of "result".
    Result<std::string, Error> call(std::string_view method, std::string_view params_json);

  private:
    Result<Pinned, Error> fetch(BlockNumber number);
    Result<void, Error> check_fresh(const Pinned& pinned);
    Result<std::optional<Bytes>, Error> read_at(const Pinned& pinned, const Bytes& key);

    Transport transport_;
    Clock clock_;
    BlockHash genesis_;
    Bytes genesis_header_;
    std::vector<Bytes> genesis_proof_;
    std::optional<Hash256> simulated_root_;
    std::optional<finality::LightClient> light_;
    std::optional<Pinned> pinned_;
    BlockNumber newest_seen_;
    std::uint64_t next_id_ = 1;
};

template <class T>
Result<T, Error> Chain::read_as(const Bytes& key, std::string_view what) {
    CLOISTER_TRY(const std::optional<Bytes> bytes, read(key));
    if (!bytes) {
        return err(Error{Code::NotOnChain, std::string(what) + " is not on the chain", {}});
    }
    auto value = scale::decode<T>(*bytes);
    if (!value) {
        return err(Error{Code::BadReply, std::string(what) + " does not decode",
                         "is this program as new as the chain?"});
    }
    return std::move(*value);
}

}  // namespace cloister::client
