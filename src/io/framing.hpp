// The frame of a channel's messages, without any descriptor: four bytes little-endian length, then
// the bytes.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "io/error.hpp"

namespace cloister::io {

inline constexpr std::size_t frame_header_bytes = 4;

// Precondition: the message is shorter than 4 GiB.
Bytes frame_of(ByteView message);
std::array<std::uint8_t, frame_header_bytes> frame_header_of(std::size_t message_bytes);

// Fed by its owner: write into `room`, then `commit` how much was written. A room never reaches
// past the end of the header or of the message, so a commit completes one message at most and
// nothing is copied twice.
class MessageDecoder {
  public:
    explicit MessageDecoder(std::size_t message_bytes_max)
        : message_bytes_max_(message_bytes_max) {}

    std::span<std::uint8_t> room(std::size_t bytes_wanted);
    // A whole message, or nothing yet, or TooLarge.
    Result<std::optional<Bytes>, Error> commit(std::size_t bytes);
    bool inside_message() const { return header_filled_ > 0; }

  private:
    bool header_complete() const { return header_filled_ == frame_header_bytes; }

    std::size_t message_bytes_max_;
    std::array<std::uint8_t, frame_header_bytes> header_{};
    std::size_t header_filled_ = 0;
    std::size_t expected_ = 0;
    Bytes message_;
    std::size_t filled_ = 0;
};

}  // namespace cloister::io
