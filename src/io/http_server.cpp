#include "io/http_server.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>
#include <string_view>

#include "io/http_state.hpp"

namespace cloister::io {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t first_read_bytes = 1024;
constexpr std::size_t body_read_bytes = std::size_t{16} << 10;
constexpr std::size_t linger_bytes_max = std::size_t{16} << 20;
constexpr std::chrono::seconds linger_time{2};
constexpr std::string_view crowded =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// The status that tells a client what was wrong with its bytes; 0 where there is nobody left to
// tell.
int refusal_status(const error_code& code) {
    if (code == http::error::body_limit) return 413;
    if (code == http::error::header_limit || code == http::error::buffer_overflow) return 431;
    if (code == http::error::end_of_stream || code == http::error::partial_message) return 0;
    return code.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

// Reads a request, waits for its answer, writes it, and so on. Kept alive by the operation that it
// waits for or by the responder that somebody holds.
class Responder::Connection : public HttpServer::State::Member,
                              public std::enable_shared_from_this<Responder::Connection> {
  public:
    Connection(std::shared_ptr<HttpServer::State> server, tcp::socket socket)
        : Member(std::move(server)),
          stream_(std::move(socket)),
          buffer_(server_->limits.header_bytes_max + body_read_bytes) {}

    void next_request() {
        set_idle(true);
        hold(0);
        parser_.emplace();
        parser_->header_limit(server_->limits.header_bytes_max);
        parser_->body_limit(server_->limits.body_bytes_max);
        if (buffer_.size() > 0) return read_header();
        if (buffer_.capacity() > first_read_bytes) buffer_.shrink_to_fit();
        stream_.expires_after(duration_of(server_->limits.idle_timeout_ms));
        stream_.async_read_some(buffer_.prepare(first_read_bytes),
                                [self = shared_from_this()](error_code code, std::size_t count) {
                                    if (code) return self->close();
                                    self->buffer_.commit(count);
                                    self->read_header();
                                });
    }

    void respond(HttpResponse response) {
        if (!stream_.socket().is_open()) return;
        if (!hold(response.body.size())) response = crowded_response();
        const bool keep_alive = keep_alive_ && !server_->closed;
        answer_ = {};
        answer_.version(11);
        answer_.result(static_cast<unsigned>(response.status));
        answer_.set(http::field::content_type, response.content_type);
        for (const auto& [name, value] : response.headers) answer_.insert(name, value);
        if (!has_no_body(response.status)) answer_.content_length(response.body.size());
        if (!head_ && !has_no_body(response.status)) answer_.body() = std::move(response.body);
        answer_.keep_alive(keep_alive);
        stream_.expires_after(duration_of(server_->limits.request_timeout_ms));
        http::async_write(stream_, answer_,
                          [self = shared_from_this(), keep_alive](error_code code, std::size_t) {
                              self->answer_ = {};
                              if (code) return self->close();
                              if (keep_alive) return self->next_request();
                              self->say_goodbye();
                          });
    }

    WebSocket upgrade(WebSocketEvents events) {
        CLOISTER_ASSERT(upgrade_.has_value());
        return WebSocket(accept_websocket(server_, std::move(stream_),
                                          *std::exchange(upgrade_, std::nullopt),
                                          std::move(events)));
    }

    void close() override { stream_.close(); }

  private:
    static HttpResponse crowded_response() {
        return {.status = 503, .body = "", .content_type = "text/plain", .headers = {}};
    }

    void read_header() {
        stream_.expires_after(duration_of(server_->limits.request_timeout_ms));
        http::async_read_header(stream_, buffer_, *parser_,
                                [self = shared_from_this()](error_code code, std::size_t) {
                                    if (code) return self->refuse(code);
                                    self->agree_to_body();
                                });
    }

    // A client that asks first (curl does above 1 MiB) waits a second if nobody answers.
    void agree_to_body() {
        if (!beast::iequals(parser_->get()[http::field::expect], "100-continue"))
            return read_body();
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(stream_, asio::buffer(go_on),
                          [self = shared_from_this()](error_code code, std::size_t) {
                              if (code) return self->close();
                              self->read_body();
                          });
    }

    void read_body() {
        if (parser_->is_done()) return hand_over();
        if (const auto length = parser_->content_length()) {
            buffer_.reserve(std::max<std::size_t>(
                buffer_.size(), std::min<std::uint64_t>(*length, body_read_bytes)));
        }
        http::async_read_some(stream_, buffer_, *parser_,
                              [self = shared_from_this()](error_code code, std::size_t) {
                                  if (code) return self->refuse(code);
                                  if (!self->hold(self->parser_->get().body().size()))
                                      return self->refuse_with(503);
                                  self->read_body();
                              });
    }

    void hand_over() {
        set_idle(false);
        auto message = parser_->release();
        parser_.reset();
        keep_alive_ = message.keep_alive();
        head_ = message.method() == http::verb::head;
        // Two of them, and a proxy in front may have looked at the other one.
        if (message.count(http::field::host) > 1) return refuse_with(400);
        stream_.expires_never();
        HttpRequest request{.method = std::string(message.method_string()),
                            .target = std::string(message.target()),
                            .body = std::move(message.body()),
                            .host = std::string(message[http::field::host]),
                            .origin = std::string(message[http::field::origin]),
                            .content_type = std::string(message[http::field::content_type]),
                            .websocket = beast::websocket::is_upgrade(message)};
        if (request.websocket) {
            // Frames may only follow our answer, so bytes behind the request belong to neither.
            if (buffer_.size() > 0 || !request.body.empty()) return refuse_with(400);
            if (server_->websockets >= server_->limits.websocket.connections_max)
                return refuse_with(503);
            upgrade_ = std::move(message);
        }
        server_->handler(std::move(request), Responder(shared_from_this()));
    }

    void refuse(const error_code& code) {
        const int status = refusal_status(code);
        if (status == 0 || !stream_.socket().is_open()) return close();
        refuse_with(status);
    }

    void refuse_with(int status) {
        set_idle(false);
        keep_alive_ = false;
        head_ = false;
        respond({.status = status, .body = "", .content_type = "text/plain", .headers = {}});
    }

    // Closing with unread bytes would reset the connection and could take the answer with it.
    void say_goodbye() {
        error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream_.expires_after(linger_time);
        set_idle(true);
        drain(0);
    }

    void drain(std::size_t so_far) {
        if (so_far > linger_bytes_max) return close();
        buffer_.clear();
        stream_.async_read_some(
            buffer_.prepare(first_read_bytes),
            [self = shared_from_this(), so_far](error_code code, std::size_t n) {
                if (code) return self->close();
                self->drain(so_far + n);
            });
    }

    HttpStream stream_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> answer_;
    std::optional<HttpMessage> upgrade_;
    bool keep_alive_ = false;
    bool head_ = false;
};

void HttpServer::State::accept() {
    acceptor.async_accept([self = shared_from_this()](error_code code, tcp::socket socket) {
        if (self->closed) return;
        if (!code) {
            self->admit(std::move(socket));
            return self->accept();
        }
        // Out of descriptors or the client left already; asking at once could spin.
        self->pause.expires_after(std::chrono::milliseconds(50));
        self->pause.async_wait([self](const error_code& cancelled) {
            if (!cancelled && !self->closed) self->accept();
        });
    });
}

void HttpServer::State::admit(tcp::socket socket) {
    error_code ignored;
    if (!make_room()) {
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(crowded), ignored);
        return;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    std::make_shared<Responder::Connection>(shared_from_this(), std::move(socket))->next_request();
}

Responder::Responder(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
Responder::Responder(Responder&&) noexcept = default;

Responder& Responder::operator=(Responder&& other) noexcept {
    Responder dropped(std::move(*this));
    connection_ = std::move(other.connection_);
    return *this;
}

Responder::~Responder() {
    if (connection_)
        (*this)({.status = 500, .body = "", .content_type = "text/plain", .headers = {}});
}

void Responder::operator()(HttpResponse response) {
    CLOISTER_ASSERT(connection_ != nullptr);
    std::exchange(connection_, nullptr)->respond(std::move(response));
}

WebSocket Responder::upgrade(WebSocketEvents events) {
    CLOISTER_ASSERT(connection_ != nullptr);
    return std::exchange(connection_, nullptr)->upgrade(std::move(events));
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;

HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
    HttpServer dropped(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
}

HttpServer::~HttpServer() {
    if (state_) state_->close_all();
}

Result<HttpServer, Error> HttpServer::listen(EventLoop& loop, const std::string& address,
                                             std::uint16_t port, HttpLimits limits,
                                             Handler handler) {
    error_code code;
    const asio::ip::address ip = asio::ip::make_address(address, code);
    if (code) return err(Error{ErrorCode::Malformed, "not a numeric address: " + address});
    const tcp::endpoint endpoint(ip, port);
    auto state = std::make_shared<State>(loop, limits, std::move(handler));
    state->acceptor.open(endpoint.protocol(), code);
    if (!code) state->acceptor.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code) state->acceptor.bind(endpoint, code);
    if (!code) state->acceptor.listen(1024, code);
    if (code) {
        const std::string where = address + ":" + std::to_string(port);
        return err(error_from_errno("listen on " + where, code.value()));
    }
    state->accept();
    return HttpServer(std::move(state));
}

std::uint16_t HttpServer::port() const {
    error_code ignored;
    return state_->acceptor.local_endpoint(ignored).port();
}

std::size_t HttpServer::connection_count() const {
    return state_->members.size() + state_->idle.size();
}

}  // namespace cloister::io
