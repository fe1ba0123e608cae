#include "client/proof.hpp"

#include "attest/policy.hpp"
#include "protocol/domains.hpp"
#include "protocol/registry.hpp"
#include "protocol/storage.hpp"

namespace cloister::client {
namespace {

namespace storage = protocol::storage;

Err<Error> invalid(std::string_view part, std::string_view why) {
    return err(Error{Code::InvalidProof, std::string(part) + ": " + std::string(why), {}});
}

// What the task's part of the state tells: which keys it takes depends on the result, so two steps.
std::vector<Bytes> task_keys(TaskId task) {
    return {storage::tasks_request(task), storage::tasks_result(task)};
}
std::vector<Bytes> all_keys(TaskId task, const protocol::TaskResult& result,
                            const Measurement& measurement) {
    std::vector<Bytes> keys = task_keys(task);
    const protocol::Receipt& r = result.receipt;
    for (Bytes& key :
         std::vector<Bytes>{storage::tasks_batch(result.receipts_root),
                            storage::tasks_accepted_root(r.cluster, r.sequence),
                            storage::contracts_contract(r.contract),
                            storage::attestation_collateral(), storage::attestation_policy(),
                            storage::attestation_approved(measurement), storage::timestamp_now()}) {
        keys.push_back(std::move(key));
    }
    return keys;
}

// A proven state, read by type.
class State {
  public:
    static Result<State, Error> open(std::span<const Bytes> nodes, const Hash256& root) {
        auto proof = trie::Proof::from_nodes(nodes);
        if (!proof) return invalid("storage proof", trie::name_of(proof.error()));
        return State(std::move(*proof), root);
    }
    template <class T>
    Result<T, Error> read(const Bytes& key, std::string_view what) const {
        const auto bytes = proof_.get(root_, key);
        if (!bytes) return invalid("storage proof", std::string(what) + " is not covered");
        if (!*bytes) return invalid("storage proof", std::string(what) + " is not in the state");
        auto value = scale::decode<T>(**bytes);
        if (!value) return invalid("storage proof", std::string(what) + " does not decode");
        return std::move(*value);
    }

    // A file has one form: no node that these keys do not need. Else whoever carries it could add
    // what he likes, and a changed file would still be called valid.
    Result<void, Error> check_minimal(std::span<const Bytes> keys) const {
        const auto all = proof_.get_all_strict(root_, keys);
        if (!all) return invalid("storage proof", trie::name_of(all.error()));
        return {};
    }

