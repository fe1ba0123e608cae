// An owned file descriptor, and the frames that go over it.
#pragma once

#include <unistd.h>

#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "codec/scale/scale.hpp"

namespace cloister::platform {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    int number() const { return number_; }
    bool open() const { return number_ >= 0; }
    void reset() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

  private:
    int number_ = -1;
};

// Bytes in, frames out: a u32 length, little-endian, and that many bytes.
class FrameReader {
  public:
    explicit FrameReader(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}
    void put(ByteView bytes) { append(pending_, bytes); }
    // The announced frame is longer than allowed: nothing more will come out.
    bool broken() const { return pending_.size() >= 4 && announced() > frame_bytes_max_; }
    std::optional<Bytes> next() {
        if (pending_.size() < 4 || broken() || pending_.size() - 4 < announced()) return {};
        const auto end = pending_.begin() + 4 + static_cast<std::ptrdiff_t>(announced());
        Bytes frame(pending_.begin() + 4, end);
        pending_.erase(pending_.begin(), end);
        return frame;
    }

  private:
    std::size_t announced() const {
        return pending_[0] | std::size_t{pending_[1]} << 8 | std::size_t{pending_[2]} << 16 |
               std::size_t{pending_[3]} << 24;
    }
    std::size_t frame_bytes_max_;
    Bytes pending_;
};

template <class Message>
Bytes frame_of(const Message& message) {
    Bytes body = scale::encode(message);
    Bytes frame = concat(scale::encode(static_cast<std::uint32_t>(body.size())), body);
    base::wipe(body.data(), body.size());  // it may hold a sealing key
    return frame;
}

}  // namespace cloister::platform
