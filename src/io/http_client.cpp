#include "io/http_client.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "io/clock.hpp"

namespace cloister::io {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Link {
    explicit Link(asio::io_context& context) : stream(context) {}
    beast::tcp_stream stream;
    beast::flat_buffer buffer;
};

struct Waiting {
    HttpCall call;
    HttpClient::Done done;
};

struct Host {
    std::vector<std::unique_ptr<Link>> idle;
    std::deque<Waiting> waiting;
    std::size_t busy = 0;
};

using HostKey = std::pair<std::string, std::uint16_t>;

Error error_of(const HttpCall& call, const error_code& code) {
    const std::string where = "http://" + call.host + ":" + std::to_string(call.port) + call.target;
    if (code == beast::error::timeout) return {ErrorCode::TimedOut, where + ": timed out"};
    if (code == http::error::body_limit || code == http::error::header_limit) {
        return {ErrorCode::TooLarge, where + ": the response exceeds the limit"};
    }
    const bool left = code == http::error::end_of_stream || code == http::error::partial_message ||
                      code == asio::error::eof;
    if (left) return {ErrorCode::Closed, where + ": the server closed the connection"};
    if (code.category() == boost::system::system_category()) {
        return error_from_errno(where, code.value());
    }
    if (code.category() == http::make_error_code(http::error::bad_method).category()) {
        return {ErrorCode::Malformed, where + ": " + code.message()};
    }
    return {ErrorCode::NotFound, where + ": " + code.message()};  // what is left is the resolver
}

HttpResponse response_of(http::response<http::string_body> message) {
    HttpResponse out{.status = static_cast<int>(message.result_int()),
                     .body = std::move(message.body()),
                     .content_type = std::string(message[http::field::content_type]),
                     .headers = {}};
    for (const auto& field : message) {
        out.headers.emplace_back(field.name_string(), field.value());
    }
    return out;
}

http::request<http::string_body> message_of(const HttpCall& call) {
    http::request<http::string_body> message;
    message.method_string(call.method);
    message.target(call.target);
    message.version(11);
    message.set(http::field::host, call.host + ":" + std::to_string(call.port));
    for (const auto& [name, value] : call.headers) message.set(name, value);
    message.keep_alive(true);
    if (!call.body.empty()) message.set(http::field::content_type, call.content_type);
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT") {
        message.content_length(call.body.size());
    }
    message.body() = call.body;
    return message;
}

// What would split a request line or a header into two.
bool has_line_break(const HttpCall& call) {
    const auto breaks = [](const std::string& text) {
        return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    };
    bool found = breaks(call.method) || breaks(call.target) || breaks(call.host) ||
                 breaks(call.content_type) || call.target.find(' ') != std::string::npos;
    for (const auto& [name, value] : call.headers) found = found || breaks(name) || breaks(value);
    return found;
}

}  // namespace

struct HttpClient::State : std::enable_shared_from_this<HttpClient::State> {
    class Exchange;

    State(EventLoop& owner, Limits bounds)
        : loop(owner), limits(bounds), resolver(owner.context()) {}

    void pump(const HostKey& key);
    void finish(const HttpCall& call, std::unique_ptr<Link> reusable);

    EventLoop& loop;
    Limits limits;
    tcp::resolver resolver;
    std::map<HostKey, Host> hosts;
    std::set<Exchange*> running;
    bool closed = false;
};

