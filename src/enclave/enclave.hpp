// The trusted core: what runs inside the TEE. It follows the chain by itself, holds keys, runs
// contracts, signs receipts, seals state, answers queries; in the gatekeeper role it issues tickets
// and key shares.
//
// A deterministic state machine: all time, entropy and messages come in through `step`, everything
// else goes out as outputs. The host is the attacker: it may send anything, in any order, or
// nothing.
#pragma once

#include <memory>
#include <memory_resource>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "contract/engine.hpp"
#include "protocol/gatekeeper.hpp"
#include "protocol/host_channel.hpp"
#include "protocol/query.hpp"

namespace cloister::enclave {

// A contract run, apart from the state machine so that the shell can drive it on another thread
// while the follower goes on. Self-contained: it shares immutable snapshots and touches nothing
// else.
class Execution {
  public:
    // Neither kind may hold up the other: the shell runs each on a thread of its own.
    enum class Kind : std::uint8_t { Command, Query };
    struct Job {
        Kind kind = Kind::Command;
        std::shared_ptr<const contract::Module> module;
        contract::Context context;
        std::shared_ptr<const contract::State> state;
        contract::Entry::Function function;
        SecretBytes input;
        Gas gas_limit;
    };
    Execution(std::uint64_t id, const contract::Engine& engine, Job job);
    std::uint64_t id() const { return id_; }
    Kind kind() const { return job_.kind; }
    contract::Run run() const;  // may be called from any thread, once

  private:
    std::uint64_t id_;
    const contract::Engine* engine_;
    Job job_;
};

namespace input {
struct FromHost {
    protocol::HostInput message;
};
// The platform's answer to NeedQuote.
struct Quoted {
    std::uint64_t id = 0;
    Bytes quote;
};
struct Executed {
    std::uint64_t id = 0;
    contract::Run run;
};
struct Tick {};
}  // namespace input
using Input = std::variant<input::FromHost, input::Quoted, input::Executed, input::Tick>;

namespace output {
struct ToHost {
    protocol::HostOutput message;
};
// To the platform, never through the host.
struct NeedQuote {
    std::uint64_t id = 0;
    protocol::ReportData64 report_data;
};
struct Execute {
    std::shared_ptr<const Execution> execution;
};
}  // namespace output
using Output = std::variant<output::ToHost, output::NeedQuote, output::Execute>;

struct Birth {
    Secret<32> entropy;  // from the TEE's own random source: identity and session keys come from it
    Secret<32>
        seal_key;  // the platform's sealing key for this measurement (gatekeeper's share only)
    Measurement measurement;  // own, as the platform says
};

class Enclave {
  public:
    // All long-term keys lie in what `key_memory` gives (at most 2 MiB), which outlives the enclave
    // and may be memory that nobody else can read. Copies elsewhere last for a step at most.
    Enclave(Birth birth, const contract::Engine& engine,
            std::pmr::memory_resource* key_memory = std::pmr::new_delete_resource());
    ~Enclave();

    // The only way in; runs to completion. `now` is the enclave's own cycle counter in
    // milliseconds, never the host's clock, and never goes back.
    void step(Instant now, const Input& input, std::vector<Output>& out);
    // When to call `step` with a Tick at the latest.
    Instant next_wake() const;

  private:
    struct Impl;
    struct Destroy {
        std::pmr::memory_resource* memory;
        void operator()(Impl* impl) const;
    };
    std::unique_ptr<Impl, Destroy> impl_;
};

}  // namespace cloister::enclave
