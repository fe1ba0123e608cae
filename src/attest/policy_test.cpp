#include <gtest/gtest.h>

#include "attest/policy.hpp"

namespace cloister::attest {
namespace {

Verdict good_verdict() {
    Verdict v;
    v.claims.svn = 3;
    v.platform.tcb_evaluation_number = 16;
    v.platform.advisory_ids = {"INTEL-SA-00615"};
    return v;
}

Policy good_policy() {
    Policy p;
    p.technologies = {Technology::IntelSgx};
    p.measurements = {Measurement{}};
    p.svn_min = 3;
    p.tcb_evaluation_number_min = 16;
    p.statuses = {TcbStatus::UpToDate};
    p.advisories_accepted = {"INTEL-SA-00615"};
    return p;
}

TEST(Policy, AcceptsWhatItNames) {
    EXPECT_TRUE(appraise(good_verdict(), good_policy()).accepted());
}

TEST(Policy, TheEmptyPolicyAcceptsNothing) {
    const std::vector<Reason> all = {Reason::TechnologyNotAccepted, Reason::MeasurementNotApproved,
                                     Reason::TcbStatusNotAccepted, Reason::AdvisoryNotAccepted};
    EXPECT_EQ(appraise(good_verdict(), Policy{}).reasons, all);
}

TEST(Policy, ReportsEveryReasonAtOnce) {
    Verdict v = good_verdict();
    v.claims.debug = true;
    v.claims.svn = 2;
    v.claims.measurement = Measurement(Bytes(32, 1));
    v.platform.status = TcbStatus::OutOfDate;
    v.platform.tcb_evaluation_number = 15;
    v.platform.advisory_ids.push_back("INTEL-SA-00001");
    Policy p = good_policy();
    p.technologies.clear();
    p.platforms_denied = {v.platform.ppid};
    const std::vector<Reason> all = {Reason::TechnologyNotAccepted,
                                     Reason::MeasurementNotApproved,
                                     Reason::SvnTooLow,
                                     Reason::TcbEvaluationNumberTooLow,
                                     Reason::TcbStatusNotAccepted,
                                     Reason::AdvisoryNotAccepted,
                                     Reason::DebugEnclave,
                                     Reason::PlatformDenied};
    EXPECT_EQ(appraise(v, p).reasons, all);
}

TEST(Policy, TheInspectionPolicyRefusesDebugAndOutdatedPlatforms) {
    Verdict v = good_verdict();
    v.platform.status = TcbStatus::SWHardeningNeeded;
    EXPECT_TRUE(appraise(v, default_inspection_policy()).accepted());
    v.claims.debug = true;
    v.platform.status = TcbStatus::OutOfDate;
    const std::vector<Reason> both = {Reason::TcbStatusNotAccepted, Reason::DebugEnclave};
    EXPECT_EQ(appraise(v, default_inspection_policy()).reasons, both);
}

TEST(Policy, ReadsItsJsonForm) {
    const std::string measurement(64, '0');
    const std::string ppid(32, '1');
    const auto policy = parse_policy_json(
        view_of(R"({"technologies":["intel-sgx"],"measurements":[")" + measurement +
                R"("],"any_measurement":false,"svn_min":3,"tcb_evaluation_number_min":16,)"
                R"("statuses":["UpToDate"],"advisories_accepted":["INTEL-SA-00615"],)"
                R"("any_advisory":false,"debug_accepted":false,"platforms_denied":[")" +
                ppid + R"("]})"));
    ASSERT_TRUE(policy.has_value()) << policy.error().message;
    Policy expected = good_policy();
    expected.platforms_denied = {decltype(Platform::ppid)(Bytes(16, 0x11))};
    EXPECT_EQ(*policy, expected);
    EXPECT_EQ(parse_policy_json(view_of("{}")).get(), Policy{});
}

TEST(Policy, RefusesJsonThatItDoesNotUnderstand) {
    for (const std::string_view text :
         {"", "[]", "{", R"({"unknown":1})", R"({"svn_min":65536})", R"({"svn_min":-1})",
          R"({"svn_min":"3"})", R"({"measurements":["00"]})", R"({"statuses":["Fine"]})",
          R"({"technologies":["intel-tdx"]})", R"({"svn_min":1,"svn_min":2})",
          R"({"debug_accepted":1})", R"({"platforms_denied":"x"})", R"({} x)"}) {
        EXPECT_FALSE(parse_policy_json(view_of(text)).has_value()) << text;
    }
}

}  // namespace
}  // namespace cloister::attest
