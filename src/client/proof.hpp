// The exported proof of one computation, and its check without any network: pinned vendor roots (or
// the simulated root in the genesis state) and the genesis hash are all that it trusts.
#pragma once

#include "client/chain.hpp"
#include "protocol/proof_file.hpp"

namespace cloister::client {

Result<protocol::ProofFile, Error> export_proof(Chain& chain, TaskId task);

// What holds if a proof file is valid.
struct ProofVerdict {
    bool simulated = false;  // rests on a simulated platform: proves nothing against its owner
    TaskId task;
    WorkerId worker;
    protocol::Receipt receipt;
    BlockNumber block;  // the finalised block that recorded the result
    Measurement measurement;
};
// InvalidProof's message begins with the part that fails: "finality:", "quote:", ...
Result<ProofVerdict, Error> verify_proof(ByteView file, const BlockHash& genesis);

}  // namespace cloister::client
