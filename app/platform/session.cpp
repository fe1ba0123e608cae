#include "session.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/hex.hpp"

namespace cloister::platform {

namespace {

constexpr std::size_t read_bytes_max = 16U << 10;
constexpr std::size_t descriptors_max =
    4;  // one is right; more are taken so that they can be closed

enum class Flow : std::uint8_t { Fine, Ended };

// Sends what it can; what was sent is wiped, since it may have been a sealing key.
Flow flush(int socket, Bytes& out) {
    while (!out.empty()) {
        const ssize_t count = ::send(socket, out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Flow::Fine;
        if (count <= 0) return Flow::Ended;
        base::wipe(out.data(), static_cast<std::size_t>(count));
        out.erase(out.begin(), out.begin() + count);
    }
    return Flow::Fine;
}

void keep_descriptors(const msghdr& message, std::vector<Descriptor>& received) {
    for (const cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr;
         c = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(c))) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            received.emplace_back(number);
        }
    }
}

// One read. Descriptors that come with it are kept in `received`, when there is one.
Flow receive(int socket, FrameReader& reader, std::vector<Descriptor>* received) {
    Bytes buffer(read_bytes_max);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(descriptors_max * sizeof(int))> control{};
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (received != nullptr) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
    const ssize_t count = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Flow::Fine : Flow::Ended;
    if (received != nullptr) keep_descriptors(message, *received);
    if (count == 0) return Flow::Ended;
    reader.put(ByteView(buffer).first(static_cast<std::size_t>(count)));
    return Flow::Fine;
}

constexpr short ended_events = POLLIN | POLLHUP | POLLERR;

}  // namespace

Session::Session(Descriptor client, const Platform& platform, int enclave_log)
    : platform_(platform),
      enclave_log_(enclave_log),
      client_(std::move(client)),
      from_client_(request_frame_bytes_max),
      from_enclave_(request_frame_bytes_max) {}

void Session::watch(std::vector<pollfd>& entries) const {
    const auto wanted = [](const Bytes& out) {
        return static_cast<short>(out.empty() ? POLLIN : POLLIN | POLLOUT);
    };
    entries.push_back({client_.number(), wanted(to_client_), 0});
    if (!enclave_) return;
    entries.push_back({enclave_->pidfd(), POLLIN, 0});
    // No next request before the answer to the last one is gone: that bounds what is queued.
    const short events = to_enclave_.empty() ? POLLIN : POLLOUT;
    if (!channel_closed_) entries.push_back({enclave_->channel(), events, 0});
}

void Session::react(std::span<const pollfd> entries) {
    for (const pollfd& entry : entries) {
        if (over_ || entry.revents == 0) continue;
        if (entry.fd == client_.number()) {
            if (entry.revents & ended_events) on_client_readable();
        } else if (enclave_ && entry.fd == enclave_->channel()) {
            if (entry.revents & ended_events) on_channel_readable();
        }
    }
    if (!over_ && enclave_ && !channel_closed_) {
        if (flush(enclave_->channel(), to_enclave_) == Flow::Ended) channel_closed_ = true;
    }
    // The end comes last, so that what the enclave asked before it is answered into the void, not
    // lost here.
    for (const pollfd& entry : entries) {
        if (!over_ && enclave_ && entry.fd == enclave_->pidfd() && entry.revents != 0)
            on_enclave_ended();
    }
    end_if_flushed();
}

void Session::end_if_flushed() {
    if (over_) return;
    if (flush(client_.number(), to_client_) == Flow::Ended) over_ = true;
    if (closing_ && to_client_.empty()) over_ = true;
}

void Session::on_client_readable() {
    const bool launched = enclave_.has_value() || closing_;
    const Flow flow = receive(client_.number(), from_client_, launched ? nullptr : &received_);
    // Nothing may follow the one request. The destructor of `enclave_` kills it.
    if (flow == Flow::Ended || launched) {
        over_ = true;
        return;
    }
    if (from_client_.broken()) return refuse(LaunchError::MalformedRequest);
    if (const std::optional<Bytes> request = from_client_.next()) launch(*request);
}

void Session::refuse(LaunchError error) {
    append(to_client_, frame_of(LauncherEvent(LaunchRefused{error})));
    received_.clear();
    closing_ = true;
}

void Session::launch(ByteView bytes) {
    const auto request = scale::decode<LaunchRequest>(bytes);
    if (!request || request->path.find('\0') != std::string::npos) {
        return refuse(LaunchError::MalformedRequest);
    }
    if (!request->arguments.empty()) return refuse(LaunchError::ArgumentsRefused);
    if (received_.size() != 1) return refuse(LaunchError::MissingHostChannel);
    auto process = EnclaveProcess::launch({.program = request->path,
                                           .host_channel = std::move(received_.front()),
                                           .log = enclave_log_});
    received_.clear();
    if (!process) return refuse(process.error());
    enclave_.emplace(std::move(*process));
    const Launched launched{static_cast<std::uint32_t>(enclave_->pid()), enclave_->measurement()};
    append(to_client_, frame_of(LauncherEvent(launched)));
    std::fprintf(stderr, "cloister-platform: launched %s as pid %u, measurement %s\n",
                 request->path.c_str(), launched.pid,
                 base::to_hex_0x(launched.measurement).c_str());
}

void Session::on_channel_readable() {
    if (receive(enclave_->channel(), from_enclave_, nullptr) == Flow::Ended) {
        channel_closed_ = true;  // it may live on without its platform
        return;
    }
    while (const std::optional<Bytes> request = from_enclave_.next()) answer(*request);
    if (from_enclave_.broken()) channel_closed_ = true;
}

void Session::answer(ByteView bytes) {
    const auto request = scale::decode<EnclaveRequest>(bytes);
    if (!request) {
        channel_closed_ = true;
        return;
    }
    const Measurement& measurement = enclave_->measurement();
    EnclaveResponse response;
    if (const auto* quote = std::get_if<QuoteRequest>(&*request)) {
        const Report report{.measurement = measurement, .report_data = quote->report_data};
        response = QuoteResponse{platform_.quote(report)};
    } else if (std::holds_alternative<SealKeyRequest>(*request)) {
        const Secret<32> key = platform_.seal_key(measurement);
        response = SealKeyResponse{FixedBytes<32, SealKeyTag>(key.reveal())};
    } else if (std::holds_alternative<MeasurementRequest>(*request)) {
        response = MeasurementResponse{measurement};
    } else {
        response = CollateralResponse{platform_.collateral(), platform_.root_fingerprint()};
    }
    append(to_enclave_, frame_of(response));
}

void Session::on_enclave_ended() {
    const Exited exited = enclave_->wait();
    std::fprintf(stderr, "cloister-platform: pid %u ended, code %u, signal %u\n", exited.pid,
                 exited.code, exited.signal);
    enclave_.reset();
    append(to_client_, frame_of(LauncherEvent(exited)));
    closing_ = true;
}

}  // namespace cloister::platform
