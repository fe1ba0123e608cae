// SS58 addresses (docs.substrate.io, "SS58"): base58 of prefix, account and a blake2b-512 checksum.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace cloister::crypto {

inline constexpr std::uint16_t ss58_prefix_generic = 42;

struct Ss58Address {
    std::uint16_t prefix = ss58_prefix_generic;
    AccountId account;
};

std::string encode_ss58(const Ss58Address& address);
std::optional<Ss58Address> parse_ss58(std::string_view text);

}  // namespace cloister::crypto
