// Deploying contracts and sending requests: sealing what goes in, opening what comes out (DESIGN.md
// section 2).
#pragma once

#include "client/chain.hpp"
#include "crypto/entropy.hpp"
#include "crypto/x25519.hpp"
#include "protocol/calls.hpp"
#include "protocol/task.hpp"

namespace cloister::client {

// A contract's published request key, proven at the pinned block.
Result<protocol::ContractKey, Error> contract_key(Chain& chain, const ContractId& contract);
// Waits for enclaves to publish it.
Result<protocol::ContractKey, Error> await_contract_key(Chain& chain, const ContractId& contract,
                                                        std::uint64_t wait_ms);

struct RequestOptions {
    protocol::RequestKind kind = protocol::RequestKind::Call;
    ContractId contract;
    Gas gas_limit{10'000'000'000};
    std::uint32_t deadline_blocks = 1000;
};

// A request ready to be signed, and what its sender must keep to open the reply.
struct SealedRequest {
    Bytes call;  // encoded Tasks.request
    RequestId request_id;
    crypto::X25519Key reply_key;  // secret: the only key that opens the output
    Hash256 sealed_input_hash;
    std::size_t sealed_bytes = 0;
};
// `message` is a selector and its arguments; it is padded and sealed to the contract's key for
// `origin` alone.
Result<SealedRequest, Error> seal_request(Chain& chain, const RequestOptions& options,
                                          const AccountId& origin, ByteView message,
                                          crypto::Entropy& entropy);

// The task's number from the record that the chain made of a request, searched downwards from the
// newest.
Result<TaskId, Error> find_task(Chain& chain, const AccountId& origin, const RequestId& request_id);

// Waits until the task has a result.
Result<protocol::TaskResult, Error> await_result(Chain& chain, TaskId task, std::uint64_t wait_ms);

struct Opened {
    protocol::TaskOutcome outcome = protocol::TaskOutcome::Ok;
    SecretBytes output;  // what the contract returned
};
// The sealed output is checked against the receipt, the receipt against the chain's record.
Result<Opened, Error> open_output(Chain& chain, TaskId task, const crypto::X25519Key& reply_key);
Result<Opened, Error> open_sealed_output(const BlockHash& genesis,
                                         const protocol::RequestRecord& record,
                                         ByteView sealed_output,
                                         const crypto::X25519Key& reply_key);

}  // namespace cloister::client
