// What must hold in every world, whatever goes wrong. Each checker watches from outside; the first
// one that sees a promise broken says what, when and at which event.
//
//   heights   one header per height, in all that the node, enclaves and clients ever said
//   receipts  one result per task, from all enclaves and on the chain
//   ledger    every accepted task is finished once, in sequence, and paid once; money is conserved
//   markers   nothing that is secret is in any byte that left an enclave
//   state     outputs, answers and roots are those of the commands on the chain, in their order
//   fresh     no answer is older than a ticket may be
//   honest    no enclave sees its state or the chain's finality contradict itself
//   progress  after healing, all that was accepted completes (judged by swarm.cpp)
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/calls.hpp"
#include "protocol/query.hpp"
#include "sim/world.hpp"

namespace cloister::sim {

struct Finding {
    std::string checker;
    std::string text;
    std::uint64_t at_ms = 0;  // virtual
    std::uint64_t event = 0;
};

class Findings {
  public:
    explicit Findings(const World& world) : world_(world) {}
    void add(std::string_view checker, std::string text);
    const std::optional<Finding>& first() const { return first_; }

  private:
    const World& world_;
    std::optional<Finding> first_;
};

class Heights {
  public:
    explicit Heights(Findings& findings) : findings_(findings) {}
    void see(BlockNumber number, const BlockHash& hash, std::string_view who);

  private:
    Findings& findings_;
    std::map<BlockNumber, BlockHash> hashes_;
};

// One result per task: equal in everything but the worker that signs.
class Receipts {
  public:
    explicit Receipts(Findings& findings) : findings_(findings) {}
    void see(protocol::Receipt receipt, std::string_view who);

  private:
    Findings& findings_;
    std::map<TaskId, protocol::Receipt> seen_;
};

// Searches for secrets as they are and as hexadecimal text.
class Markers {
  public:
    static constexpr std::size_t bytes_min = 8;
    explicit Markers(Findings& findings) : findings_(findings), begins_(1U << 16) {}
    void add(ByteView secret);  // at least bytes_min
    void search(std::string_view where, ByteView bytes);

  private:
    void add_text(Bytes text);
    Findings& findings_;
    std::vector<bool> begins_;  // which folds of eight bytes any secret begins with
    std::multimap<std::uint64_t, Bytes> texts_;  // by their first eight bytes
};

// Follows the chain block by block, from the state after each.
class Ledger {
  public:
    Ledger(Findings& findings, const ClusterId& cluster) : findings_(findings), cluster_(cluster) {}
    void see(BlockNumber number, const runtime::StateView& state);
    void check_sum(const runtime::StateView& state);  // costly: reads every account
    std::size_t accepted() const { return requested_; }
    std::size_t finished() const { return finished_; }
    bool all_done() const { return open_.empty(); }

  private:
    void requested(TaskId task, const runtime::StateView& state);
    void ended(TaskId task, std::string_view how);
    void finished(TaskId task, Sequence sequence, const WorkerId& worker,
                  const runtime::StateView& state);
    void see_task(std::uint8_t variant, scale::Decoder& decoder, const runtime::StateView& state);
    void check_money(const runtime::StateView& state, const AccountId& account);

    Findings& findings_;
    ClusterId cluster_;
    std::map<TaskId, protocol::RequestRecord> open_;
    std::set<TaskId> ended_;
    Sequence newest_;
    std::size_t requested_ = 0;
    std::size_t finished_ = 0;
    std::map<AccountId, u128> owed_;  // what each account must own, free and reserved
    std::set<AccountId> changed_;     // in this block
    std::set<AccountId> payers_;
};

class Checkers {
  public:
    explicit Checkers(World& world);  // installs itself as the world's onlooker

    void said(std::size_t member, const protocol::HostOutput& message);
    // A header that a client pinned.
    void pinned(const client::Pinned& pinned);
    // An answer to a query that was sealed at `asked`.
    void answered(std::size_t member, Instant asked, const protocol::AnswerStatement& statement);

    World& world;
    Findings findings;
    Heights heights;
    Receipts receipts;
    Markers markers;
    Ledger ledger;
    // How a test breaks the chain's books before the ledger sees them.
    std::function<runtime::StateView(runtime::StateView)> doctor;

  private:
    void finalised(const node::output::Finalised& block);
    void said_call(std::size_t member, const protocol::output::SubmitCall& call);

    struct Followed {
        Instant at;
        BlockNumber number;
    };
    std::vector<Followed> gatekeeper_;
    BlockNumber next_block_;
};

}  // namespace cloister::sim