  private:
    State(trie::Proof proof, const Hash256& root) : proof_(std::move(proof)), root_(root) {}
    trie::Proof proof_;
    Hash256 root_;
};

struct Anchored {
    finality::Header header;
    std::optional<Hash256> simulated_root;
};

// From the genesis hash to the finalised header, with every change of the authorities on the way.
Result<Anchored, Error> check_finality(const protocol::ProofFile& file, const BlockHash& genesis) {
    const auto genesis_header = finality::parse_header(file.genesis_header);
    if (!genesis_header) return invalid("genesis", "the header does not decode");
    auto proof = trie::Proof::from_nodes(file.genesis_proof);
    if (!proof) return invalid("genesis", trie::name_of(proof.error()));
    const auto light = finality::LightClient::from_genesis(*genesis_header, genesis, *proof);
    if (!light) return invalid("genesis", finality::name_of(light.error()));
    const std::vector<Bytes> asked{finality::grandpa_authorities_key(),
                                   storage::attestation_simulated_root()};
    const auto values = proof->get_all_strict(Hash256(genesis_header->state_root.view()), asked);
    if (!values) return invalid("genesis", trie::name_of(values.error()));
    const std::optional<Bytes>& root = values->back();

    finality::AuthoritySet set = light->authorities();
    for (const auto& [header_bytes, justification_bytes] : file.authority_changes) {
        const auto header = finality::parse_header(header_bytes);
        const auto justification = finality::parse_justification(justification_bytes);
        if (!header || !justification) return invalid("authority change", "does not decode");
        const finality::Target target{.hash = finality::hash_of(*header), .number = header->number};
        const auto verdict = finality::verify_strict(*justification, target, set);
        if (!verdict) return invalid("authority change", finality::name_of(verdict.error()));
        const auto change = finality::scheduled_change_of(*header);
        if (!change || !*change || (*change)->delay != 0)
            return invalid("authority change", "no change in the header");
        set = {.set_id = set.set_id + 1, .authorities = (*change)->next};
    }
    const auto header = finality::parse_header(file.header);
    const auto justification = finality::parse_justification(file.justification);
    if (!header || !justification)
        return invalid("finality", "header or justification does not decode");
    const finality::Target target{.hash = finality::hash_of(*header), .number = header->number};
    const auto verdict = finality::verify_strict(*justification, target, set);
    if (!verdict) return invalid("finality", finality::name_of(verdict.error()));
    return Anchored{.header = *header,
                    .simulated_root = root ? Hash256::from(*root) : std::nullopt};
}

Result<void, Error> check_receipt(const protocol::ProofFile& file, const BlockHash& genesis,
                                  const protocol::RequestRecord& record,
                                  const protocol::TaskResult& result,
                                  const protocol::Batch& batch) {
    const protocol::Receipt& r = result.receipt;
    if (r.genesis != genesis || r.task != file.task ||
        r.request_hash != protocol::hash_of(record) || r.contract != record.contract ||
        r.cluster != record.cluster || r.epoch != record.epoch ||
        r.sealed_input_hash != record.sealed_input_hash) {
        return invalid("receipt", "it is not for this request");
    }
    if (crypto::blake2b_256(file.sealed_output) != r.sealed_output_hash) {
        return invalid("output", "the sealed output is not the one in the receipt");
    }
    if (!crypto::verify_ed25519(crypto::Ed25519Public(r.worker.view()), protocol::signing_bytes(r),
                                result.signature)) {
        return invalid("receipt", "the worker's signature does not verify");
    }
    const protocol::BatchStatement& s = batch.statement;
    if (s.genesis != genesis || s.worker != r.worker || s.receipts_root != result.receipts_root) {
        return invalid("batch", "the quote was made for another chain, worker or set of receipts");
    }
    if (!protocol::verify_merkle_path(s.receipts_root, scale::encode(r), result.path)) {
        return invalid("batch", "the receipt is not below the quoted root");
    }
    return {};
}

Result<attest::Verdict, Error> check_quote(const State& state, const protocol::Batch& batch,
                                           const std::optional<Hash256>& simulated_root) {
    CLOISTER_TRY(const auto collateral, state.read<attest::Collateral>(
                                            storage::attestation_collateral(), "the collateral"));
    CLOISTER_TRY(const auto now_ms,
                 state.read<std::uint64_t>(storage::timestamp_now(), "the block's time"));
    const attest::Roots roots{
        .intel = simulated_root ? attest::Roots::Intel::Refused : attest::Roots::Intel::Pinned,
        .simulated = simulated_root};
    auto verdict = attest::verify(batch.quote, collateral, now_ms / 1000, roots);
    if (!verdict) {
        return invalid("quote", std::string(attest::name_of(verdict.error().code)) + ", " +
                                    verdict.error().message);
    }
    if (!equal(verdict->claims.report_data.view(),
               protocol::report_data_of(batch.statement).view())) {
        return invalid("quote", "its report data does not bind this batch");
    }
    CLOISTER_TRY(auto policy,
                 state.read<attest::Policy>(storage::attestation_policy(), "the policy"));
    CLOISTER_CHECK(state.read<protocol::MeasurementApproval>(
        storage::attestation_approved(verdict->claims.measurement), "the measurement's approval"));
    policy.measurements = {verdict->claims.measurement};
    const auto appraisal = attest::appraise(*verdict, policy);
    if (!appraisal.accepted()) return invalid("policy", attest::name_of(appraisal.reasons.front()));
    return std::move(*verdict);
}

}  // namespace

Result<protocol::ProofFile, Error> export_proof(Chain& chain, TaskId task) {
    chain.unpin();  // the result may be newer than what was looked at last
    CLOISTER_TRY(const auto first, chain.read_as<protocol::TaskResult>(storage::tasks_result(task),
                                                                       "the result of this task"));
    // The block that recorded the result: its collateral and its time are those that the quote was
    // judged by.
    CLOISTER_CHECK(chain.pin_at(first.finalised_at));
    CLOISTER_TRY(const auto result,
                 chain.read_as<protocol::TaskResult>(storage::tasks_result(task), "the result"));
    CLOISTER_TRY(const auto batch,
                 chain.read_as<protocol::Batch>(storage::tasks_batch(result.receipts_root),
                                                "the batch's quote"));
    const auto claims = attest::parse_claims(batch.quote);
    if (!claims) return err(Error{Code::BadReply, "the chain's quote does not parse", {}});
    CLOISTER_TRY(const auto output,
                 chain.read_as<Bytes>(storage::tasks_output(task), "the output"));
    CLOISTER_TRY(auto nodes, chain.prove(all_keys(task, result, claims->measurement)));
    const Pinned& pinned = *chain.pinned();
    protocol::ProofFile file{.magic = std::string(protocol::domain::proof),
                             .task = task,
                             .genesis_header = chain.genesis_header(),
                             .genesis_proof = chain.genesis_proof(),
                             .authority_changes = {},
                             .header = finality::encode_header(pinned.header),
                             .justification = pinned.justification,
                             .storage_proof = std::move(nodes),
                             .sealed_output = output};
    chain.unpin();
    return file;
}

Result<ProofVerdict, Error> verify_proof(ByteView bytes, const BlockHash& genesis) {
    if (bytes.size() > protocol::proof_file_bytes_max) {
        return err(Error{Code::MalformedProof, "larger than any proof file", {}});
    }
    const auto file = scale::decode<protocol::ProofFile>(bytes);
    if (!file) {
        return err(Error{Code::MalformedProof,
                         std::string(scale::name_of(file.error().error)) + " at byte " +
                             std::to_string(file.error().offset),
                         "was the file made by `cloister proof export`?"});
    }
    if (file->magic != protocol::domain::proof) {
        return err(Error{Code::MalformedProof, "not a proof file of this version", {}});
    }
    CLOISTER_TRY(const Anchored anchored, check_finality(*file, genesis));
    CLOISTER_TRY(const State state,
                 State::open(file->storage_proof, Hash256(anchored.header.state_root.view())));
    CLOISTER_TRY(const auto record, state.read<protocol::RequestRecord>(
                                        storage::tasks_request(file->task), "the request"));
    CLOISTER_TRY(const auto result,
                 state.read<protocol::TaskResult>(storage::tasks_result(file->task), "the result"));
    CLOISTER_TRY(const auto batch, state.read<protocol::Batch>(
                                       storage::tasks_batch(result.receipts_root), "the batch"));
    CLOISTER_CHECK(check_receipt(*file, genesis, record, result, batch));
    CLOISTER_TRY(const auto contract,
                 state.read<protocol::ContractInfo>(storage::contracts_contract(record.contract),
                                                    "the contract"));
    if (contract.code_hash != result.receipt.code_hash)
        return invalid("receipt", "another code than the contract's");
    CLOISTER_TRY(const auto root, state.read<Hash256>(storage::tasks_accepted_root(
                                                          record.cluster, result.receipt.sequence),
                                                      "the accepted root"));
    if (root != result.receipt.root_after)
        return invalid("receipt", "its state root is not the accepted one");
    CLOISTER_TRY(const attest::Verdict verdict, check_quote(state, batch, anchored.simulated_root));
    CLOISTER_CHECK(state.check_minimal(all_keys(file->task, result, verdict.claims.measurement)));
    return ProofVerdict{.simulated = verdict.simulated,
                        .task = file->task,
                        .worker = result.receipt.worker,
                        .receipt = result.receipt,
                        .block = anchored.header.number,
                        .measurement = verdict.claims.measurement};
}

}  // namespace cloister::client
