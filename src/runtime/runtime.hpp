// The chain's deterministic state machine: block execution as functions over a read-only view of
// the state, returning the changes. No database, clock or logger inside (DESIGN.md section 5).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attest/policy.hpp"
#include "finality/grandpa.hpp"
#include "finality/header.hpp"
#include "protocol/extrinsic.hpp"
#include "trie/trie.hpp"

namespace cloister::runtime {

// The value under a full storage key at the parent block.
using StateView = std::function<std::optional<Bytes>(ByteView key)>;

inline constexpr std::uint32_t spec_version = 1;
inline constexpr std::uint32_t transaction_version = 1;
inline constexpr std::string_view spec_name = "cloister";
inline constexpr std::size_t block_bytes_max = 8U << 20;
inline constexpr std::uint32_t block_hash_count = 4096;  // eras up to this many blocks

struct GenesisConfig {
    std::vector<std::pair<AccountId, Balance>> balances;
    std::vector<finality::Authority> authorities;
    AccountId governance;
    std::vector<AccountId> gatekeeper_operators;
    ClusterId cluster;  // one cluster, owned by `cluster_owner`
    AccountId cluster_owner;
    std::vector<std::pair<Measurement, std::string>>
        measurements;       // approved from block 0, no notice
    attest::Policy policy;  // measurements in it are ignored: the list above decides
    std::optional<Hash256> simulated_root;  // set: a simulated chain, which registers nothing else
    attest::Collateral collateral;
    std::uint32_t notice_period_blocks = 100;
    Balance worker_bond_min;
    // Bonded from block 0, on top of the free balance above: operators that may register at once.
    std::vector<std::pair<AccountId, Balance>> bonds;
};
// Every entry of the genesis state, :code and :grandpa_authorities included.
trie::Entries genesis_state(const GenesisConfig& config);
finality::Header genesis_header(const StateRoot& root);

struct Block {
    finality::Header header;
    std::vector<Bytes> extrinsics;  // each with its length prefix
};

// Why an extrinsic does not enter a block or the pool. Names follow sp_runtime's InvalidTransaction
// where it has one; each carries its own words at the RPC.
enum class TransactionError : std::uint8_t {
    Malformed,          // not an extrinsic, or not a call of this runtime
    BadProof,           // signature does not verify (also: another genesis, spec or era block)
    Stale,              // nonce already used
    Future,             // nonce too high (for a block; the pool keeps a few)
    Payment,            // cannot pay the fee
    AncientBirthBlock,  // era's birth block unknown, or the era is over
    ExhaustsResources,  // no room left in this block
    BadMandatory,       // an inherent by a stranger, or a second one
    MetadataHashUnsupported,
};
std::string_view name_of(TransactionError error);

// That an extrinsic's signature was verified, so that the block that takes it need not do it again.
// Holds for the same bytes, signed for the same genesis and the same block of their era; all else
// that is signed for (the spec and transaction versions) is constant while this program runs. Only
// `validate` makes one, and none leaves the process.
class VerifiedSignature {
  public:
    bool covers(const Hash256& extrinsic, const BlockHash& genesis, const BlockHash& birth) const {
        return extrinsic == extrinsic_ && genesis == genesis_ && birth == birth_;
    }

  private:
    friend struct SignatureCheck;
    VerifiedSignature(const Hash256& extrinsic, const BlockHash& genesis, const BlockHash& birth)
        : extrinsic_(extrinsic), genesis_(genesis), birth_(birth) {}
    Hash256 extrinsic_;  // blake2b-256 of the bytes with their length prefix
    BlockHash genesis_;
    BlockHash birth_;
};

// What the pool needs of a valid transaction.
struct Validity {
    AccountId signer;
    std::uint32_t nonce = 0;
    std::uint32_t account_nonce = 0;  // the signer's next, in the view
    VerifiedSignature signature;
    u128 priority = 0;  // tip, then fee per byte
    std::uint64_t longevity_blocks = 0;
};

// Context of a view: which block it is the state after.
struct At {
    BlockNumber number;
    BlockHash hash;
    BlockHash genesis;
};
// `Future` nonces are reported valid here; Validity::nonce tells.
Result<Validity, TransactionError> validate(const StateView& view, const At& at,
                                            ByteView extrinsic);

enum class BlockError : std::uint8_t {
    WrongParent,
    WrongNumber,
    BadExtrinsicsRoot,
    BadStateRoot,
    BadDigest,
    BadTimestamp,
    BadExtrinsic,
    TooLarge,
};
std::string_view name_of(BlockError error);

struct Executed {
    trie::Changes changes;
    std::vector<finality::DigestItem> digest;
};

// Builds one block: inherents first, then extrinsics in the order pushed.
class BlockBuilder {
  public:
    // `view` must outlive the builder. `now_ms` becomes Timestamp.Now (raised to parent's + 1 if
    // needed).
    BlockBuilder(const StateView& view, const At& parent, std::uint64_t now_ms);
    ~BlockBuilder();
    // Applies it; a dispatch error is still included (fee paid). A TransactionError leaves it out.
    Result<void, TransactionError> push(ByteView extrinsic);
    // The same; the signature is verified again only where `known` does not cover it.
    Result<void, TransactionError> push(ByteView extrinsic, const VerifiedSignature& known);
    std::size_t count() const;
    // Extrinsics (inherent first), changes, and the header without its state root.
    struct Built {
        Block block;
        trie::Changes changes;
    };
    Built finish();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Executes a block made elsewhere. The caller compares the state root after applying the changes.
Result<Executed, BlockError> execute(const StateView& view, const At& parent, const Block& block);

// Runtime APIs by name (substrate.md 1.9): Core_version, AccountNonceApi_account_nonce,
// TransactionPaymentApi_query_info, TaggedTransactionQueue_validate_transaction, Metadata_*,
// GrandpaApi_*. Nothing for a name that is not served or arguments that do not decode.
std::optional<Bytes> call_api(const StateView& view, const At& at, std::string_view name,
                              ByteView arguments);

// SCALE sp_version::RuntimeVersion: what Core_version answers and what :code holds.
Bytes runtime_version();
// The header's extrinsics_root for a block's extrinsics (each with its length prefix).
Hash256 extrinsics_root(std::span<const Bytes> extrinsics);

// What happened, in words, for RPC, CLI and tests: the dispatch outcome of each extrinsic of a
// block, decoded from System.Events in the state after it.
struct ExtrinsicOutcome {
    std::uint32_t index = 0;
    bool success = false;
    std::string error;  // "Tasks.RequestIdSeen", "BadOrigin", ...; empty on success
};
std::vector<ExtrinsicOutcome> outcomes(const StateView& after);

// "Pallet.Name" of a module error.
std::string module_error_name(std::uint8_t pallet, std::uint8_t error);

}  // namespace cloister::runtime
