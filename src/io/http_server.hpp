// An HTTP/1.1 server, with WebSockets on the same port, with limits on everything, one thread for
// thousands of connections. Parsing is Boost.Beast's. A request is handed over whole; the answer
// may come at once or much later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/event_loop.hpp"
#include "io/websocket.hpp"

namespace cloister::io {

// What strangers can make the server hold at once: per connection one header of header_bytes_max
// and its read buffer of twice that, and for all of them together held_bytes_max of bodies that are
// coming in, answers and messages that nobody took yet. (A string that grows may hold twice its
// bytes for a moment.)
struct HttpLimits {
    std::uint32_t header_bytes_max = 8U << 10;              // beyond: 431
    std::uint64_t body_bytes_max = std::uint64_t{1} << 20;  // beyond: 413
    std::size_t connections_max = 4096;  // beyond: the longest idle one goes; if none is, 503
    std::size_t held_bytes_max = std::size_t{128} << 20;  // beyond: 503
    std::uint64_t idle_timeout_ms = 60'000;               // between requests
    std::uint64_t request_timeout_ms = 10'000;  // first byte to last; again for the answer
    WebSocketLimits websocket{};
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method{};
    std::string target{};  // path and query as sent
    std::string body{};
    std::string host{};          // the Host header
    std::string origin{};        // the Origin header, empty if none
    std::string content_type{};  // the Content-Type header, empty if none
    bool websocket = false;      // asks for a WebSocket: Responder::upgrade may answer
};

struct HttpResponse {
    int status = 200;
    std::string body{};
    std::string content_type = "application/json";
    HttpHeaders headers{};  // more of them
};

// The right to answer one request, once, on the loop's thread. Dropped unused, it answers 500.
// Answering a client that has left does nothing.
class Responder {
  public:
    class Connection;
    explicit Responder(std::shared_ptr<Connection> connection);
    ~Responder();
    Responder(Responder&&) noexcept;
    Responder& operator=(Responder&&) noexcept;
    void operator()(HttpResponse response);
    // Precondition: the request asked for a WebSocket.
    WebSocket upgrade(WebSocketEvents events);

  private:
    std::shared_ptr<Connection> connection_;
};

class HttpServer {
  public:
    using Handler = std::move_only_function<void(HttpRequest, Responder)>;

    // `address` is a numeric IP; port 0 lets the system choose. Exists if the port is taken.
    static Result<HttpServer, Error> listen(EventLoop& loop, const std::string& address,
                                            std::uint16_t port, HttpLimits limits, Handler handler);
    // Closes every connection.
    ~HttpServer();
    HttpServer(HttpServer&&) noexcept;
    HttpServer& operator=(HttpServer&&) noexcept;

    std::uint16_t port() const;
    std::size_t connection_count() const;

    struct State;

  private:
    explicit HttpServer(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace cloister::io
