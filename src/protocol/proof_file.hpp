// The exported proof of one computation: everything from request to finality proof in one file,
// checked offline against pinned vendor roots and the genesis hash (DESIGN.md section 2, step 9).
#pragma once

#include <vector>

#include "codec/scale/scale.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol {

inline constexpr std::size_t proof_file_bytes_max = 16U << 20;

struct ProofFile {
    std::string magic;  // domain::proof
    TaskId task;
    Bytes genesis_header;
    std::vector<Bytes> genesis_proof;  // :grandpa_authorities, Attestation.SimulatedRoot at genesis
    // Headers that changed the authorities, each with its justification, ascending; empty while
    // none did.
    std::vector<std::pair<Bytes, Bytes>> authority_changes;
    Bytes header;  // the finalised block that the storage proof is against
    Bytes justification;
    // Exactly Tasks.Requests, Results, Batches, AcceptedRoots; Attestation.Collateral,
    // Policy, ApprovedMeasurements; Timestamp.Now; PhalaPhatContracts.Contracts
    std::vector<Bytes> storage_proof;
    Bytes sealed_output;  // hashed in the receipt; opens only with the user's reply key
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<64>(s.magic), s.task, s.genesis_header,
                             scale::bounded<4096>(s.genesis_proof),
                             scale::bounded<4096>(s.authority_changes), s.header, s.justification,
                             scale::bounded<4096>(s.storage_proof),
                             scale::bounded<sealed_output_bytes_max>(s.sealed_output));
    }
    friend bool operator==(const ProofFile&, const ProofFile&) = default;
};

}  // namespace cloister::protocol
