// A descriptor that carries u32-length-prefixed frames both ways, never blocking.
#pragma once

#include <deque>
#include <optional>

#include "base/bytes.hpp"

namespace cloister::app {

class Channel {
  public:
    // Frames to read of more than `frame_bytes_max` break the channel. Takes no ownership of
    // `file`.
    Channel(int file, std::size_t frame_bytes_max);

    int file() const { return file_; }
    bool broken() const { return broken_; }  // a frame above the limit, or an error
    bool ended() const { return ended_; }    // the other side closed
    bool wants_to_write() const { return !outgoing_.empty(); }
    std::size_t outgoing_bytes() const { return outgoing_bytes_; }

    void send(ByteView body);
    void write_some();
    void read_some();
    // The next whole frame that was read.
    std::optional<Bytes> take();

  private:
    int file_;
    std::size_t frame_bytes_max_;
    bool broken_ = false;
    bool ended_ = false;
    Bytes incoming_;
    std::size_t taken_ = 0;  // of incoming_
    std::deque<Bytes> outgoing_;
    std::size_t written_ = 0;  // of outgoing_.front()
    std::size_t outgoing_bytes_ = 0;
};

}  // namespace cloister::app
