#include "io/websocket.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "base/assert.hpp"
#include "io/clock.hpp"
#include "io/http_state.hpp"

namespace cloister::io {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = std::size_t{64} << 10;
constexpr std::size_t small_bytes = 4096;
constexpr std::size_t control_header_bytes = 6;  // two, and a client's mask

}  // namespace

// Reads a message, hands it over, and so on; writes what is queued one after another. Kept alive by
// the operations that it waits for and by the handle.
class WebSocket::Connection : public HttpServer::State::Member,
                              public std::enable_shared_from_this<WebSocket::Connection> {
  public:
    Connection(std::shared_ptr<HttpServer::State> server, HttpStream stream, WebSocketEvents events)
        : Member(std::move(server)),
          limits_(server_->limits.websocket),
          events_(std::move(events)),
          watch_(stream.get_executor()),
          stream_(std::move(stream)) {
        ++server_->websockets;
    }
    ~Connection() override { --server_->websockets; }

    void accept(HttpMessage request) {
        beast::get_lowest_layer(stream_).expires_never();
        stream_.set_option(websocket::stream_base::timeout{
            .handshake_timeout = duration_of(limits_.message_timeout_ms),
            .idle_timeout = duration_of(limits_.idle_timeout_ms),
            .keep_alive_pings = true});
        stream_.read_message_max(limits_.message_bytes_max);
        stream_.auto_fragment(false);
        stream_.text(true);
        stream_.control_callback([this](websocket::frame_type, beast::string_view payload) {
            ++control_frames_;
            control_bytes_ += control_header_bytes + payload.size();
        });
        auto kept = std::make_shared<HttpMessage>(std::move(request));
        stream_.async_accept(*kept, [self = shared_from_this(), kept](error_code code) {
            if (code) return self->close();
            self->open_ = true;
            self->watch();
            self->read();
            self->write();
        });
    }

    void send(std::string text) {
        if (closed_) return;
        const std::size_t after = queued_bytes_ + text.size();
        if (!queue_.empty() && after > limits_.queued_bytes_max) return close();
        queued_bytes_ = after;
        if (!account()) return refuse(websocket::close_code::try_again_later, "server is full");
        queue_.push_back(std::move(text));
        write();
    }

    void refuse(websocket::close_code code, std::string_view reason) {
        // A close frame cannot overtake a message that is being written.
        if (closed_ || !open_ || writing_) return close();
        announce_closed();
        stream_.async_close(websocket::close_reason(code, reason.substr(0, 120)),
                            [self = shared_from_this()](error_code) { self->close_socket(); });
    }

    void close() override {
        announce_closed();
        close_socket();
    }

    // The owner is gone: nobody is left to tell. It may be in the middle of `on_message`.
    void abandon() {
        abandoned_ = true;
        close();
    }

  private:
    bool account() { return hold(queued_bytes_ + buffer_.size()); }

    void announce_closed() {
        if (std::exchange(closed_, true)) return;
        watch_.cancel();
        asio::post(watch_.get_executor(), [self = shared_from_this()] {
            WebSocketEvents events = std::exchange(self->events_, {});
            if (!self->abandoned_) events.on_closed();
        });
    }

    void close_socket() {
        beast::get_lowest_layer(stream_).close();
        queue_.resize(writing_ ? 1 : 0);  // what is being written stays until the write returns
        hold(0);
    }

    void read() {
        if (reading_ || closed_) return;
        reading_ = true;
        stream_.async_read_some(buffer_, read_bytes,
                                [self = shared_from_this()](error_code code, std::size_t) {
                                    self->reading_ = false;
                                    self->on_read(code);
                                });
    }

    void on_read(error_code code) {
        if (code) return close();
        if (closed_) return;
        if (!stream_.got_text())
            return refuse(websocket::close_code::unknown_data, "text messages only");
        if (!account()) return refuse(websocket::close_code::try_again_later, "server is full");
        if (!stream_.is_message_done()) return read();
        std::string message = beast::buffers_to_string(buffer_.data());
        buffer_.clear();
        if (buffer_.capacity() > small_bytes) buffer_.shrink_to_fit();
        account();
        settled_bytes_ = data_bytes();
        unsettled_since_.reset();
        events_.on_message(std::move(message));
        if (queued_bytes_ <= limits_.pause_bytes) read();
    }

    void write() {
        if (writing_ || !open_ || closed_ || queue_.empty()) return;
        writing_ = true;
        write_began_ = steady_now();
        stream_.async_write(asio::buffer(queue_.front()),
                            [self = shared_from_this()](error_code code, std::size_t) {
                                self->writing_ = false;
                                if (code) return self->close();
                                if (self->closed_) return;
                                self->queued_bytes_ -= self->queue_.front().size();
                                self->queue_.pop_front();
                                self->account();
                                self->write();
                                if (self->queued_bytes_ <= self->limits_.pause_bytes) self->read();
                            });
    }

    // Bytes that came in and belong to messages, headers included.
    std::uint64_t data_bytes() {
        const std::uint64_t all = beast::get_lowest_layer(stream_).rate_policy().received();
        return all - std::min(all, control_bytes_);
    }

    // Beast's own idle timer is content with any frame, and does not see a write that stands still.
    void watch() {
        watch_.expires_after(
            duration_of(std::max<std::uint64_t>(limits_.message_timeout_ms / 4, 1)));
        watch_.async_wait([self = shared_from_this()](const error_code& code) {
            if (!code && !self->closed_) self->on_watch();
        });
    }

    void on_watch() {
        const Instant now = steady_now();
        const auto is_over = [&](Instant since) {
            return now.value - since.value > limits_.message_timeout_ms;
        };
        if (writing_ && is_over(write_began_)) return close();
        // While reading is paused, what lies in the socket is not the client's fault.
        if (!reading_ || data_bytes() <= settled_bytes_)
            unsettled_since_.reset();
        else if (!unsettled_since_)
            unsettled_since_ = now;
        else if (is_over(*unsettled_since_))
            return refuse(websocket::close_code::policy_error, "a message that does not end");
        if (control_frames_ > limits_.control_frames_max)
            return refuse(websocket::close_code::policy_error, "too many control frames");
        if (++checks_ % 4 == 0) control_frames_ = 0;
        watch();
    }

    const WebSocketLimits limits_;
    WebSocketEvents events_;
    asio::steady_timer watch_;
    websocket::stream<HttpStream> stream_;
    beast::flat_buffer buffer_;
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    std::size_t control_frames_ = 0;
    std::uint64_t control_bytes_ = 0;
    std::uint64_t settled_bytes_ = 0;
    std::optional<Instant> unsettled_since_;
    Instant write_began_;
    unsigned checks_ = 0;
    bool open_ = false;
    bool reading_ = false;
    bool writing_ = false;
    bool closed_ = false;
    bool abandoned_ = false;
};

std::shared_ptr<WebSocket::Connection> accept_websocket(std::shared_ptr<HttpServer::State> server,
                                                        HttpStream stream, HttpMessage request,
                                                        WebSocketEvents events) {
    auto connection = std::make_shared<WebSocket::Connection>(std::move(server), std::move(stream),
                                                              std::move(events));
    connection->accept(std::move(request));
    return connection;
}

WebSocket::WebSocket(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
WebSocket::WebSocket(WebSocket&&) noexcept = default;

WebSocket& WebSocket::operator=(WebSocket&& other) noexcept {
    WebSocket dropped(std::move(*this));
    connection_ = std::move(other.connection_);
    return *this;
}

WebSocket::~WebSocket() {
    if (connection_) connection_->abandon();
}

void WebSocket::send(std::string text) { connection_->send(std::move(text)); }

void WebSocket::refuse(std::string_view reason) {
    connection_->refuse(websocket::close_code::policy_error, reason);
}

}  // namespace cloister::io
