// The JSON form of a policy: one object; every member optional, unknown ones refused.
//
//   technologies              list of "intel-sgx"
//   measurements              list of MRENCLAVE, 64 hexadecimal digits
//   any_measurement           true or false
//   svn_min                   0 to 65535, the enclave's ISVSVN
//   tcb_evaluation_number_min 0 to 4294967295, of TCB info and QE identity
//   statuses                  list of Intel's words, such as "UpToDate"
//   advisories_accepted       list of identifiers, such as "INTEL-SA-00615"
//   any_advisory              true or false
//   debug_accepted            true or false
//   platforms_denied          list of PPID, 32 hexadecimal digits
#include "attest/policy.hpp"

#include "attest/tcb.hpp"
#include "base/hex.hpp"
#include "codec/json/reader.hpp"

namespace cloister::attest {
namespace {

template <class List, class Value>
bool contains(const List& list, const Value& value) {
    return std::ranges::find(list, value) != list.end();
}

// An array of at most list_max elements, each read by `read`, which returns nothing for a bad one.
template <class List, class Read>
void read_list(json::Reader& reader, List& list, Read&& read) {
    list.clear();
    if (!reader.enter_array()) return;
    while (reader.next_element()) {
        const std::size_t at = reader.offset();
        auto value = read(reader.string());
        if (!value) return reader.fail(json::Error::InvalidValue, at);
        if (list.size() == Policy::list_max) return reader.fail(json::Error::TooLarge, at);
        list.push_back(std::move(*value));
    }
}

template <class Fixed>
std::optional<Fixed> parse_fixed(const std::string& text) {
    const auto bytes = base::from_hex(text);
    return bytes ? Fixed::from(*bytes) : std::nullopt;
}

std::optional<Technology> parse_technology(const std::string& text) {
    return text == name_of(Technology::IntelSgx) ? std::optional(Technology::IntelSgx)
                                                 : std::nullopt;
}

bool read_member(json::Reader& reader, const std::string& key, Policy& policy) {
    if (key == "technologies") {
        read_list(reader, policy.technologies, parse_technology);
    } else if (key == "measurements") {
        read_list(reader, policy.measurements, parse_fixed<Measurement>);
    } else if (key == "any_measurement") {
        policy.any_measurement = reader.boolean();
    } else if (key == "svn_min") {
        policy.svn_min = static_cast<std::uint16_t>(reader.unsigned_integer(0xffff));
    } else if (key == "tcb_evaluation_number_min") {
        policy.tcb_evaluation_number_min =
            static_cast<std::uint32_t>(reader.unsigned_integer(0xffffffff));
    } else if (key == "statuses") {
        read_list(reader, policy.statuses, parse_tcb_status);
    } else if (key == "advisories_accepted") {
        read_list(reader, policy.advisories_accepted,
                  [](std::string id) { return std::optional(std::move(id)); });
    } else if (key == "any_advisory") {
        policy.any_advisory = reader.boolean();
    } else if (key == "debug_accepted") {
        policy.debug_accepted = reader.boolean();
    } else if (key == "platforms_denied") {
        read_list(reader, policy.platforms_denied, parse_fixed<decltype(Platform::ppid)>);
    } else {
        return false;
    }
    return true;
}

}  // namespace

PolicyVerdict appraise(const Verdict& verdict, const Policy& policy) {
    PolicyVerdict out;
    const auto demand = [&](bool holds, Reason reason) {
        if (!holds) out.reasons.push_back(reason);
    };
    const Claims& claims = verdict.claims;
    const Platform& platform = verdict.platform;
    demand(contains(policy.technologies, verdict.technology), Reason::TechnologyNotAccepted);
    demand(policy.any_measurement || contains(policy.measurements, claims.measurement),
           Reason::MeasurementNotApproved);
    demand(claims.svn >= policy.svn_min, Reason::SvnTooLow);
    demand(platform.tcb_evaluation_number >= policy.tcb_evaluation_number_min,
           Reason::TcbEvaluationNumberTooLow);
    demand(contains(policy.statuses, platform.status), Reason::TcbStatusNotAccepted);
    const bool advisories_known = std::ranges::all_of(
        platform.advisory_ids,
        [&](const std::string& id) { return contains(policy.advisories_accepted, id); });
    demand(policy.any_advisory || advisories_known, Reason::AdvisoryNotAccepted);
    demand(policy.debug_accepted || !claims.debug, Reason::DebugEnclave);
    demand(!contains(policy.platforms_denied, platform.ppid), Reason::PlatformDenied);
    return out;
}

Policy default_inspection_policy() {
    Policy policy;
    policy.technologies = {Technology::IntelSgx};
    policy.any_measurement = true;
    policy.statuses = {TcbStatus::UpToDate, TcbStatus::SWHardeningNeeded};
    policy.any_advisory = true;  // SWHardeningNeeded always names advisories
    return policy;
}

Result<Policy, Error> parse_policy_json(ByteView text) {
    constexpr json::Limits limits = {
        .depth_max = 4, .bytes_max = Collateral::part_bytes_max, .members_max = 64};
    Policy policy;
    json::Reader reader(text, limits);
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (!read_member(reader, *key, policy)) reader.fail(json::Error::UnknownMember);
        }
    }
    auto done = reader.finish();
    if (!done) {
        return failure(Code::MalformedCollateral, "policy", done.error().offset,
                       std::string(json::name_of(done.error().error)));
    }
    return policy;
}

std::string_view name_of(Reason reason) {
    switch (reason) {
        case Reason::TechnologyNotAccepted: return "TechnologyNotAccepted";
        case Reason::MeasurementNotApproved: return "MeasurementNotApproved";
        case Reason::SvnTooLow: return "SvnTooLow";
        case Reason::TcbEvaluationNumberTooLow: return "TcbEvaluationNumberTooLow";
        case Reason::TcbStatusNotAccepted: return "TcbStatusNotAccepted";
        case Reason::AdvisoryNotAccepted: return "AdvisoryNotAccepted";
        case Reason::DebugEnclave: return "DebugEnclave";
        case Reason::PlatformDenied: return "PlatformDenied";
    }
    return "?";
}

}  // namespace cloister::attest
