// A bounded reader of the WebAssembly binary format's primitives (core specification 2.0, section
// 5.2). The first failure sticks; later reads give zero and empty views.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace cloister::contract {

class WasmReader {
  public:
    explicit WasmReader(ByteView input) : input_(input) {}

    bool failed() const { return failed_; }
    bool at_end() const { return offset_ == input_.size(); }
    std::size_t offset() const { return offset_; }
    std::size_t remaining() const { return input_.size() - offset_; }
    void fail() { failed_ = true; }

    std::uint8_t byte();
    ByteView raw(std::size_t size);
    std::uint32_t u32();
    // Signed LEB128 of at most `bits` bits; the value itself never matters to us.
    void skip_signed(unsigned bits);
    // A u32 length and that many bytes.
    ByteView sized() { return raw(u32()); }
    // A vector's element count. Every element takes at least one byte, so that a count above what
    // is left is refused before anything is allocated for it.
    std::uint32_t count();
    ByteView since(std::size_t start) const { return input_.subspan(start, offset_ - start); }

  private:
    ByteView input_;
    std::size_t offset_ = 0;
    bool failed_ = false;
};

// Unsigned LEB128, shortest form.
void append_u32(Bytes& to, std::uint32_t value);

}  // namespace cloister::contract
