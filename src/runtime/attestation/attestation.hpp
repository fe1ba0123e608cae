// Attestation: collateral, approved measurements and the policy that evidence is held against. The
// simulated root is written by genesis alone and decides which platforms exist at all on this
// chain.
#pragma once

#include "attest/policy.hpp"
#include "protocol/registry.hpp"
#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::attestation {

enum class Error : std::uint8_t {
    MalformedCollateral,  // bytes that are no attest::Collateral
    MalformedPolicy,      // bytes that are no attest::Policy, or one that accepts any measurement
    AlreadyApproved,      // the measurement is approved
    NotApproved,          // the measurement to remove is not approved
};
constexpr Error scale_last(Error) { return Error::NotApproved; }
constexpr Pallet pallet_of(Error) { return Pallet::Attestation; }

namespace events {
struct MeasurementApproved {
    static constexpr Pallet pallet = Pallet::Attestation;
    static constexpr std::uint8_t variant = 0;
    static constexpr std::string_view name = "MeasurementApproved";
    static constexpr std::string_view field_list = "measurement: H256, keys_from: u32";
    Measurement measurement;
    BlockNumber keys_from;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.measurement, s.keys_from);
    }
};
struct MeasurementRemoved {
    static constexpr Pallet pallet = Pallet::Attestation;
    static constexpr std::uint8_t variant = 1;
    static constexpr std::string_view name = "MeasurementRemoved";
    static constexpr std::string_view field_list = "measurement: H256";
    Measurement measurement;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.measurement); }
};
struct CollateralUpdated {
    static constexpr Pallet pallet = Pallet::Attestation;
    static constexpr std::uint8_t variant = 2;
    static constexpr std::string_view name = "CollateralUpdated";
    static constexpr std::string_view field_list = "";
    static constexpr auto scale_fields(auto&) { return scale::fields(); }
};
struct PolicyUpdated {
    static constexpr Pallet pallet = Pallet::Attestation;
    static constexpr std::uint8_t variant = 3;
    static constexpr std::string_view name = "PolicyUpdated";
    static constexpr std::string_view field_list = "";
    static constexpr auto scale_fields(auto&) { return scale::fields(); }
};
}  // namespace events

const PalletEntry& declaration();
Bytes notice_period_key();

bool is_approved(const Overlay& state, const Measurement& measurement);

// Whether an enclave of this measurement may serve in block `number`: publish keys, be drawn,
// have its receipts accepted. In its notice period it may only register.
enum class Standing : std::uint8_t { MayServe, InNotice, NotApproved };
Standing standing_of(const Overlay& state, const Measurement& measurement, BlockNumber number);

// Why evidence does not speak for what is asked of it; the asking pallet has its own name for each.
enum class Refusal : std::uint8_t {
    QuoteNotAuthentic,  // attest::verify refuses
    ForeignPlatform,    // rests on another root than this chain's: simulated where it is real or so
    ReportDataMismatch,      // authentic, but says something else
    MeasurementNotApproved,  // an enclave that nobody approved
    DebugEnclave,            // ATTRIBUTES.DEBUG, and the policy does not accept that
    PolicyRefused,           // any other reason of attest::appraise
};
// The evidence at this block's time, with the collateral and policy in state.
Result<attest::Verdict, Refusal> examine(const Context& context, ByteView evidence,
                                         const protocol::ReportData64& expected);

}  // namespace cloister::runtime::attestation
