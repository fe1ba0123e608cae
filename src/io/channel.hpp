// Messages over a stream descriptor: four bytes little-endian length, then that many bytes. Between
// host and enclave and between our own processes (docs/formats.md names what travels inside).
//
// A peer that claims more than the limit is cut off before anything is allocated for its claim;
// memory for a message grows only as its bytes arrive.
#pragma once

#include <functional>
#include <memory>

#include "base/bytes.hpp"
#include "io/event_loop.hpp"
#include "io/fd.hpp"

namespace cloister::io {

struct ChannelLimits {
    std::size_t message_bytes_max = std::size_t{64} << 20;
    std::size_t queue_bytes_max = std::size_t{256} << 20;  // waiting to be written
};

struct ChannelHandlers {
    std::move_only_function<void(Bytes)> on_message;
    // Once, unless we closed it: Closed (at a message's end), Malformed (inside one), TooLarge or
    // what the system said.
    std::move_only_function<void(Error)> on_close;
};

// Loop thread only. May be dropped inside its own handlers.
class Channel {
  public:
    Channel(EventLoop& loop, Fd fd, ChannelLimits limits, ChannelHandlers handlers);
    ~Channel();
    Channel(Channel&&) noexcept;
    Channel& operator=(Channel&&) noexcept;

    // Queues the message. Full: the queue has no room, try later; TooLarge: never will; Closed.
    Result<void, Error> send(ByteView message);
    std::size_t queued_bytes() const;
    bool is_open() const;
    // Back-pressure: while paused nothing is read, and the peer's socket fills up.
    void pause();
    void resume();
    // Drops what is queued. No handler is called any more.
    void close();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

// The same framing for a program without a loop (an enclave). Blocking; whole messages.
Result<Bytes, Error> read_message(int fd, std::size_t bytes_max);
Result<void, Error> write_message(int fd, ByteView message);

}  // namespace cloister::io
