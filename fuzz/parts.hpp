// Several things out of one input, for bodies whose door takes more than one byte string or a
// sequence of steps. Total: every input reads as something, so that a mutation of a length never
// ends the run.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"

namespace cloister::fuzz {

class Parts {
  public:
    explicit Parts(ByteView input) : rest_(input) {}

    bool empty() const { return rest_.empty(); }
    ByteView rest() const { return rest_; }
    // 0 at the end.
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const std::uint8_t first = rest_.front();
        rest_ = rest_.subspan(1);
        return first;
    }
    std::uint32_t u32() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 8) value |= std::uint32_t{byte()} << shift;
        return value;
    }
    // A u32 length, cut off at the end of the input, and that many bytes.
    ByteView take() {
        const std::size_t claimed = u32();
        const std::size_t size = std::min(claimed, rest_.size());
        const ByteView part = rest_.first(size);
        rest_ = rest_.subspan(size);
        return part;
    }

  private:
    ByteView rest_;
};

// The inverse of take().
inline void append_part(Bytes& to, ByteView part) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        to.push_back(static_cast<std::uint8_t>(part.size() >> shift));
    }
    append(to, part);
}

}  // namespace cloister::fuzz
