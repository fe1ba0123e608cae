#include "channel.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/secret.hpp"
#include "codec/scale/scale.hpp"

namespace cloister::app {

namespace {

constexpr std::size_t prefix_bytes = 4;
constexpr std::size_t read_bytes = 256U << 10;

}  // namespace

Channel::Channel(int file, std::size_t frame_bytes_max)
    : file_(file), frame_bytes_max_(frame_bytes_max) {
    const int flags = ::fcntl(file, F_GETFL);
    if (flags < 0 || ::fcntl(file, F_SETFL, flags | O_NONBLOCK) != 0) broken_ = true;
}

void Channel::send(ByteView body) {
    outgoing_.push_back(concat(scale::encode(static_cast<std::uint32_t>(body.size())), body));
    outgoing_bytes_ += outgoing_.back().size();
}

void Channel::write_some() {
    while (!outgoing_.empty() && !broken_) {
        const Bytes& frame = outgoing_.front();
        const ssize_t count = ::write(file_, frame.data() + written_, frame.size() - written_);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno == EPIPE) {
                ended_ = true;
            } else if (errno != EAGAIN) {
                broken_ = true;
            }
            return;
        }
        written_ += static_cast<std::size_t>(count);
        outgoing_bytes_ -= static_cast<std::size_t>(count);
        if (written_ == frame.size()) {
            outgoing_.pop_front();
            written_ = 0;
        }
    }
}

void Channel::read_some() {
    const std::size_t size = incoming_.size();
    incoming_.resize(size + read_bytes);
    ssize_t count = -1;
    do {
        count = ::read(file_, incoming_.data() + size, read_bytes);
    } while (count < 0 && errno == EINTR);
    incoming_.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count == 0) ended_ = true;
    if (count < 0 && errno != EAGAIN) broken_ = true;
}

std::optional<Bytes> Channel::take() {
    const ByteView rest = ByteView(incoming_).subspan(taken_);
    if (broken_ || rest.size() < prefix_bytes) return std::nullopt;
    const std::size_t size = scale::decode<std::uint32_t>(rest.first(prefix_bytes)).get();
    if (size > frame_bytes_max_) {
        broken_ = true;
        return std::nullopt;
    }
    if (rest.size() - prefix_bytes < size) {
        // Whole frames were taken; what is left begins the next. Frames carry keys.
        base::wipe(incoming_.data(), taken_);
        incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(taken_));
        taken_ = 0;
        return std::nullopt;
    }
    Bytes body = to_bytes(rest.subspan(prefix_bytes, size));
    taken_ += prefix_bytes + size;
    if (taken_ == incoming_.size()) {
        base::wipe(incoming_.data(), incoming_.size());
        incoming_.clear();
        taken_ = 0;
    }
    return body;
}

}  // namespace cloister::app
