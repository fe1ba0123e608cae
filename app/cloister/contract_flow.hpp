// Deploying, calling and asking contracts, start to end, as the commands and the demo's parties do
// it.
#pragma once

#include <functional>
#include <string>

#include "client/query.hpp"
#include "client/task.hpp"
#include "client_shell.hpp"

namespace cloister::app {

// Told what is waited for next, in words.
using OnStep = std::function<void(const std::string& what)>;

// A selector: 0x and 8 digits as they are, or the first four bytes of the name's blake2b-256, as
// ink! has it.
Bytes selector_of(const std::string& name);

// The code of a `.contract` bundle, or a bare WASM module.
Result<Bytes, Problem> read_code(const std::string& path);

struct CallPlan {
    protocol::RequestKind kind = protocol::RequestKind::Call;
    ContractId contract;
    Bytes message;  // selector and arguments
    std::uint64_t wait_ms = 60'000;
};
struct Called {
    TaskId task;
    client::Submitted submitted;
    protocol::TaskResult result;
    client::Opened opened;
    std::string reply_key_path;
};
Result<Called, Problem> call_contract(client::Chain& chain, const crypto::KeyPair& key,
                                      const CallPlan& plan, const OnStep& on_step);

struct DeployPlan {
    Bytes code;
    ClusterId cluster;
    Bytes salt;         // at most 64 bytes
    Bytes constructor;  // selector and arguments
    std::uint64_t wait_ms = 60'000;
};
struct Deployed {
    ContractId contract;
    CodeHash code_hash;
    Called constructor;
};
Result<Deployed, Problem> deploy_contract(client::Chain& chain, const crypto::KeyPair& key,
                                          const DeployPlan& plan, const OnStep& on_step);

// The published endpoints of the contract's cluster; at least one.
Result<std::vector<std::string>, Problem> find_worker_urls(client::Chain& chain,
                                                           const ContractId& contract);

struct Asked {
    protocol::Answer answer;
    Bytes sealed_query;  // what the worker's host saw come in
    Bytes reply;         // and go out
};
Result<Asked, Problem> query_contract(client::Chain& chain, const crypto::KeyPair& key,
                                      const ContractId& contract, ByteView message,
                                      const std::string& worker_url);
// Asks the next worker when one does not answer. Precondition: there is one.
Result<Asked, Problem> query_any(client::Chain& chain, const crypto::KeyPair& key,
                                 const ContractId& contract, ByteView message,
                                 const std::vector<std::string>& worker_urls);

}  // namespace cloister::app
