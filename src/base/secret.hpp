// Secrets: bytes that cannot be copied, printed or compared by accident, and are wiped when
// dropped.
#pragma once

#include <array>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"

namespace cloister {

namespace base {
// Overwrites in a way that the optimiser may not remove.
void wipe(void* data, std::size_t size_bytes);
// Time depends on the length alone.
bool equal_constant_time(ByteView a, ByteView b);
}  // namespace base

// N secret bytes. Moving wipes the source. `reveal` is the only door, so that a search finds every
// use.
template <std::size_t N>
class Secret {
  public:
    static constexpr std::size_t size_bytes = N;

    Secret() = default;
    // Precondition: view.size() == N. The caller wipes its own copy.
    explicit Secret(ByteView view) {
        CLOISTER_ASSERT(view.size() == N);
        std::ranges::copy(view, bytes_.begin());
    }
    ~Secret() { base::wipe(bytes_.data(), N); }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept : bytes_(other.bytes_) { base::wipe(other.bytes_.data(), N); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            base::wipe(other.bytes_.data(), N);
        }
        return *this;
    }

    // A deliberate second copy.
    Secret duplicate() const { return Secret(ByteView(bytes_)); }
    ByteView reveal() const { return bytes_; }
    std::uint8_t* writable() { return bytes_.data(); }
    bool equals(const Secret& other) const {
        return base::equal_constant_time(bytes_, other.bytes_);
    }

  private:
    std::array<std::uint8_t, N> bytes_{};
};

// A secret of a length known only at run time: plaintexts, private state.
class SecretBytes {
  public:
    SecretBytes() = default;
    explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
    ~SecretBytes() { base::wipe(bytes_.data(), bytes_.size()); }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) {
        other.bytes_.clear();
    }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            base::wipe(bytes_.data(), bytes_.size());
            bytes_ = std::move(other.bytes_);
            other.bytes_.clear();
        }
        return *this;
    }

    SecretBytes duplicate() const { return SecretBytes(bytes_); }
    ByteView reveal() const { return bytes_; }
    std::size_t size() const { return bytes_.size(); }

  private:
    Bytes bytes_;
};

}  // namespace cloister
