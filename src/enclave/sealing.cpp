#include "enclave/sealing.hpp"

#include "crypto/aead.hpp"
#include "crypto/hkdf.hpp"
#include "protocol/domains.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave {

namespace {

Secret<32> key_of(const Secret<32>& state_key, const SealedHeader& header) {
    const Bytes purpose = to_bytes(Sealing::name);
    return crypto::hkdf_expand_32(state_key,
                                  concat(view_of(protocol::domain::state),
                                         scale::encode(header.cluster, header.sequence, purpose)));
}

// A state at its limit fits into the host's message: SCALE's lengths (at most 10 bytes an entry, 79
// a contract) are below what the limit counts beside the bytes.
static_assert(contract::entry_overhead_bytes > 10 && contract_overhead_bytes > 79);
static_assert(cluster_bytes_max + 4096 < protocol::host_message_bytes_max);

std::string sequence_text(Sequence sequence) {
    return "sequence " + std::to_string(sequence.value);
}

}  // namespace

Bytes seal_state(const Secret<32>& state_key, const ClusterId& cluster, const Snapshot& snapshot) {
    const SealedHeader header{1, cluster, current_epoch, snapshot.sequence};
    const Bytes encoded = scale::encode(header);
    const SecretBytes plain = encode_contracts(*snapshot.contracts);
    return concat(encoded,
                  crypto::aead_seal(crypto::Aead::Aes256Gcm, key_of(state_key, header).reveal(), {},
                                    encoded, plain.reveal()));
}

Result<Unsealed, UnsealError> open_state(const Secret<32>& state_key, const ClusterId& cluster,
                                         ByteView blob) {
    if (blob.size() < SealedHeader::encoded_bytes) return err(UnsealError::Foreign);
    const ByteView encoded = blob.first(SealedHeader::encoded_bytes);
    const auto header = scale::decode<SealedHeader>(encoded);
    if (!header || header->version != 1 || header->cluster != cluster ||
        header->epoch != current_epoch) {
        return err(UnsealError::Foreign);
    }
    const auto plain =
        crypto::aead_open(crypto::Aead::Aes256Gcm, key_of(state_key, *header).reveal(), {}, encoded,
                          blob.subspan(SealedHeader::encoded_bytes));
    if (!plain) return err(UnsealError::Altered);
    auto contracts = parse_contracts(plain->reveal());
    if (!contracts) return err(UnsealError::Altered);
    return Unsealed{header->sequence, std::move(*contracts)};
}

bool Sealing::restored(Core& core, const ClusterKeys& keys, ClusterState& state) {
    if (stage_ == Stage::Done) return true;
    if (stage_ == Stage::Asking) {
        if (!asked_since_) asked_since_ = core.now;
        if (core.now.value >= asked_since_->value + wait_ms) {
            core.out.log("SealedStateWithheld");
            stage_ = Stage::Done;
            return true;
        }
        if (core.due(asking_, again_ms)) {
            core.out.host(protocol::output::NeedSealed{std::string(name)});
        }
        return false;
    }
    if (blob_) {
        auto opened = open_state(keys.state, core.mission->cluster, *blob_);
        blob_.reset();
        if (!opened) {
            core.out.log(opened.error() == UnsealError::Foreign ? "SealedStateForeign"
                                                                : "SealedStateAltered");
            stage_ = Stage::Done;
            return true;
        }
        candidate_ = state.snapshot_of(opened->sequence, std::move(opened->contracts));
    }
    const auto accepted = core.reads.get<Hash256>(
        core.view->at,
        protocol::storage::tasks_accepted_root(core.mission->cluster, candidate_->sequence));
    if (!accepted.ready) return false;
    stage_ = Stage::Done;
    if (accepted.value != candidate_->blinded) {
        core.out.log("SealedStateForeign", "not accepted: " + sequence_text(candidate_->sequence));
    } else {
        if (candidate_->sequence < core.view->accepted.sequence) {
            core.out.log("RolledBackState", sequence_text(candidate_->sequence) + " of " +
                                                std::to_string(core.view->accepted.sequence.value));
        }
        stored_ = candidate_->sequence;
        state.restore(std::move(*candidate_));
    }
    candidate_.reset();
    return true;
}

void Sealing::sealed(Core& core, const protocol::input::Sealed& message) {
    if (stage_ != Stage::Asking || !asked_since_)
        return core.out.log("UnaskedSealed", message.name);
    blob_ = message.blob;
    stage_ = blob_ ? Stage::Judging : Stage::Done;
}

void Sealing::advance(Core& core, const ClusterKeys& keys, const ClusterState& state) {
    const Sequence accepted = core.view->accepted.sequence;
    if (accepted <= stored_) return;
    const Snapshot* snapshot = state.at(accepted);
    if (snapshot == nullptr || snapshot->blinded != core.view->accepted.blinded_root) return;
    if (snapshot->bytes > large_bytes && !core.due(storing_, large_pause_ms)) return;
    stored_ = accepted;
    core.out.host(protocol::output::StoreSealed{
        std::string(name), seal_state(keys.state, core.mission->cluster, *snapshot)});
}

}  // namespace cloister::enclave
