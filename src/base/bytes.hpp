// Byte strings: owned, viewed, and of a fixed length with a type of their own.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/assert.hpp"

namespace cloister {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView view_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(view_of(text)); }
inline std::string_view text_of(ByteView view) {
    return {reinterpret_cast<const char*>(view.data()), view.size()};
}
inline void append(Bytes& to, ByteView from) { to.insert(to.end(), from.begin(), from.end()); }
inline bool equal(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

// Concatenates any number of byte ranges.
template <class... Views>
Bytes concat(const Views&... views) {
    Bytes out;
    out.reserve((std::size_t{0} + ... + ByteView(views).size()));
    (append(out, ByteView(views)), ...);
    return out;
}

// N bytes whose meaning is Tag: two of different tags neither compare nor convert.
template <std::size_t N, class Tag>
class FixedBytes {
  public:
    static constexpr std::size_t size_bytes = N;

    constexpr FixedBytes() = default;
    constexpr explicit FixedBytes(const std::array<std::uint8_t, N>& bytes) : bytes_(bytes) {}
    // Precondition: view.size() == N. Use `from` for bytes of unknown length.
    explicit FixedBytes(ByteView view) {
        CLOISTER_ASSERT(view.size() == N);
        std::ranges::copy(view, bytes_.begin());
    }
    // Nothing unless `view` is exactly N bytes long.
    static std::optional<FixedBytes> from(ByteView view) {
        if (view.size() != N) return std::nullopt;
        return FixedBytes(view);
    }

    constexpr static std::size_t size() { return N; }
    constexpr const std::uint8_t* data() const { return bytes_.data(); }
    constexpr std::uint8_t* data() { return bytes_.data(); }
    constexpr auto begin() const { return bytes_.begin(); }
    constexpr auto end() const { return bytes_.end(); }
    constexpr auto begin() { return bytes_.begin(); }
    constexpr auto end() { return bytes_.end(); }
    constexpr std::uint8_t operator[](std::size_t i) const { return bytes_[i]; }
    constexpr const std::array<std::uint8_t, N>& array() const { return bytes_; }
    ByteView view() const { return bytes_; }
    bool is_zero() const {
        return std::ranges::all_of(bytes_, [](std::uint8_t b) { return b == 0; });
    }

    friend constexpr auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

  private:
    std::array<std::uint8_t, N> bytes_{};
};

}  // namespace cloister
