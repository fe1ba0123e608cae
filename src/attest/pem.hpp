// Internal: PEM (RFC 7468) as Intel's chains use it: certificates one after another, leaf first.
#pragma once

#include "attest/fault.hpp"

namespace cloister::attest {

struct PemBlock {
    Bytes der;
    std::size_t offset = 0;  // of the block in the text
};

// At most `count_max` certificates. Line ends may stand between blocks, and NUL octets after the
// last one (the Quoting Library counts the string's terminator); anything else is refused. Base64
// must be canonical.
Parsed<std::vector<PemBlock>> parse_pem(ByteView text, std::size_t count_max);

// Canonical base64 with padding and line ends; nothing for anything else.
std::optional<Bytes> decode_base64(std::string_view text);

}  // namespace cloister::attest
