// Confidential queries to a worker's enclave, and checking what it answers.
#pragma once

#include "client/chain.hpp"
#include "crypto/entropy.hpp"
#include "crypto/hpke.hpp"
#include "protocol/query.hpp"

namespace cloister::client {

// A query on its way: the bytes for POST /query and what opens the answer.
struct SealedQuery {
    Bytes bytes;
    crypto::HpkeContext context;
    protocol::Session session;
    ContractId contract;
};

// Checks that the session is signed by a worker that is registered, in the contract's cluster, at
// the pinned block.
Result<protocol::Session, Error> check_session(Chain& chain, ByteView session_bytes,
                                               const ContractId& contract);
Result<SealedQuery, Error> seal_query(const protocol::Session& session, const ContractId& contract,
                                      const crypto::KeyPair& caller, ByteView message,
                                      crypto::Entropy& entropy);
// Opens the reply and checks the worker's signature and that it answers this query.
Result<protocol::Answer, Error> open_answer(SealedQuery& query, ByteView reply);

}  // namespace cloister::client
