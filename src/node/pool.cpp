#include "node/pool.hpp"

#include <iterator>
#include <utility>

namespace cloister::node {

std::string_view name_of(PoolError error) {
    switch (error) {
        case PoolError::AlreadyKnown: return "AlreadyKnown";
        case PoolError::PriorityTooLow: return "PriorityTooLow";
        case PoolError::AccountFull: return "AccountFull";
        case PoolError::PoolFull: return "PoolFull";
        case PoolError::NonceTooFar: return "NonceTooFar";
    }
    std::unreachable();
}

Result<void, PoolError> Pool::add(PooledTransaction transaction, std::uint32_t account_nonce) {
    if (by_hash_.contains(transaction.hash)) return err(PoolError::AlreadyKnown);
    if (transaction.nonce > account_nonce &&
        transaction.nonce - account_nonce > limits_.nonce_gap_max) {
        return err(PoolError::NonceTooFar);
    }
    std::optional<Hash256> rival;
    if (const auto account = accounts_.find(transaction.signer); account != accounts_.end()) {
        const auto& own = account->second.transactions;
        const auto same_nonce = own.find(transaction.nonce);
        if (same_nonce != own.end()) {
            if (transaction.priority <= same_nonce->second.priority) {
                return err(PoolError::PriorityTooLow);
            }
            rival = same_nonce->second.hash;
        } else if (own.size() >= limits_.per_account_max) {
            return err(PoolError::AccountFull);
        }
    }
    // The rival goes only once its successor is sure of a place: a refusal must not lose what was
    // accepted.
    if (!make_room(transaction.priority, transaction.bytes.size())) return err(PoolError::PoolFull);
    if (rival) remove(*rival);
    bytes_ += transaction.bytes.size();
    by_hash_[transaction.hash] = {transaction.signer, transaction.nonce};
    by_priority_.emplace(transaction.priority, transaction.signer, transaction.nonce);
    Account& own = accounts_[transaction.signer];
    const AccountId signer = transaction.signer;
    const std::uint32_t nonce = transaction.nonce;
    take_head(signer, own);
    own.next_nonce = account_nonce;
    own.transactions.emplace(nonce, std::move(transaction));
    put_head(signer, own);
    return {};
}

// Drops the cheapest while there is no room, but never for a transaction that is no better.
bool Pool::make_room(u128 priority, std::size_t size_bytes) {
    if (size_bytes > limits_.bytes_max) return false;
    while (by_hash_.size() >= limits_.transactions_max || bytes_ + size_bytes > limits_.bytes_max) {
        const auto& [lowest, signer, nonce] = *by_priority_.begin();
        if (priority <= lowest) return false;
        const AccountId victim = signer;
        const std::uint32_t victim_nonce = nonce;
        erase(victim, victim_nonce);
    }
    return true;
}

std::vector<const PooledTransaction*> Pool::ready() const {
    // Heads of the accounts, best first; taking one brings the account's next into the race.
    std::set<Place> heads = heads_;
    std::vector<const PooledTransaction*> out;
    while (!heads.empty()) {
        const auto best = std::prev(heads.end());
        const auto [priority, signer, nonce] = *best;
        heads.erase(best);
        const auto& own = accounts_.at(signer).transactions;
        const auto here = own.find(nonce);
        out.push_back(&here->second);
        const auto next = std::next(here);
        if (next != own.end() && next->first == nonce + 1)
            heads.emplace(next->second.priority, signer, nonce + 1);
    }
    return out;
}

const PooledTransaction* Pool::find(const Hash256& hash) const {
    const auto place = by_hash_.find(hash);
    if (place == by_hash_.end()) return nullptr;
    return &accounts_.at(place->second.first).transactions.at(place->second.second);
}

void Pool::remove(const Hash256& hash) {
    const auto place = by_hash_.find(hash);
    if (place == by_hash_.end()) return;
    const auto [signer, nonce] = place->second;
    erase(signer, nonce);
}

void Pool::erase(const AccountId& signer, std::uint32_t nonce) {
    const auto account = accounts_.find(signer);
    CLOISTER_ASSERT(account != accounts_.end());
    take_head(signer, account->second);
    auto& own = account->second.transactions;
    const auto entry = own.find(nonce);
    CLOISTER_ASSERT(entry != own.end());
    bytes_ -= entry->second.bytes.size();
    by_hash_.erase(entry->second.hash);
    by_priority_.erase({entry->second.priority, signer, nonce});
    own.erase(entry);
    put_head(signer, account->second);
    if (own.empty()) accounts_.erase(account);
}

void Pool::take_head(const AccountId& signer, const Account& account) {
    const auto head = account.transactions.find(account.next_nonce);
    if (head != account.transactions.end()) {
        heads_.erase({head->second.priority, signer, head->first});
    }
}

void Pool::put_head(const AccountId& signer, const Account& account) {
    const auto head = account.transactions.find(account.next_nonce);
    if (head != account.transactions.end()) {
        heads_.emplace(head->second.priority, signer, head->first);
    }
}

void Pool::included(const Hash256& hash) {
    const auto place = by_hash_.find(hash);
    if (place == by_hash_.end()) return;
    const auto [signer, nonce] = place->second;
    Account& account = accounts_.at(signer);
    take_head(signer, account);
    account.next_nonce = nonce + 1;
    put_head(signer, account);
    erase(signer, nonce);
}

void Pool::prune_expired(BlockNumber newest) {
    std::vector<Hash256> expired;
    for (const auto& [hash, place] : by_hash_) {
        if (accounts_.at(place.first).transactions.at(place.second).valid_until <= newest.value)
            expired.push_back(hash);
    }
    for (const Hash256& hash : expired) remove(hash);
}

std::vector<Bytes> Pool::all() const {
    std::vector<Bytes> out;
    for (const auto& [signer, account] : accounts_) {
        for (const auto& [nonce, transaction] : account.transactions)
            out.push_back(transaction.bytes);
    }
    return out;
}

std::uint32_t Pool::next_nonce(const AccountId& signer, std::uint32_t account_nonce) const {
    std::uint32_t next = account_nonce;
    const auto account = accounts_.find(signer);
    if (account == accounts_.end()) return next;
    while (account->second.transactions.contains(next)) ++next;
    return next;
}

}  // namespace cloister::node
