// What a simulated vendor and its quoting enclave say about themselves. The defaults are honest;
// forge.cpp alters single members to make evidence that must be refused.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace cloister::platform {

// "SIM": no processor has this family-model-stepping-platform code.
using FmspcBytes = std::array<std::uint8_t, 6>;
inline constexpr FmspcBytes simulated_fmspc{0x53, 0x49, 0x4d, 0, 0, 0};

using TcbComponents = std::array<std::uint8_t, 16>;
inline constexpr TcbComponents current_components{15, 16, 3, 3, 255, 255, 1};
inline constexpr std::uint16_t current_pcesvn = 13;

// SGX ATTRIBUTES.FLAGS (Intel SDM, 38.7.1).
inline constexpr std::uint64_t flag_init = 0x01;
inline constexpr std::uint64_t flag_debug = 0x02;
inline constexpr std::uint64_t flag_mode_64_bit = 0x04;
inline constexpr std::uint64_t flag_provision_key = 0x10;

struct TcbLevel {
    TcbComponents components = current_components;
    std::uint16_t pcesvn = current_pcesvn;
    std::string status = "UpToDate";
    std::string advisory;  // empty: none
};

struct QeRecipe {
    bool foreign_signer = false;  // MRSIGNER other than the identity's
    std::uint16_t product_id = 1;
    std::uint16_t svn = 8;
    std::uint64_t attributes = flag_init | flag_mode_64_bit | flag_provision_key;
    std::uint32_t misc_select = 0;
    bool binds_attestation_key = true;
};

struct Recipe {
    std::uint64_t not_before = 0;  // of everything, unix seconds
    std::uint64_t not_after = 0;   // of the certificates; each of the four below defaults to it
    std::uint64_t root_crl_until = 0;
    std::uint64_t pck_crl_until = 0;
    std::uint64_t tcb_info_until = 0;
    std::uint64_t qe_identity_until = 0;
    std::uint64_t pck_from = 0;
    std::uint64_t pck_until = 0;

    bool pck_revoked = false;
    bool intermediate_revoked = false;
    bool tcb_signer_revoked = false;

    std::string tcb_info_id = "SGX";
    FmspcBytes tcb_info_fmspc = simulated_fmspc;
    std::string tcb_info_pceid = "0000";
    std::vector<TcbLevel> levels;  // in document order, the best first
    std::string qe_status = "UpToDate";
    std::uint16_t qe_level_svn = 8;
    QeRecipe qe;
};

// Valid for 20 years from `not_before`, all of it UpToDate.
Recipe honest_recipe(std::uint64_t not_before);

}  // namespace cloister::platform
