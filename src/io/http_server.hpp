// An HTTP/1.1 server on the loopback interface with limits on everything, one thread for thousands
// of connections. Parsing is Boost.Beast's. A request is handed over whole; the answer may come at
// once or much later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/event_loop.hpp"

namespace cloister::io {

struct HttpLimits {
    std::uint32_t header_bytes_max = 16U << 10;             // beyond: 431
    std::uint64_t body_bytes_max = std::uint64_t{1} << 20;  // beyond: 413
    std::size_t connections_max = 4096;                     // beyond: 503 and closed
    std::uint64_t idle_timeout_ms = 60'000;                 // between requests
    std::uint64_t request_timeout_ms = 10'000;  // first byte to last; again for the answer
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method{};
    std::string target{};  // path and query as sent
    std::string body{};
    std::string host{};    // the Host header
    std::string origin{};  // the Origin header, empty if none
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

  private:
    struct State;
    friend class Responder::Connection;
    explicit HttpServer(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace cloister::io
