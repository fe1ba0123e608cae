#include "enclave/key_ring.hpp"

#include "crypto/hpke.hpp"
#include "protocol/domains.hpp"

namespace cloister::enclave {

const ContractKeys* KeyRing::contract(const ContractId& contract) {
    const auto found = contracts_.find(contract);
    if (found != contracts_.end()) return &found->second;
    if (wanted_.size() < subjects_max) wanted_.insert(subject_of(contract));
    return nullptr;
}

void KeyRing::advance(Core& core) {
    if (!core.view->epoch_key) return;
    if (!cluster_) wanted_ = {subject_of(core.mission->cluster)};
    if (wanted_.empty() || !core.due(attempts_, again_ms)) return;
    protocol::KeyRequest request{
        .genesis = core.mission->genesis,
        .worker = core.identity.worker(),
        .encryption_key = core.identity.encryption.public_key,
        .nonce = core.fresh_nonce(),
        .epoch = current_epoch,
        .subjects = {wanted_.begin(), wanted_.end()},
        .evidence = {},
        .signature = {},
    };
    const auto report_data = protocol::report_data_of(request);
    waiting_ = Waiting{core.next_id(), std::move(request)};
    core.out.put(output::NeedQuote{waiting_->quote_id, report_data});
}

bool KeyRing::quoted(Core& core, std::uint64_t id, const Bytes& quote) {
    if (!waiting_ || waiting_->quote_id != id) return false;
    sent_ = std::move(waiting_->request);
    waiting_.reset();
    sent_->evidence = quote;
    sent_->signature = core.sign(protocol::signing_bytes(*sent_));
    core.out.host(protocol::output::ToGatekeeper{scale::encode(protocol::PeerRequest(*sent_))});
    return true;
}

void KeyRing::accept(Core& core, const protocol::KeyResponse& response) {
    if (!sent_ || response.nonce != sent_->nonce || response.worker != sent_->worker ||
        response.epoch != sent_->epoch) {
        return core.out.log("KeysWrongNonce");
    }
    if (!core.knows_gatekeeper(response.gatekeeper)) return core.out.log("KeysUnknownGatekeeper");
    if (!crypto::verify_ed25519(crypto::Ed25519Public(response.gatekeeper.view()),
                                protocol::signing_bytes(core.mission->genesis, response),
                                response.signature)) {
        return core.out.log("KeysBadSignature");
    }
    const Bytes associated = protocol::associated_data(core.mission->genesis, response);
    const auto plain =
        crypto::hpke_open(core.identity.encryption,
                          {view_of(protocol::domain::key_share), associated}, response.sealed);
    if (!plain) return core.out.log("KeysDoNotOpen");
    const auto shares = scale::decode<protocol::KeyShares>(plain->reveal());
    if (!shares) return core.out.log("KeysMalformed");
    sent_.reset();
    const std::size_t before = wanted_.size();
    for (const protocol::SeedShare& share : shares->shares) take(core, share);
    // Whoever made progress asks for the rest at once; without progress there is a pause.
    if (wanted_.size() < before) attempts_.last.reset();
}

void KeyRing::take(Core& core, const protocol::SeedShare& share) {
    if (!core.view || !core.view->epoch_key || !wanted_.contains(share.subject)) return;
    const protocol::EpochKey& epoch = *core.view->epoch_key;
    const auto holder =
        std::ranges::find(epoch.holders, share.index, &protocol::ShareHolder::index);
    if (holder == epoch.holders.end() || share.index == 0)
        return core.out.log("KeyShareUnknownHolder");
    const Bytes message = protocol::seed_message(core.mission->genesis, epoch.epoch, share.subject);
    if (!crypto::verify_evaluation(holder->share_public, view_of(protocol::domain::seed), message,
                                   share.evaluation)) {
        return core.out.log("BadKeyShare", "holder " + std::to_string(share.index));
    }
    auto& held = shares_[share.subject];
    held[share.index] = share.evaluation.value;
    if (held.size() < epoch.threshold || epoch.threshold == 0) return;
    std::vector<crypto::IndexedPoint> points;
    for (const auto& [index, value] : held) {
        if (points.size() < epoch.threshold) points.push_back({index, value});
    }
    const auto whole = crypto::combine(points);
    if (!whole) return core.out.log("BadKeyShare", "shares do not combine");
    install(share.subject, seed_of(*whole));
}

void KeyRing::install(const protocol::SeedSubject& subject, const Secret<32>& seed) {
    wanted_.erase(subject);
    auto& points = shares_[subject];
    for (auto& [index, value] : points) base::wipe(value.data(), value.size());
    shares_.erase(subject);
    if (subject.purpose == protocol::SeedPurpose::Cluster) {
        cluster_ = cluster_keys_of(seed);
        return;
    }
    if (contracts_.size() >= contracts_max) contracts_.erase(contracts_.begin());
    contracts_.insert_or_assign(ContractId(subject.id.view()), contract_keys_of(seed));
}

void KeyRing::wipe() {
    cluster_.reset();
    contracts_.clear();
    shares_.clear();
    wanted_.clear();
    waiting_.reset();
    sent_.reset();
}

}  // namespace cloister::enclave
