#include "enclave/keys.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/hpke.hpp"
#include "protocol/domains.hpp"

namespace cloister::enclave {

protocol::SeedSubject subject_of(const ClusterId& cluster) {
    return {protocol::SeedPurpose::Cluster, Hash256(cluster.view())};
}

protocol::SeedSubject subject_of(const ContractId& contract) {
    return {protocol::SeedPurpose::Contract, Hash256(contract.view())};
}

Secret<32> seed_of(const crypto::RistrettoPoint& prf_value) {
    return crypto::hkdf_extract(view_of(protocol::domain::seed), prf_value.view());
}

ClusterKeys cluster_keys_of(const Secret<32>& seed) {
    const SecretBytes uniform = crypto::hkdf_expand(seed, view_of("vrf"), 64);
    return {.vrf = crypto::RistrettoScalar::from_uniform(uniform.reveal()),
            .state = crypto::hkdf_expand_32(seed, view_of("state")),
            .commitment = crypto::hkdf_expand_32(seed, view_of("commitment"))};
}

ContractKeys contract_keys_of(const Secret<32>& seed) {
    const Secret<32> material = crypto::hkdf_expand_32(seed, view_of("request"));
    return {.request = crypto::hpke_derive_key_pair(material.reveal()),
            .prf = crypto::hkdf_expand_32(seed, view_of("prf"))};
}

}  // namespace cloister::enclave
