// A development network of real processes whose parts are killed, and what must hold of it then.
#pragma once

#include <memory>

#include "ledger.hpp"
#include "node/replay.hpp"
#include "test/support/dev_process.hpp"
#include "workload.hpp"

namespace cloister::crash {

enum class Victim { Node, WorkerHost, Enclave, GatekeeperHost, Platform, Everything };
inline constexpr std::size_t victims = 6;
std::string_view name_of(Victim victim);

class Network {
  public:
    // A fresh one below `directory`, or the one that was killed there. Check `ready`.
    explicit Network(const std::string& directory);
    bool ready() { return dev_->ready(); }
    std::string first_line(const std::string& path) { return (*dev_)[path]; }
    bool deploy();  // the counter contract

    // SIGKILL to one process of the kind (the `choice`-th, modulo their number), or to all. False:
    // there was none within a minute. What the supervisor does not restart, since it is dead too,
    // `start_again` does.
    bool kill(Victim victim, std::size_t choice);
    void start_again() { start(); }
    // Every enclave attested, with keys and a fresh ticket, and the node answering.
    bool is_up();
    void stop();

    // Executes what is new on the chain, compares it with all that was told, and the accounts with
    // each other. The first difference; empty if there is none.
    std::string compare(const Ledger& ledger);
    // The stopped node's database, as `cloister node --verify` judges it.
    std::string verify_database();
    std::string query_total(std::uint32_t expected);

    const Where& where() const { return where_; }
    const BlockHash& genesis() const { return genesis_; }
    const ContractId& contract() const { return contract_; }
    std::size_t blocks() const { return hashes_.size() - 1; }

  private:
    void start();
    std::vector<int> pids_of(Victim victim) const;
    std::optional<std::string> cloister(std::vector<std::string> arguments);
    std::string catch_up(client::Chain& chain);

    std::string programs_;
    std::string directory_;
    std::unique_ptr<test::Dev> dev_;
    Where where_;
    BlockHash genesis_;
    ContractId contract_;
    std::unique_ptr<node::Replay> replay_;
    std::vector<BlockHash> hashes_;
};

}  // namespace cloister::crash
