// The transaction pool: bounded in count, bytes and per account; ready transactions by priority, an
// account's own in nonce order. Holds valid transactions only; the node validates before it adds.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/result.hpp"
#include "runtime/runtime.hpp"

namespace cloister::node {

struct PoolLimits {
    std::size_t transactions_max = 8192;
    std::size_t bytes_max = 64U << 20;
    std::size_t per_account_max = 256;
    std::uint32_t nonce_gap_max = 256;  // how far ahead of the account's next nonce
};

enum class PoolError : std::uint8_t {
    AlreadyKnown,    // the same bytes are in the pool
    PriorityTooLow,  // the nonce is taken by one of the same or higher priority
    AccountFull,     // the account has too many waiting
    PoolFull,        // and this one's priority is not above the lowest
    NonceTooFar,     // beyond nonce_gap_max
};
std::string_view name_of(PoolError error);

struct PooledTransaction {
    Hash256 hash;
    Bytes bytes;  // with length prefix
    AccountId signer;
    std::uint32_t nonce = 0;
    u128 priority = 0;
    std::uint64_t valid_until = 0;                        // last block number that may hold it
    std::optional<runtime::VerifiedSignature> signature;  // as it was validated
};

class Pool {
  public:
    explicit Pool(const PoolLimits& limits) : limits_(limits) {}

    // `account_nonce`: the signer's next nonce in the newest state. Precondition: it never falls.
    Result<void, PoolError> add(PooledTransaction transaction, std::uint32_t account_nonce);
    // All transactions whose turn it may be, best first: of each account in nonce order without
    // gaps from the account's next nonce.
    std::vector<const PooledTransaction*> ready() const;
    bool has_ready() const { return !heads_.empty(); }
    // It is in a block, so that the account's next nonce is the one after it.
    void included(const Hash256& hash);
    bool contains(const Hash256& hash) const { return by_hash_.contains(hash); }
    // Valid until the pool changes; null if it is not there.
    const PooledTransaction* find(const Hash256& hash) const;
    // Removes it, if it is there.
    void remove(const Hash256& hash);
    // Removes all past `valid_until`.
    void prune_expired(BlockNumber newest);
    std::size_t size() const { return by_hash_.size(); }
    std::size_t bytes() const { return bytes_; }
    std::vector<Bytes> all() const;
    // The nonce after the account's last gapless transaction here.
    std::uint32_t next_nonce(const AccountId& signer, std::uint32_t account_nonce) const;

  private:
    struct Account {
        std::uint32_t next_nonce = 0;  // in the newest state
        std::map<std::uint32_t, PooledTransaction> transactions;
    };
    // By priority; the rest makes the order total.
    using Place = std::tuple<u128, AccountId, std::uint32_t>;
    // Each account's first transaction, where it is there. An account is taken out before it
    // changes and put back after, so that nobody ever has to look for what is ready.
    void take_head(const AccountId& signer, const Account& account);
    void put_head(const AccountId& signer, const Account& account);
    void erase(const AccountId& signer, std::uint32_t nonce);
    bool make_room(u128 priority, std::size_t size_bytes);

    PoolLimits limits_;
    std::map<AccountId, Account> accounts_;
    std::map<Hash256, std::pair<AccountId, std::uint32_t>> by_hash_;
    std::set<Place> by_priority_;
    std::set<Place> heads_;
    std::size_t bytes_ = 0;
};

}  // namespace cloister::node
