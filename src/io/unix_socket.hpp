// Local sockets with a path, and descriptors that travel through them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/event_loop.hpp"
#include "io/fd.hpp"

namespace cloister::io {

// Accepts connections on `path`, which is made with mode 0600 and removed when dropped. A stale
// socket file that nobody listens on is replaced; Exists if somebody does.
class UnixListener {
  public:
    static Result<UnixListener, Error> listen(EventLoop& loop, const std::string& path,
                                              std::move_only_function<void(Fd)> on_connection);
    ~UnixListener();
    UnixListener(UnixListener&&) noexcept;
    UnixListener& operator=(UnixListener&&) noexcept;

  private:
    struct State;
    explicit UnixListener(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

Result<Fd, Error> connect_unix(const std::string& path);

inline constexpr std::size_t descriptors_per_message_max = 16;

struct Delivery {
    Bytes bytes;
    std::vector<Fd> descriptors;
};

// One sendmsg: at least one byte, at most 16 descriptors, which stay open here too. Blocking.
Result<void, Error> send_descriptors(int socket, ByteView bytes, std::span<const int> descriptors);
// One recvmsg of up to `bytes_max` bytes; Malformed if the peer sent more descriptors than fit.
// Blocking.
Result<Delivery, Error> receive_descriptors(int socket, std::size_t bytes_max);

}  // namespace cloister::io
