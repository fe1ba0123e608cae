#include "protocol/padding.hpp"

#include <bit>

namespace cloister::protocol {
namespace {

constexpr std::size_t class_min = 256;
constexpr std::size_t length_bytes = 4;

std::size_t class_for(std::size_t bytes) {
    if (bytes <= class_min) return class_min;
    const std::size_t above = std::bit_ceil(bytes);
    const std::size_t half_way = above / 4 * 3;
    return bytes <= half_way ? half_way : above;
}

}  // namespace

std::size_t size_class_of(std::size_t data_bytes) { return class_for(data_bytes + length_bytes); }

SecretBytes pad(ByteView data) {
    CLOISTER_ASSERT(data.size() <= 0xffffffffU);
    Bytes out(size_class_of(data.size()));
    for (std::size_t i = 0; i < length_bytes; ++i) {
        out[i] = static_cast<std::uint8_t>((data.size() >> (8 * i)) & 0xff);
    }
    std::ranges::copy(data, out.begin() + length_bytes);
    return SecretBytes(std::move(out));
}

std::optional<SecretBytes> unpad(ByteView padded) {
    if (padded.size() < class_min || class_for(padded.size()) != padded.size()) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = length_bytes; i > 0; --i) length = (length << 8) | padded[i - 1];
    if (length > padded.size() - length_bytes) return std::nullopt;
    if (size_class_of(length) != padded.size()) return std::nullopt;
    const ByteView rest = padded.subspan(length_bytes + length);
    if (!std::ranges::all_of(rest, [](std::uint8_t b) { return b == 0; })) return std::nullopt;
    return SecretBytes(to_bytes(padded.subspan(length_bytes, length)));
}

}  // namespace cloister::protocol
