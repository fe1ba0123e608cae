// Confidential queries (DESIGN.md section 2): opened with the session key, authenticated, answered
// from the state at exactly the accepted sequence, and only while a freshness ticket shows that the
// enclave is not frozen.
#pragma once

#include <deque>
#include <set>

#include "crypto/hpke.hpp"
#include "enclave/cluster_state.hpp"
#include "enclave/key_ring.hpp"
#include "enclave/modules.hpp"
#include "enclave/tickets.hpp"

namespace cloister::enclave {

// What a query needs of the rest; gathered anew in every step.
struct QueryGround {
    const Tickets& tickets;
    const ClusterKeys* keys = nullptr;    // nullptr: none yet
    const ClusterState* state = nullptr;  // nullptr: nothing restored yet
    Modules& modules;
};

class Queries {
  public:
    static constexpr std::size_t waiting_max = 64;
    static constexpr std::size_t running_max = 4;
    static constexpr std::size_t nonces_max = 65'536;  // then a new session begins
    static constexpr std::uint64_t wait_ms = 3000;
    static constexpr std::uint64_t run_ms = 5000;  // in the runner's queue and running
    static constexpr Gas gas_limit{std::uint64_t{1} << 30};

    void accept(Core& core, const protocol::input::Query& message);
    void advance(Core& core, const QueryGround& ground);
    bool executed(Core& core, const QueryGround& ground, const input::Executed& message);
    // Every waiting query is answered Stopped.
    void stop(Core& core);
    static void refuse(Core& core, std::uint64_t id, protocol::QueryError error);

  private:
    struct Waiting {
        std::uint64_t id = 0;
        Hash256 request_hash;
        crypto::HpkeContext context;
        protocol::Query query;
        Instant until;
        BlockNumber not_before;  // the newest followed block when it came
    };
    struct Running {
        std::uint64_t host_id = 0;
        crypto::HpkeContext context;
        protocol::AnswerStatement statement;  // all but the answer's hash
        Instant until;
        bool refused = false;  // and yet it counts until the runner is done with it
    };
    // Why it cannot be accepted, by the query alone.
    std::optional<protocol::QueryError> judge(Core& core, const protocol::Query& query);
    enum class Progress : std::uint8_t { Wait, Done };
    Progress start(Core& core, const QueryGround& ground, Waiting& waiting);
    void refuse_late_runs(Core& core);
    void answer(Core& core, Running& running, contract::Run run);

    std::deque<Waiting> waiting_;
    std::map<std::uint64_t, Running> running_;
    std::set<Nonce32> nonces_;
    bool reading_code_ = false;  // in this advance: one code at a time
};

}  // namespace cloister::enclave
