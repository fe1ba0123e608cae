// Internal: the SGX extension of a PCK certificate, 1.2.840.113741.1.13.1 ("Intel SGX PCK
// Certificate and CRL Profile Specification", 1.3.5): which platform, with which security versions.
#pragma once

#include "attest/fault.hpp"

namespace cloister::attest {

struct PckExtension {
    decltype(Platform::ppid) ppid;
    std::array<std::uint8_t, 16> component_svns{};
    std::uint16_t pce_svn = 0;
    std::array<std::uint8_t, 2> pce_id{};
    decltype(Platform::fmspc) fmspc;
    decltype(Platform::instance) instance;  // Platform CA only
};

Parsed<PckExtension> parse_pck_extension(ByteView encoded);

}  // namespace cloister::attest
