// Appraisal policy: what is accepted of what is authentic. Default deny; every reason is reported.
#pragma once

#include "attest/attest.hpp"

namespace cloister::attest {

struct Policy {
    static constexpr std::size_t list_max = 1024;

    std::vector<Technology> technologies;
    std::vector<Measurement> measurements;  // empty: none accepted
    bool any_measurement = false;           // only for looking at evidence, never on a chain
    std::uint16_t svn_min = 0;
    std::uint32_t tcb_evaluation_number_min = 0;
    std::vector<TcbStatus> statuses;
    std::vector<std::string> advisories_accepted;  // an advisory outside this list is a reason
    bool any_advisory = false;
    bool debug_accepted = false;
    std::vector<FixedBytes<16, struct PpidTag>> platforms_denied;

    static constexpr auto scale_fields(auto& s) {
        constexpr std::size_t m = list_max;
        return scale::fields(scale::bounded<16>(s.technologies), scale::bounded<m>(s.measurements),
                             s.any_measurement, s.svn_min, s.tcb_evaluation_number_min,
                             scale::bounded<16>(s.statuses),
                             scale::bounded<m>(s.advisories_accepted), s.any_advisory,
                             s.debug_accepted, scale::bounded<m>(s.platforms_denied));
    }
    friend bool operator==(const Policy&, const Policy&) = default;
};

enum class Reason : std::uint8_t {
    TechnologyNotAccepted,
    MeasurementNotApproved,
    SvnTooLow,
    TcbEvaluationNumberTooLow,
    TcbStatusNotAccepted,
    AdvisoryNotAccepted,
    DebugEnclave,
    PlatformDenied,
};
std::string_view name_of(Reason reason);

struct PolicyVerdict {
    std::vector<Reason> reasons;  // empty: accepted
    bool accepted() const { return reasons.empty(); }
};

PolicyVerdict appraise(const Verdict& verdict, const Policy& policy);

// What `attest verify` uses without --policy: SGX, any measurement, UpToDate or SWHardeningNeeded,
// no debug.
Policy default_inspection_policy();

// The documented JSON form (docs/formats.md); every member optional, unknown members refused.
Result<Policy, Error> parse_policy_json(ByteView json);

}  // namespace cloister::attest
