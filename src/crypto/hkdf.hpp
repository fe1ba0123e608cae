// HKDF-SHA256 (RFC 5869).
#pragma once

#include "base/secret.hpp"
#include "base/types.hpp"

namespace cloister::crypto {

Secret<32> hkdf_extract(ByteView salt, ByteView input_key_material);
// `length` is at most 255 * 32 bytes (asserted).
SecretBytes hkdf_expand(const Secret<32>& pseudorandom_key, ByteView info, std::size_t length);
Secret<32> hkdf_expand_32(const Secret<32>& pseudorandom_key, ByteView info);

}  // namespace cloister::crypto
