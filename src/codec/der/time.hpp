// Calendar arithmetic for the two ASN.1 time types and for RFC 3339, without libc's locale or time
// zone. Proleptic Gregorian calendar, UTC, years 1970 to 9999.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace cloister::der {

struct CivilTime {
    unsigned year = 1970;
    unsigned month = 1;  // 1..12
    unsigned day = 1;    // 1..31
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;  // 0..59; leap seconds are not accepted
};

// Seconds since 1970; nothing when a field is out of range, the 30th of February included.
std::optional<std::uint64_t> unix_of(const CivilTime& time);
// Precondition: before the year 10000.
CivilTime civil_of(std::uint64_t unix_time);

// YYMMDDHHMMSSZ, years 1970..2049 (RFC 5280, 4.1.2.5.1).
std::optional<std::uint64_t> parse_utc_time(std::string_view text);
// YYYYMMDDHHMMSSZ (RFC 5280, 4.1.2.5.2).
std::optional<std::uint64_t> parse_generalized_time(std::string_view text);
// YYYY-MM-DDTHH:MM:SSZ, the one form of RFC 3339 that vendors' collateral uses.
std::optional<std::uint64_t> parse_rfc3339(std::string_view text);
std::string rfc3339_of(std::uint64_t unix_time);

}  // namespace cloister::der
