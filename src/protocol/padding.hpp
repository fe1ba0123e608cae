// Size classes: what is sealed is a u32 length, the data and zeros up to the next class, so that a
// ciphertext's length says little. Classes: powers of two from 256 bytes, and half-way steps (256,
// 384, 512, 768, ...).
#pragma once

#include <optional>

#include "base/secret.hpp"

namespace cloister::protocol {

std::size_t size_class_of(std::size_t data_bytes);  // of the padded plaintext
SecretBytes pad(ByteView data);
// Nothing unless the length fits, the size is a class and all padding is zero.
std::optional<SecretBytes> unpad(ByteView padded);

}  // namespace cloister::protocol
