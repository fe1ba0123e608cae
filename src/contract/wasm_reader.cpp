#include "contract/wasm_reader.hpp"

namespace cloister::contract {

std::uint8_t WasmReader::byte() {
    const ByteView one = raw(1);
    return one.empty() ? std::uint8_t{0} : one[0];
}

ByteView WasmReader::raw(std::size_t size) {
    if (failed_ || size > remaining()) {
        failed_ = true;
        return {};
    }
    const ByteView view = input_.subspan(offset_, size);
    offset_ += size;
    return view;
}

std::uint32_t WasmReader::u32() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        const std::uint8_t b = byte();
        if (shift == 28 && (b & 0xf0) != 0) break;
        value |= static_cast<std::uint32_t>(b & 0x7f) << shift;
        if ((b & 0x80) == 0) return failed_ ? 0 : value;
    }
    failed_ = true;
    return 0;
}

void WasmReader::skip_signed(unsigned bits) {
    for (unsigned seen = 0; seen < bits; seen += 7) {
        if ((byte() & 0x80) == 0) return;
    }
    failed_ = true;
}

std::uint32_t WasmReader::count() {
    const std::uint32_t value = u32();
    if (value > remaining()) {
        failed_ = true;
        return 0;
    }
    return value;
}

void append_u32(Bytes& to, std::uint32_t value) {
    while (value >= 0x80) {
        to.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    to.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace cloister::contract
