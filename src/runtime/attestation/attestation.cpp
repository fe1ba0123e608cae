#include "runtime/attestation/attestation.hpp"

#include "protocol/storage.hpp"

namespace cloister::runtime::attestation {

namespace {

namespace storage = protocol::storage;

Dispatch submit_collateral(Context& context, const AccountId&,
                           const protocol::SubmitCollateral& call) {
    if (!scale::decode<attest::Collateral>(call.collateral)) {
        return refuse(Error::MalformedCollateral);
    }
    context.state.put(storage::attestation_collateral(), call.collateral);
    context.deposit(events::CollateralUpdated{});
    return {};
}

Dispatch approve_measurement(Context& context, const AccountId&,
                             const protocol::ApproveMeasurement& call) {
    if (is_approved(context.state, call.measurement)) return refuse(Error::AlreadyApproved);
    const auto notice = context.state.load_or(notice_period_key(), std::uint32_t{0});
    const BlockNumber keys_from(context.number.value + notice);
    context.state.store(storage::attestation_approved(call.measurement),
                        protocol::MeasurementApproval{call.name, context.number, keys_from});
    context.deposit(events::MeasurementApproved{call.measurement, keys_from});
    return {};
}

Dispatch remove_measurement(Context& context, const AccountId&,
                            const protocol::RemoveMeasurement& call) {
    if (!is_approved(context.state, call.measurement)) return refuse(Error::NotApproved);
    context.state.remove(storage::attestation_approved(call.measurement));
    context.deposit(events::MeasurementRemoved{call.measurement});
    return {};
}

Dispatch set_policy(Context& context, const AccountId&, const protocol::SetPolicy& call) {
    const auto policy = scale::decode<attest::Policy>(call.policy);
    if (!policy || policy->any_measurement) return refuse(Error::MalformedPolicy);
    context.state.put(storage::attestation_policy(), call.policy);
    context.deposit(events::PolicyUpdated{});
    return {};
}

constexpr auto light = linear<50 * microsecond, 500>;
constexpr std::array calls{
    declare_call<protocol::SubmitCollateral, submit_collateral, light>(
        "submit_collateral", "collateral: Bytes", Access::Root),
    declare_call<protocol::ApproveMeasurement, approve_measurement, light>(
        "approve_measurement", "measurement: H256, name: Text", Access::Root),
    declare_call<protocol::RemoveMeasurement, remove_measurement, light>(
        "remove_measurement", "measurement: H256", Access::Root),
    declare_call<protocol::SetPolicy, set_policy, light>("set_policy", "policy: Bytes",
                                                         Access::Root),
};
constexpr std::array events_{
    declare_event<events::MeasurementApproved>(),
    declare_event<events::MeasurementRemoved>(),
    declare_event<events::CollateralUpdated>(),
    declare_event<events::PolicyUpdated>(),
};
constexpr std::array stored{
    StorageEntry{"Collateral", "Collateral", Hasher::None, "", nullptr},
    StorageEntry{"Policy", "Policy", Hasher::None, "", nullptr},
    StorageEntry{"SimulatedRoot", "H256", Hasher::None, "", nullptr},
    StorageEntry{"NoticePeriod", "u32", Hasher::None, "", nullptr},
    StorageEntry{"ApprovedMeasurements", "MeasurementApproval", Hasher::Twox64Concat, "H256",
                 nullptr},
};

attest::Roots roots_of(const Overlay& state) {
    const auto simulated = state.load<Hash256>(storage::attestation_simulated_root());
    if (simulated) return {attest::Roots::Intel::Refused, simulated};
    return {attest::Roots::Intel::Pinned, std::nullopt};
}

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{
        "Attestation", Pallet::Attestation, calls, events_, names_of<Error>, stored, {}};
    return entry;
}

Bytes notice_period_key() { return storage::prefix("Attestation", "NoticePeriod"); }

bool is_approved(const Overlay& state, const Measurement& measurement) {
    return state.contains(storage::attestation_approved(measurement));
}

Standing standing_of(const Overlay& state, const Measurement& measurement, BlockNumber number) {
    const auto approval =
        state.load<protocol::MeasurementApproval>(storage::attestation_approved(measurement));
    if (!approval) return Standing::NotApproved;
    return approval->keys_from <= number ? Standing::MayServe : Standing::InNotice;
}

Result<attest::Verdict, Refusal> examine(const Context& context, ByteView evidence,
                                         const protocol::ReportData64& expected) {
    const auto collateral =
        context.state.load_or(storage::attestation_collateral(), attest::Collateral{});
    const attest::Roots roots = roots_of(context.state);
    auto verdict = attest::verify(evidence, collateral, context.now().value / 1000, roots);
    if (!verdict) {
        const bool foreign = verdict.error().code == attest::Code::UntrustedRoot;
        return err(foreign ? Refusal::ForeignPlatform : Refusal::QuoteNotAuthentic);
    }
    if (verdict->simulated != roots.simulated.has_value()) return err(Refusal::ForeignPlatform);
    if (!equal(verdict->claims.report_data.view(), expected.view())) {
        return err(Refusal::ReportDataMismatch);
    }
    if (!is_approved(context.state, verdict->claims.measurement)) {
        return err(Refusal::MeasurementNotApproved);
    }
    auto policy = context.state.load_or(storage::attestation_policy(), attest::Policy{});
    policy.measurements = {
        verdict->claims.measurement};  // the list in state decides, not the policy's
    const auto appraisal = attest::appraise(*verdict, policy);
    if (appraisal.accepted()) return std::move(*verdict);
    const bool debug = std::ranges::count(appraisal.reasons, attest::Reason::DebugEnclave) > 0;
    return err(debug ? Refusal::DebugEnclave : Refusal::PolicyRefused);
}

}  // namespace cloister::runtime::attestation
