#include "io/channel.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <optional>

#include "io/framing.hpp"

namespace cloister::io {
namespace {

constexpr std::size_t read_chunk = std::size_t{64} << 10;
constexpr std::size_t bytes_per_turn = std::size_t{1} << 20;  // then others get their turn

bool must_wait(int number) { return number == EAGAIN || number == EWOULDBLOCK; }

}  // namespace

struct Channel::State : std::enable_shared_from_this<Channel::State> {
    State(EventLoop& loop, Fd owned, ChannelLimits bounds, ChannelHandlers calls)
        : fd(std::move(owned)),
          limits(bounds),
          handlers(std::move(calls)),
          decoder(bounds.message_bytes_max) {
        CLOISTER_ASSERT(fd.valid());
        CLOISTER_ASSERT(set_nonblocking(fd.get()).has_value());
        watch.emplace(loop, fd.get());
    }

    void wait_readable() {
        if (reading || paused || !fd.valid()) return;
        reading = true;
        watch->on_readable([self = shared_from_this()] {
            self->reading = false;
            self->read_turn();
        });
    }

    void read_turn() {
        const auto self = shared_from_this();  // a handler may drop the channel
        std::size_t turn = 0;
        while (fd.valid() && !paused && turn < bytes_per_turn) {
            const std::span<std::uint8_t> room = decoder.room(read_chunk);
            const ssize_t count = ::read(fd.get(), room.data(), room.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && must_wait(errno)) break;
            if (count < 0) return fail(error_from_errno("read from a channel"));
            if (count == 0) return end_of_stream();
            turn += static_cast<std::size_t>(count);
            if (!take(static_cast<std::size_t>(count))) return;
        }
        wait_readable();
    }

    // False if the channel is gone.
    bool take(std::size_t count) {
        auto message = decoder.commit(count);
        if (!message.has_value()) {
            fail(std::move(message.error()));
            return false;
        }
        if (*message) handlers.on_message(std::move(**message));
        return fd.valid();
    }

    void end_of_stream() {
        if (decoder.inside_message()) {
            return fail({ErrorCode::Malformed, "channel: the peer left inside a message"});
        }
        fail({ErrorCode::Closed, "channel: the peer closed it"});
    }

    void write_turn() {
        while (fd.valid() && !queue.empty()) {
            const ByteView front = ByteView(queue.front()).subspan(sent_of_front);
            // MSG_NOSIGNAL where the descriptor is a socket, which it is between our processes.
            const ssize_t count = ::send(fd.get(), front.data(), front.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && must_wait(errno)) break;
            // Not reported from inside `send`: the reader sees the end too and closes in its own
            // turn.
            if (count < 0) return fail_later(error_from_errno("write to a channel"));
            sent_of_front += static_cast<std::size_t>(count);
            queued -= static_cast<std::size_t>(count);
            if (sent_of_front < queue.front().size()) continue;
            queue.pop_front();
            sent_of_front = 0;
        }
        if (!fd.valid() || queue.empty() || writing) return;
        writing = true;
        watch->on_writable([self = shared_from_this()] {
            self->writing = false;
            self->write_turn();
        });
    }

    void fail_later(Error error) {
        queue.clear();
        queued = 0;
        broken = true;
        loop_post([self = shared_from_this(), error = std::move(error)]() mutable {
            if (self->fd.valid()) self->fail(std::move(error));
        });
    }

    void fail(Error error) {
        shut();
        if (handlers.on_close) handlers.on_close(std::move(error));
    }

    void shut() {
        watch.reset();
        fd.reset();
        queue.clear();
        queued = 0;
    }

    Fd fd;
    ChannelLimits limits;
    ChannelHandlers handlers;
    MessageDecoder decoder;
    std::function<void(Callback)> loop_post;
    std::optional<Watch> watch;
    std::deque<Bytes> queue;
    std::size_t queued = 0;
    std::size_t sent_of_front = 0;
    bool reading = false;
    bool writing = false;
    bool paused = false;
    bool broken = false;
};

Channel::Channel(EventLoop& loop, Fd fd, ChannelLimits limits, ChannelHandlers handlers)
    : state_(std::make_shared<State>(loop, std::move(fd), limits, std::move(handlers))) {
    state_->loop_post = [&loop](Callback callback) { loop.post(std::move(callback)); };
    state_->wait_readable();
}

Channel::~Channel() { close(); }
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

Result<void, Error> Channel::send(ByteView message) {
    if (!is_open()) return err(Error{ErrorCode::Closed, "channel: closed"});
    if (message.size() > state_->limits.message_bytes_max) {
        return err(Error{ErrorCode::TooLarge, "channel: message exceeds the limit"});
    }
    const std::size_t framed = frame_header_bytes + message.size();
    if (framed > state_->limits.queue_bytes_max - state_->queued) {
        return err(Error{ErrorCode::Full, "channel: the peer does not keep up"});
    }
    state_->queue.push_back(frame_of(message));
    state_->queued += framed;
    if (!state_->writing) state_->write_turn();
    return {};
}

std::size_t Channel::queued_bytes() const { return state_ ? state_->queued : 0; }

bool Channel::is_open() const { return state_ && state_->fd.valid() && !state_->broken; }

void Channel::pause() { state_->paused = true; }

void Channel::resume() {
    state_->paused = false;
    state_->wait_readable();
}

void Channel::close() {
    if (!state_) return;
    state_->shut();
}

}  // namespace cloister::io
