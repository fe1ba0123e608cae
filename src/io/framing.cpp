#include "io/framing.hpp"

#include <limits>

namespace cloister::io {

std::array<std::uint8_t, frame_header_bytes> frame_header_of(std::size_t message_bytes) {
    CLOISTER_ASSERT(message_bytes <= std::numeric_limits<std::uint32_t>::max());
    std::array<std::uint8_t, frame_header_bytes> header{};
    for (std::size_t i = 0; i < header.size(); ++i) {
        header[i] = static_cast<std::uint8_t>(message_bytes >> (8 * i));
    }
    return header;
}

Bytes frame_of(ByteView message) { return concat(frame_header_of(message.size()), message); }

std::span<std::uint8_t> MessageDecoder::room(std::size_t bytes_wanted) {
    if (!header_complete()) return std::span(header_).subspan(header_filled_);
    const std::size_t missing = expected_ - filled_;
    if (message_.size() == filled_) {
        // Doubling keeps the copies linear; memory stays within twice of what really arrived.
        const std::size_t step = std::max(bytes_wanted, filled_);
        message_.resize(filled_ + std::min(missing, step));
    }
    return std::span(message_).subspan(filled_);
}

Result<std::optional<Bytes>, Error> MessageDecoder::commit(std::size_t bytes) {
    if (!header_complete()) {
        header_filled_ += bytes;
        CLOISTER_ASSERT(header_filled_ <= frame_header_bytes);
        if (!header_complete()) return std::optional<Bytes>();
        expected_ = 0;
        for (std::size_t i = frame_header_bytes; i-- > 0;) expected_ = expected_ << 8 | header_[i];
        if (expected_ > message_bytes_max_) {
            return err(Error{ErrorCode::TooLarge, "channel: the peer announced " +
                                                      std::to_string(expected_) + " bytes"});
        }
    } else {
        filled_ += bytes;
        CLOISTER_ASSERT(filled_ <= expected_);
    }
    if (filled_ < expected_) return std::optional<Bytes>();
    header_filled_ = 0;
    filled_ = 0;
    return std::optional<Bytes>(std::exchange(message_, Bytes()));
}

}  // namespace cloister::io
