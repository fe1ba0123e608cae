// Clients that go on whatever dies: transfers by one account, private commands by another. Each
// step is retried until the chain proves that it happened, and must have happened once.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "client/task.hpp"
#include "crypto/entropy.hpp"
#include "crypto/keyring.hpp"
#include "ledger.hpp"

namespace cloister::crash {

// Where the node listens at the moment.
class Where {
  public:
    void set(std::string url) {
        const std::lock_guard guard(mutex_);
        url_ = std::move(url);
    }
    std::string url() const {
        const std::lock_guard guard(mutex_);
        return url_;
    }

  private:
    mutable std::mutex mutex_;
    std::string url_;
};

client::Chain connect(const Where& where, const BlockHash& genesis);
// Nothing while there is none to be reached; any other error is a contradiction.
template <class T>
std::optional<T> answer_of(Result<T, client::Error> result, Ledger& ledger) {
    if (result) return std::move(*result);
    if (result.error().code != client::Code::Unreachable) {
        ledger.contradict(std::string(client::name_of(result.error().code)) + ": " +
                          result.error().message);
    }
    return std::nullopt;
}

struct Place {
    const Where& where;
    Ledger& ledger;
    BlockHash genesis;
    const std::atomic<bool>& stop;
};

// One account that signs its own nonces, so that nothing that it sends can happen twice.
class Account {
  public:
    Account(const Place& place, std::string_view suri);

    const AccountId& id() const { return id_; }
    bool stopped() const;
    // Takes the nonce that the chain has now as the next one.
    bool begin();
    Bytes sign(const Bytes& call);  // with the next nonce
    // Sends until all that were signed are in final blocks; false if it was stopped before.
    bool include(const std::vector<Bytes>& extrinsics);
    // Asks until there is an answer; nothing if it was stopped before.
    template <class T>
    std::optional<T> ask(const std::function<Result<T, client::Error>()>& question) {
        while (!stopped()) {
            chain.unpin();
            auto answer = question();
            // What takes longer than one wait is asked for again.
            const bool late = !answer && answer.error().code == client::Code::TimedOut;
            if (!late) {
                if (auto value = answer_of(std::move(answer), place_.ledger)) return value;
            }
            rest();
        }
        return std::nullopt;
    }

    client::Chain chain;
    const crypto::KeyPair key;
    std::uint32_t next_nonce = 0;

  private:
    std::optional<std::uint32_t> nonce();
    void rest() const;

    Place place_;
    AccountId id_;
};

// Steps in a thread of their own until it is told to stop, with a pause between them: an enclave
// that starts again follows the chain from genesis, so a longer chain is a slower test.
class Steps {
  public:
    // A step gives false if it was stopped midway.
    Steps(const std::atomic<bool>& stop, std::uint64_t pause_ms, std::function<bool()> step);
    std::size_t begun() const { return begun_; }
    std::size_t done() const { return done_; }
    // After the step that is under way.
    void finish();
    ~Steps() {
        if (thread_.joinable()) thread_.join();
    }
    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;

  private:
    std::atomic<std::size_t> begun_{0};
    std::atomic<std::size_t> done_{0};
    std::atomic<bool> last_{false};
    std::thread thread_;
};

// The block after a height with its header and proof, if it comes within the wait.
struct Announced {
    finality::Header header;
    Bytes header_bytes;
    Bytes justification;
};
std::optional<Announced> block_after(client::Chain& chain, BlockNumber number,
                                     std::uint64_t wait_ms);

inline constexpr std::uint64_t pause_ms = 150;
inline constexpr u128 transfer_amount = 3'000'000'000'000;
AccountId transfer_destination();
// A handful of transfers at once.
std::function<bool()> transfers(Account& account);
// Hears of every block as soon as the node tells of it.
std::function<bool()> watching(const Where& where, const BlockHash& genesis, Ledger& ledger);
// counter.add(1) by the only account that adds: the n-th answer must be n.
std::function<bool()> additions(Account& account, const ContractId& contract, Ledger& ledger);

}  // namespace cloister::crash