// One request on one connection. A kept-alive connection that turns out to be closed already,
// before a byte of the response, is replaced by a fresh one, once.
class HttpClient::State::Exchange : public std::enable_shared_from_this<Exchange> {
  public:
    Exchange(std::shared_ptr<State> client, Waiting job)
        : client_(std::move(client)),
          call_(std::move(job.call)),
          done_(std::move(job.done)),
          deadline_(std::chrono::steady_clock::now() +
                    std::chrono::milliseconds(static_cast<std::int64_t>(call_.timeout_ms))),
          request_(message_of(call_)) {
        client_->running.insert(this);
    }
    ~Exchange() { client_->running.erase(this); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void start(std::unique_ptr<Link> reused) {
        if (reused == nullptr) return connect();
        reused_ = true;
        link_ = std::move(reused);
        write();
    }

    void cancel() {
        if (link_) link_->stream.close();
    }

  private:
    void connect() {
        reused_ = false;
        link_ = std::make_unique<Link>(client_->loop.context());
        link_->stream.expires_at(deadline_);
        error_code code;
        const std::string& host = call_.host == "localhost" ? "127.0.0.1" : call_.host;
        const asio::ip::address ip = asio::ip::make_address(host, code);
        if (!code) {
            return link_->stream.async_connect(
                tcp::endpoint(ip, call_.port),
                [self = shared_from_this()](error_code failed) { self->connected(failed); });
        }
        client_->resolver.async_resolve(
            host, std::to_string(call_.port),
            [self = shared_from_this()](error_code failed,
                                        const tcp::resolver::results_type& found) {
                if (failed) return self->fail(failed);
                self->link_->stream.async_connect(
                    found,
                    [self](error_code refused, const tcp::endpoint&) { self->connected(refused); });
            });
    }

    void connected(const error_code& code) {
        if (code) return fail(code);
        error_code ignored;
        link_->stream.socket().set_option(tcp::no_delay(true), ignored);
        write();
    }

    void write() {
        link_->stream.expires_at(deadline_);
        http::async_write(link_->stream, request_,
                          [self = shared_from_this()](error_code code, std::size_t) {
                              if (code) return self->fail(code);
                              self->read();
                          });
    }

    void read() {
        parser_.emplace();
        parser_->header_limit(64U << 10);
        parser_->body_limit(call_.response_bytes_max);
        if (call_.method == "HEAD") parser_->skip(true);
        link_->buffer.reserve(std::size_t{16} << 10);
        http::async_read(link_->stream, link_->buffer, *parser_,
                         [self = shared_from_this()](error_code code, std::size_t) {
                             if (code) return self->fail(code);
                             self->succeed();
                         });
    }

    void succeed() {
        auto message = parser_->release();
        const bool reusable = message.keep_alive() && link_->buffer.size() == 0;
        link_->stream.expires_never();
        link_->buffer = beast::flat_buffer();
        client_->finish(call_, reusable ? std::move(link_) : nullptr);
        if (!client_->closed) done_(response_of(std::move(message)));
    }

    void fail(const error_code& code) {
        const bool untouched = !parser_ || !parser_->got_some();
        if (reused_ && untouched && code != beast::error::timeout && !client_->closed) {
            return connect();
        }
        client_->finish(call_, nullptr);
        if (!client_->closed) done_(err(error_of(call_, code)));
    }

    std::shared_ptr<State> client_;
    HttpCall call_;
    Done done_;
    std::chrono::steady_clock::time_point deadline_;
    http::request<http::string_body> request_;
    std::unique_ptr<Link> link_;
    std::optional<http::response_parser<http::string_body>> parser_;
    bool reused_ = false;
};

void HttpClient::State::pump(const HostKey& key) {
    Host& host = hosts[key];
    while (!closed && host.busy < limits.connections_max && !host.waiting.empty()) {
        Waiting job = std::move(host.waiting.front());
        host.waiting.pop_front();
        ++host.busy;
        std::unique_ptr<Link> link;
        if (!host.idle.empty()) {
            link = std::move(host.idle.back());
            host.idle.pop_back();
        }
        std::make_shared<Exchange>(shared_from_this(), std::move(job))->start(std::move(link));
    }
    if (host.busy == 0 && host.idle.empty() && host.waiting.empty()) hosts.erase(key);
}

void HttpClient::State::finish(const HttpCall& call, std::unique_ptr<Link> reusable) {
    const HostKey key(call.host, call.port);
    Host& host = hosts[key];
    --host.busy;
    if (reusable && !closed) host.idle.push_back(std::move(reusable));
    pump(key);
}

HttpClient::HttpClient(EventLoop& loop) : HttpClient(loop, Limits()) {}
HttpClient::HttpClient(EventLoop& loop, Limits limits)
    : state_(std::make_shared<State>(loop, limits)) {}

HttpClient::~HttpClient() {
    state_->closed = true;
    state_->resolver.cancel();
    for (State::Exchange* exchange : state_->running) exchange->cancel();
}

void HttpClient::request(HttpCall call, Done done) {
    const HostKey key(call.host, call.port);
    const auto refuse = [&](ErrorCode code, const char* why) {
        state_->loop.post([state = state_, code, why, then = std::move(done)]() mutable {
            if (!state->closed) then(err(Error{code, why}));
        });
    };
    if (has_line_break(call)) return refuse(ErrorCode::Malformed, "http: line break in a field");
    Host& host = state_->hosts[key];
    if (host.waiting.size() >= state_->limits.waiting_max) {
        return refuse(ErrorCode::Full, "http: too many requests wait for this host");
    }
    host.waiting.push_back({std::move(call), std::move(done)});
    state_->pump(key);
}

Result<HttpCall, Error> parse_http_url(const std::string& url) {
    constexpr std::string_view scheme = "http://";
    const Error bad{ErrorCode::Malformed, "not an http://host[:port][/path] address: " + url};
    if (!url.starts_with(scheme)) return err(bad);
    // Visible ASCII alone: nothing that could end the request line, or a header, early.
    if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~'; })) return err(bad);
    const std::size_t path = std::min(url.find_first_of("/?", scheme.size()), url.size());
    std::string_view authority = std::string_view(url).substr(scheme.size(), path - scheme.size());
    HttpCall call;
    call.target = url.substr(path);
    if (!call.target.starts_with('/')) call.target.insert(0, "/");
    const std::size_t colon = authority.find(':');
    if (colon != std::string_view::npos) {
        const std::string_view digits = authority.substr(colon + 1);
        const char* end = digits.data() + digits.size();
        const auto [stopped, code] = std::from_chars(digits.data(), end, call.port);
        if (code != std::errc() || stopped != end || call.port == 0) return err(bad);
        authority = authority.substr(0, colon);
    }
    if (authority.empty() || authority.find('@') != std::string_view::npos) return err(bad);
    call.host = std::string(authority);
    return call;
}

Result<HttpResponse, Error> http_request_blocking(HttpCall call) {
    EventLoop loop;
    HttpClient client(loop);
    std::optional<Result<HttpResponse, Error>> outcome;
    const Instant deadline(steady_now().value + call.timeout_ms + 1000);
    const std::string host = call.host;
    client.request(std::move(call),
                   [&](Result<HttpResponse, Error> result) { outcome = std::move(result); });
    if (!loop.run_until([&] { return outcome.has_value(); }, deadline)) {
        return err(Error{ErrorCode::TimedOut, "http: no answer from " + host + " in time"});
    }
    return std::move(*outcome);
}

}  // namespace cloister::io
