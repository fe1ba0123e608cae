#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "io/channel.hpp"
#include "io/framing.hpp"

namespace cloister::io {
namespace {

Result<void, Error> send_all(int fd, ByteView bytes, int flags) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | flags);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return err(error_from_errno("write to a channel"));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

Result<Bytes, Error> read_message(int fd, std::size_t bytes_max) {
    MessageDecoder decoder(bytes_max);
    for (;;) {
        const std::span<std::uint8_t> room = decoder.room(std::size_t{64} << 10);
        const ssize_t count = ::read(fd, room.data(), room.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return err(error_from_errno("read from a channel"));
        if (count == 0 && decoder.inside_message()) {
            return err(Error{ErrorCode::Malformed, "channel: the peer left inside a message"});
        }
        if (count == 0) return err(Error{ErrorCode::Closed, "channel: the peer closed it"});
        CLOISTER_TRY(std::optional<Bytes> message, decoder.commit(static_cast<std::size_t>(count)));
        if (message) return std::move(*message);
    }
}

Result<void, Error> write_message(int fd, ByteView message) {
    CLOISTER_CHECK(send_all(fd, frame_header_of(message.size()), message.empty() ? 0 : MSG_MORE));
    return send_all(fd, message, 0);
}

}  // namespace cloister::io
