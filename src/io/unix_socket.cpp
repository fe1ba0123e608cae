#include "io/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace cloister::io {
namespace {

Result<sockaddr_un, Error> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path)) {
        return err(Error{ErrorCode::TooLarge, "socket path must have 1 to 107 bytes: " + path});
    }
    std::ranges::copy(path, address.sun_path);
    return address;
}

Result<Fd, Error> new_socket(int flags) {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!fd.valid()) return err(error_from_errno("make a local socket"));
    return fd;
}

}  // namespace

struct UnixListener::State : std::enable_shared_from_this<UnixListener::State> {
    State(EventLoop& owner, Fd owned, std::string name, std::move_only_function<void(Fd)> then)
        : loop(&owner),
          fd(std::move(owned)),
          path(std::move(name)),
          on_connection(std::move(then)) {
        watch.emplace(owner, fd.get());
    }

    void wait() {
        watch->on_readable([self = shared_from_this()] { self->accept_one(); });
    }

    void accept_one() {
        Fd connection(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const bool exhausted = !connection.valid() && (errno == EMFILE || errno == ENFILE);
        if (connection.valid()) on_connection(std::move(connection));
        if (!watch) return;
        if (!exhausted) return wait();
        // Out of descriptors: the connection stays queued, and asking at once would spin.
        loop->call_after(100, [self = shared_from_this()] {
            if (self->watch) self->wait();
        });
    }

    EventLoop* loop;
    Fd fd;
    std::string path;
    std::move_only_function<void(Fd)> on_connection;
    std::optional<Watch> watch;
};

UnixListener::UnixListener(std::shared_ptr<State> state) : state_(std::move(state)) {}
UnixListener::UnixListener(UnixListener&&) noexcept = default;

UnixListener& UnixListener::operator=(UnixListener&& other) noexcept {
    UnixListener dropped(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
}

UnixListener::~UnixListener() {
    if (!state_) return;
    ::unlink(state_->path.c_str());
    state_->watch.reset();
    state_->fd.reset();
}

Result<UnixListener, Error> UnixListener::listen(EventLoop& loop, const std::string& path,
                                                 std::move_only_function<void(Fd)> on_connection) {
    CLOISTER_TRY(const sockaddr_un address, address_of(path));
    if (const auto alive = connect_unix(path); alive.has_value()) {
        return err(Error{ErrorCode::Exists, "somebody listens on " + path});
    } else if (alive.error().code == ErrorCode::Refused) {
        ::unlink(path.c_str());
    }
    CLOISTER_TRY(Fd fd, new_socket(SOCK_NONBLOCK));
    const mode_t before = ::umask(0177);
    const int bound =
        ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    const int number = errno;
    ::umask(before);
    if (bound != 0) return err(error_from_errno("bind " + path, number));
    if (::listen(fd.get(), 128) != 0) return err(error_from_errno("listen on " + path));
    auto state = std::make_shared<State>(loop, std::move(fd), path, std::move(on_connection));
    state->wait();
    return UnixListener(std::move(state));
}

Result<Fd, Error> connect_unix(const std::string& path) {
    CLOISTER_TRY(const sockaddr_un address, address_of(path));
    CLOISTER_TRY(Fd fd, new_socket(0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        return err(error_from_errno("connect to " + path));
    }
    return fd;
}

namespace {
constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(int) * descriptors_per_message_max);

// Owns every descriptor that came along, also of a message that is then refused.
std::vector<Fd> descriptors_of(msghdr& message) {
    std::vector<Fd> out;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
            out.emplace_back(fd);
        }
    }
    return out;
}
}  // namespace

Result<void, Error> send_descriptors(int socket, ByteView bytes, std::span<const int> descriptors) {
    CLOISTER_ASSERT(!bytes.empty() && descriptors.size() <= descriptors_per_message_max);
    alignas(cmsghdr) std::array<char, control_bytes> control{};
    iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    }
    ssize_t count = -1;
    do {
        count = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return err(error_from_errno("send descriptors"));
    if (static_cast<std::size_t>(count) != bytes.size()) {
        return err(Error{ErrorCode::Full, "send descriptors: the socket took only a part"});
    }
    return {};
}

Result<Delivery, Error> receive_descriptors(int socket, std::size_t bytes_max) {
    alignas(cmsghdr) std::array<char, control_bytes> control{};
    Delivery out;
    out.bytes.resize(bytes_max);
    iovec part{out.bytes.data(), out.bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t count = -1;
    do {
        count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return err(error_from_errno("receive descriptors"));
    out.descriptors = descriptors_of(message);
    if (count == 0) return err(Error{ErrorCode::Closed, "receive descriptors: closed"});
    if ((message.msg_flags & MSG_CTRUNC) != 0) {
        return err(Error{ErrorCode::Malformed, "receive descriptors: more than fit"});
    }
    out.bytes.resize(static_cast<std::size_t>(count));
    return out;
}

}  // namespace cloister::io
