// What the seeds of an epoch grow into (DESIGN.md section 7). A seed is the threshold PRF's value,
// extracted; every key below it is an HKDF expansion with its own label. Keys live in memory only.
#pragma once

#include "base/secret.hpp"
#include "crypto/ristretto.hpp"
#include "crypto/x25519.hpp"
#include "protocol/gatekeeper.hpp"

namespace cloister::enclave {

// This version knows one epoch; its number is in every message, so that a second one changes no
// format.
inline constexpr KeyEpoch current_epoch{0};

struct ClusterKeys {
    crypto::RistrettoScalar vrf;  // draws
    Secret<32> state;             // sealed states
    Secret<32> commitment;        // blinded roots
};
struct ContractKeys {
    crypto::X25519Key request;  // users seal inputs to it
    Secret<32> prf;             // randomness and reply ephemerals
};

protocol::SeedSubject subject_of(const ClusterId& cluster);
protocol::SeedSubject subject_of(const ContractId& contract);

// HKDF-Extract(salt = domain::seed, ikm = the point's encoding).
Secret<32> seed_of(const crypto::RistrettoPoint& prf_value);
// Labels "vrf" (64 bytes, reduced), "state", "commitment".
ClusterKeys cluster_keys_of(const Secret<32>& seed);
// Labels "request" (to HPKE's DeriveKeyPair), "prf".
ContractKeys contract_keys_of(const Secret<32>& seed);

}  // namespace cloister::enclave
