#include "codec/scale/scale.hpp"

namespace cloister::scale {

std::string_view name_of(Error error) {
    switch (error) {
        case Error::UnexpectedEnd: return "UnexpectedEnd";
        case Error::NonCanonicalCompact: return "NonCanonicalCompact";
        case Error::CompactTooLarge: return "CompactTooLarge";
        case Error::LengthOverLimit: return "LengthOverLimit";
        case Error::InvalidBool: return "InvalidBool";
        case Error::InvalidOption: return "InvalidOption";
        case Error::InvalidVariant: return "InvalidVariant";
        case Error::UnsortedMap: return "UnsortedMap";
        case Error::TrailingBytes: return "TrailingBytes";
    }
    std::unreachable();
}

void Encoder::compact(u128 value) {
    if (value < (1U << 6)) return write(static_cast<std::uint8_t>(value << 2));
    if (value < (1U << 14)) return write(static_cast<std::uint16_t>((value << 2) | 1));
    if (value < (1U << 30)) return write(static_cast<std::uint32_t>((value << 2) | 2));
    std::uint8_t size = 4;
    while (size < 16 && (value >> (8 * size)) != 0) ++size;
    byte(static_cast<std::uint8_t>(((size - 4) << 2) | 3));
    for (std::uint8_t i = 0; i < size; ++i)
        byte(static_cast<std::uint8_t>((value >> (8 * i)) & 0xff));
}

ByteView Decoder::raw(std::size_t size) {
    if (failed()) return {};
    if (size > remaining()) {
        fail(Error::UnexpectedEnd);
        return {};
    }
    const ByteView bytes = input_.subspan(offset_, size);
    offset_ += size;
    return bytes;
}

std::uint8_t Decoder::byte() {
    const ByteView one = raw(1);
    return one.empty() ? std::uint8_t{0} : one[0];
}

u128 Decoder::compact(u128 max) {
    const std::size_t at = offset_;
    const std::uint8_t first = byte();
    const std::uint8_t mode = first & 3;
    u128 value = first >> 2;
    u128 least = 0;
    std::size_t more = 0;
    if (mode == 1) {
        more = 1;
        least = 1U << 6;
    } else if (mode == 2) {
        more = 3;
        least = 1U << 14;
    } else if (mode == 3) {
        more = static_cast<std::size_t>(first >> 2) + 4;
    }
    if (failed()) return 0;
    if (mode == 3 && more > 16) {
        offset_ = at;
        fail(Error::CompactTooLarge);
        return 0;
    }
    const ByteView rest = raw(more);
    if (failed()) return 0;
    if (mode == 3) {
        value = 0;
        for (std::size_t i = more; i > 0; --i) value = (value << 8) | rest[i - 1];
        least = more == 4 ? u128{1} << 30 : u128{1} << (8 * (more - 1));
    } else {
        for (std::size_t i = 0; i < more; ++i) value |= static_cast<u128>(rest[i]) << (6 + 8 * i);
    }
    if (value < least) {
        offset_ = at;
        fail(Error::NonCanonicalCompact);
        return 0;
    }
    if (value > max) {
        offset_ = at;
        fail(Error::CompactTooLarge);
        return 0;
    }
    return value;
}

std::size_t Decoder::length(std::size_t max, std::size_t element_size_min) {
    const std::size_t at = offset_;
    const u128 count = compact(~u128{0} >> 1);
    if (failed()) return 0;
    if (count > max || count * element_size_min > remaining()) {
        const bool ends_early = count <= max;
        offset_ = at;
        fail(ends_early ? Error::UnexpectedEnd : Error::LengthOverLimit);
        return 0;
    }
    return static_cast<std::size_t>(count);
}

void Decoder::read_into(bool& value) {
    const std::uint8_t b = byte();
    if (b > 1) {
        --offset_;
        return fail(Error::InvalidBool);
    }
    value = b == 1;
}

void Decoder::read_bytes(Bytes& value, std::size_t max) { value = to_bytes(raw(length(max, 1))); }

void Decoder::read_text(std::string& value, std::size_t max) {
    value = std::string(text_of(raw(length(max, 1))));
}

}  // namespace cloister::scale
