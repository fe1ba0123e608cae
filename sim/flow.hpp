// What users do in a world, as one call each: deploy a contract, send a command and open its
// output, ask a query. And the demo's whole flow on top, played by `cloister-sim` and by
// test/scenarios alike.
//
// Needs a World; promises to run it for as long as an answer takes, and no longer than its stated
// wait.
#pragma once

#include <string_view>

#include "client/diagnosis.hpp"
#include "client/query.hpp"
#include "client/task.hpp"
#include "crypto/keyring.hpp"
#include "sim/world.hpp"

namespace cloister::sim {

inline constexpr std::uint64_t wait_ms = 120'000;  // virtual: for any step of a flow

// A development account with its own view of the chain and its own randomness.
struct User {
    User(World& in, std::string_view suri);
    AccountId account() const { return key.account(); }

    World& world;
    crypto::KeyPair key;
    client::Chain chain;
    crypto::Entropy entropy;
};

// blake2b-256(name)[0..4] and the arguments, as contracts/sdk dispatches.
template <class... Arguments>
Bytes message(std::string_view name, const Arguments&... arguments) {
    const Hash256 hash = crypto::blake2b_256(view_of(name));
    return concat(hash.view().first(4), scale::encode(arguments...));
}

using Outcome = Result<void, client::Error>;

// Stores the code (again: no harm) and reserves the contract; its id.
Result<ContractId, client::Error> reserve(User& user, const Bytes& wasm, std::string_view salt);
// ... and waits for its key and runs the constructor, which must end Ok.
Result<ContractId, client::Error> deploy(User& user, const Bytes& wasm, std::string_view salt,
                                         const Bytes& constructor);

struct Sent {
    TaskId task;
    client::SealedRequest request;
};
// Seals, signs and submits; returns once the request is in a finalised block.
Result<Sent, client::Error> send(User& user, const client::RequestOptions& options,
                                 const Bytes& message);

struct Done {
    TaskId task;
    protocol::TaskResult result;
    protocol::TaskOutcome outcome{};  // as opened: equal to the receipt's
    Bytes output;
};
// Waits for the receipt on the chain and opens the output.
Result<Done, client::Error> finish(User& user, const Sent& sent);
Result<Done, client::Error> command(User& user, const ContractId& contract, const Bytes& message,
                                    Gas gas_limit = client::RequestOptions{}.gas_limit);

Result<protocol::Answer, client::Error> query(User& user, std::size_t member,
                                              const ContractId& contract, const Bytes& message);

// 569 records as in the public table, or as many that one formula made up, for machines without the
// table.
std::vector<client::diagnosis::Patient> made_up_patients();

struct FlowOptions {
    Bytes wasm;  // contracts/diagnosis
    std::vector<client::diagnosis::Patient> patients;
    std::function<void(std::string_view line)> print;
};
struct FlowReport {
    ContractId contract;
    std::uint32_t trained = 0;
    double accuracy = 0;
    std::size_t proof_bytes = 0;
    bool simulated = false;
    BlockNumber proof_block;
    std::uint64_t virtual_ms = 0;
    Hash256 transcript;
};
// Hospital //Charlie deploys, trains and allows Clinic //Dave, who has the rest scored by a
// command, asks a query, exports the command's proof and verifies it offline.
Result<FlowReport, client::Error> play(World& world, const FlowOptions& options);

}  // namespace cloister::sim
