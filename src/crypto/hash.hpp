// Hashes. blake2b and twox are Substrate's; SHA-2 serves attestation and RFC 6962.
#pragma once

#include "base/types.hpp"

namespace cloister::crypto {

using Hash384 = FixedBytes<48, struct Hash384Tag>;
using Hash512 = FixedBytes<64, struct Hash512Tag>;
using Hash128 = FixedBytes<16, struct Hash128Tag>;
using Hash64 = FixedBytes<8, struct Hash64Tag>;

Hash128 blake2b_128(ByteView data);
Hash256 blake2b_256(ByteView data);
Hash512 blake2b_512(ByteView data);
Hash256 sha256(ByteView data);
Hash384 sha384(ByteView data);
Hash512 sha512(ByteView data);
// XXH64 with seeds 0, 1, 2, 3, little-endian, as Substrate's storage prefixes.
Hash64 twox_64(ByteView data);
Hash128 twox_128(ByteView data);
Hash256 twox_256(ByteView data);

Hash256 hmac_sha256(ByteView key, ByteView data);

}  // namespace cloister::crypto
