// How a domain tag and values become bytes: the tag's letters, then the SCALE encodings.
#pragma once

#include <string_view>

#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol {

template <class... Ts>
Bytes tagged(std::string_view domain, const Ts&... values) {
    return concat(view_of(domain), scale::encode(values...));
}

template <class... Ts>
Hash256 tagged_hash(std::string_view domain, const Ts&... values) {
    return crypto::blake2b_256(tagged(domain, values...));
}

// blake2b-256 of the tagged bytes, then 32 zero bytes: fills SGX's 64.
template <class... Ts>
ReportData64 report_data(std::string_view domain, const Ts&... values) {
    const Hash256 digest = tagged_hash(domain, values...);
    return ReportData64(ByteView(concat(digest.view(), Bytes(32))));
}

}  // namespace cloister::protocol
