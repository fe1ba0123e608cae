#include "enclave/admission.hpp"

#include "attest/policy.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave {

namespace {

using protocol::GatekeeperError;
using Admission = std::optional<Result<void, GatekeeperError>>;
namespace storage = protocol::storage;

Admission refuse(GatekeeperError error) { return Result<void, GatekeeperError>(err(error)); }

// The notice period of genesis, counted by this enclave on the chain that it followed: what the
// newest state says about it (keys_from) is only the word of whoever makes the newest blocks.
// Nothing while reads are missing.
std::optional<bool> noticed(Core& core, const Measurement& measurement) {
    const auto genesis = core.follower.at(BlockNumber(0));
    if (!genesis) return false;
    const auto notice =
        core.reads.get<std::uint32_t>(*genesis, storage::prefix("Attestation", "NoticePeriod"));
    if (!notice.ready) return std::nullopt;
    const std::uint32_t blocks = notice.value.value_or(0);
    const std::uint32_t number = core.view->at.number.value;
    const auto before = core.follower.at(BlockNumber(number > blocks ? number - blocks : 0));
    // A period longer than the history leaves what genesis approved.
    const auto approval = core.reads.get<protocol::MeasurementApproval>(
        before ? *before : *genesis, storage::attestation_approved(measurement), Ask::Stranger);
    if (!approval.ready) return std::nullopt;
    return approval.value.has_value();
}

// The evidence itself, then the policy; the registration must say the same about the enclave.
Admission admit_evidence(Core& core, const protocol::KeyRequest& request,
                         const protocol::WorkerInfo& info) {
    const At& at = core.view->at;
    const auto collateral =
        core.reads.get<attest::Collateral>(at, storage::attestation_collateral(), Ask::Large);
    const auto policy = core.reads.get<attest::Policy>(at, storage::attestation_policy());
    const auto approval = core.reads.get<protocol::MeasurementApproval>(
        at, storage::attestation_approved(info.measurement), Ask::Stranger);
    const auto passed = noticed(core, info.measurement);
    if (!collateral.ready || !policy.ready || !approval.ready || !passed) return std::nullopt;
    if (!collateral.value) return refuse(GatekeeperError::BadEvidence);
    attest::Roots roots;
    if (core.follower.simulated_root()) {
        roots = {attest::Roots::Intel::Refused, core.follower.simulated_root()};
    }
    const auto verdict =
        attest::verify(request.evidence, *collateral.value, core.view->time.value / 1000, roots);
    if (!verdict) {
        core.out.log("BadEvidence", std::string(attest::name_of(verdict.error().code)));
        return refuse(GatekeeperError::BadEvidence);
    }
    const auto expected = protocol::report_data_of(request);
    if (!equal(verdict->claims.report_data.view(), expected.view())) {
        return refuse(GatekeeperError::BadEvidence);
    }
    if (verdict->claims.measurement != info.measurement || !approval.value ||
        approval.value->keys_from > at.number || !*passed) {
        return refuse(GatekeeperError::MeasurementNotApproved);
    }
    if (!policy.value || !equal(verdict->platform.ppid.view(), info.ppid.view())) {
        return refuse(GatekeeperError::PlatformNotAccepted);
    }
    attest::Policy on_chain = *policy.value;
    on_chain.any_measurement = false;
    on_chain.measurements = {info.measurement};  // approved above
    if (!attest::appraise(*verdict, on_chain).accepted()) {
        return refuse(GatekeeperError::PlatformNotAccepted);
    }
    return Result<void, GatekeeperError>();
}

// Every subject belongs to the cluster that the worker serves.
Admission admit_subjects(Core& core, const protocol::KeyRequest& request,
                         const protocol::WorkerInfo& info) {
    const At& at = core.view->at;
    const auto members = core.reads.get<std::vector<WorkerId>>(
        at, storage::contracts_cluster_workers(info.cluster), Ask::Stranger);
    bool ready = members.ready;
    bool all =
        members.value && std::ranges::find(*members.value, info.worker) != members.value->end();
    for (const protocol::SeedSubject& subject : request.subjects) {
        if (subject.purpose == protocol::SeedPurpose::Cluster) {
            all = all && ClusterId(subject.id.view()) == info.cluster;
            continue;
        }
        const auto contract = core.reads.get<protocol::ContractInfo>(
            at, storage::contracts_contract(ContractId(subject.id.view())), Ask::Stranger);
        ready = ready && contract.ready;
        all = all && contract.value && contract.value->cluster == info.cluster;
    }
    if (!ready) return std::nullopt;
    if (!all) return refuse(GatekeeperError::NotInCluster);
    return Result<void, GatekeeperError>();
}

}  // namespace

Admission admit(Core& core, const protocol::KeyRequest& request) {
    if (request.version != 1) return refuse(GatekeeperError::Malformed);
    if (request.genesis != core.mission->genesis) return refuse(GatekeeperError::WrongGenesis);
    if (request.epoch != current_epoch) return refuse(GatekeeperError::WrongEpoch);
    if (!crypto::verify_ed25519(crypto::Ed25519Public(request.worker.view()),
                                protocol::signing_bytes(request), request.signature)) {
        return refuse(GatekeeperError::BadSignature);
    }
    const At& at = core.view->at;
    const auto info = core.reads.get<protocol::WorkerInfo>(
        at, storage::registry_worker(request.worker), Ask::Stranger);
    if (!info.ready) return std::nullopt;
    if (!info.value || info.value->encryption_key != request.encryption_key) {
        return refuse(GatekeeperError::UnknownWorker);
    }
    const auto newest = core.reads.get<WorkerId>(
        at, storage::registry_operator_worker(info.value->operator_account), Ask::Stranger);
    if (!newest.ready) return std::nullopt;
    if (newest.value != request.worker) return refuse(GatekeeperError::UnknownWorker);
    // Both are asked before either is judged: their reads share a proof.
    const Admission subjects = admit_subjects(core, request, *info.value);
    const Admission evidence = admit_evidence(core, request, *info.value);
    if (!subjects || !evidence) return std::nullopt;
    return evidence->has_value() ? subjects : evidence;
}

}  // namespace cloister::enclave
