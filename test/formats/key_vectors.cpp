// Registry, gatekeepers, what enclaves derive and seal.
#include "crypto/hash.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/hpke.hpp"
#include "enclave/gatekeeper.hpp"
#include "enclave/keys.hpp"
#include "enclave/sealing.hpp"
#include "protocol/domains.hpp"
#include "protocol/fill_test.hpp"
#include "vectors.hpp"

namespace cloister::formats {

using namespace protocol;
using testing::numbered;

namespace {

Bytes bytes_of(const auto& fixed) { return to_bytes(fixed.view()); }

crypto::RistrettoScalar network_secret() {
    return crypto::RistrettoScalar::from_uniform(Bytes(64, 0x07));
}

// One contract with two values, as of command 3.
enclave::Snapshot snapshot(const ClusterId& cluster, const Secret<32>& commitment) {
    auto memory = std::make_shared<enclave::ContractMemory>();
    memory->code = repeated<CodeHash>(0x03);
    memory->storage = {{Bytes{0x0a}, Bytes{0x0b, 0x0c}}, {Bytes{0x0d}, Bytes{}}};
    const enclave::ClusterState state(cluster, commitment);
    return state.snapshot_of(Sequence(3), {{repeated<ContractId>(0x02), memory}});
}

void add_states(Vectors& out, const enclave::ClusterKeys& keys) {
    const auto cluster = repeated<ClusterId>(0x01);
    const enclave::ClusterState empty(cluster, keys.commitment);
    const enclave::Snapshot third = snapshot(cluster, keys.commitment);
    out["state_root_empty"] = bytes_of(empty.newest().root);
    out["blinded_root_empty"] = bytes_of(empty.newest().blinded);
    out["state_plaintext"] = to_bytes(enclave::encode_contracts(*third.contracts).reveal());
    out["state_root"] = bytes_of(third.root);
    out["blinded_root"] = bytes_of(third.blinded);
    out["sealed_state"] = enclave::seal_state(keys.state, cluster, third);
}

// The formulas of src/enclave/command.cpp, spelled out.
void add_command_secrets(Vectors& out, const Secret<32>& prf) {
    const Bytes context = scale::encode(genesis(), TaskId(1), repeated<BlockHash>(0x02));
    const Hash256 plaintext_hash = crypto::sha256(out["padded_hello"]);
    out["randomness_seed"] =
        bytes_of(crypto::hmac_sha256(prf.reveal(), concat(view_of(domain::randomness), context)));
    const Hash256 seed = crypto::hmac_sha256(
        prf.reveal(), concat(view_of(domain::ephemeral), context, plaintext_hash.view()));
    out["reply_ephemeral_seed"] = bytes_of(seed);
    out["reply_ephemeral_public"] = bytes_of(crypto::hpke_derive_key_pair(seed.view()).public_key);
    out["reply_associated"] =
        scale::encode(genesis(), TaskId(1), hash_of(numbered<RequestRecord>()));
}

}  // namespace

void add_registry(Vectors& out) {
    out["registration"] = scale::encode(numbered<Registration>());
    out["registration_report_data"] = bytes_of(report_data_of(numbered<Registration>()));
    out["worker_info"] = scale::encode(numbered<WorkerInfo>());
    out["epoch_key"] = scale::encode(numbered<EpochKey>());
    out["contract_key"] = scale::encode(numbered<ContractKey>());
    out["cluster_key"] = scale::encode(numbered<ClusterKey>());
    out["contract_info"] = scale::encode(numbered<ContractInfo>());
    out["measurement_approval"] = scale::encode(numbered<MeasurementApproval>());
    out["epoch_key_signed"] = signing_bytes(genesis(), numbered<PublishEpochKey>());
    out["cluster_key_signed"] = signing_bytes(genesis(), numbered<PublishClusterKey>());
    out["contract_key_signed"] = signing_bytes(genesis(), numbered<PublishContractKey>());
    out["contract_id"] =
        bytes_of(contract_id_of(repeated<AccountId>(0x01), repeated<CodeHash>(0x02),
                                repeated<ClusterId>(0x03), Bytes{4, 4}));
    out["cluster_id_one"] = bytes_of(cluster_id(1));
}

void add_gatekeeper(Vectors& out) {
    out["ticket_request"] = scale::encode(PeerRequest(numbered<TicketRequest>()));
    out["key_request"] = scale::encode(PeerRequest(numbered<KeyRequest>()));
    out["key_request_signed"] = signing_bytes(numbered<KeyRequest>());
    out["key_request_report_data"] = bytes_of(report_data_of(numbered<KeyRequest>()));
    out["ticket"] = scale::encode(PeerReply(numbered<Ticket>()));
    out["ticket_signed"] = signing_bytes(genesis(), numbered<Ticket>());
    out["key_response"] = scale::encode(PeerReply(numbered<KeyResponse>()));
    out["key_response_signed"] = signing_bytes(genesis(), numbered<KeyResponse>());
    out["key_response_associated"] = associated_data(genesis(), numbered<KeyResponse>());
    out["key_shares"] = scale::encode(numbered<KeyShares>());
    out["gatekeeper_error"] = scale::encode(PeerReply(GatekeeperError::NotInCluster));
    const SeedSubject subject = enclave::subject_of(repeated<ClusterId>(0x01));
    const Bytes message = seed_message(genesis(), enclave::current_epoch, subject);
    out["seed_message"] = message;
    out["seed_evaluation"] =
        scale::encode(crypto::evaluate(network_secret(), view_of(domain::seed), message));
}

void add_enclave(Vectors& out) {
    const SeedSubject subject = enclave::subject_of(repeated<ClusterId>(0x01));
    const Bytes message = seed_message(genesis(), enclave::current_epoch, subject);
    const auto value = crypto::evaluate(network_secret(), view_of(domain::seed), message).value;
    const Secret<32> seed = enclave::seed_of(value);
    out["seed"] = to_bytes(seed.reveal());
    const enclave::ClusterKeys cluster = enclave::cluster_keys_of(seed);
    out["cluster_vrf_public"] = bytes_of(cluster.vrf.times_base());
    out["cluster_state_key"] = to_bytes(cluster.state.reveal());
    out["cluster_commitment_key"] = to_bytes(cluster.commitment.reveal());
    const enclave::ContractKeys contract = enclave::contract_keys_of(seed);
    out["contract_request_public"] = bytes_of(contract.request.public_key);
    out["contract_prf_key"] = to_bytes(contract.prf.reveal());
    add_states(out, cluster);
    add_command_secrets(out, contract.prf);
    out["sealed_share"] = enclave::seal_share(secret(0x0a), genesis(), network_secret(),
                                              repeated<crypto::AeadNonce>(0x0b));
}

}  // namespace cloister::formats
