// HTTP/1.1 requests over plain TCP: asynchronous on a loop with kept-alive connections, or blocking
// for a command line.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "io/event_loop.hpp"
#include "io/http_server.hpp"

namespace cloister::io {

struct HttpCall {
    std::string method = "POST";
    std::string host = "127.0.0.1";
    std::uint16_t port = 80;
    std::string target = "/";
    std::string body{};
    std::string content_type = "application/json";
    HttpHeaders headers{};
    std::uint64_t timeout_ms = 30'000;  // for all of it
    std::uint64_t response_bytes_max = std::uint64_t{64} << 20;
};

// `http://host[:port][/target]` into the call's fields. Malformed for anything else.
Result<HttpCall, Error> parse_http_url(const std::string& url);

// The callback runs exactly once, from the loop; any status is a response. It does not run if the
// client was dropped.
class HttpClient {
  public:
    using Done = std::move_only_function<void(Result<HttpResponse, Error>)>;

    // At most `connections_max` requests are open to one host at a time; more wait in order, and no
    // more than `waiting_max` of them (Full).
    struct Limits {
        std::size_t connections_max = 32;
        std::size_t waiting_max = 4096;
    };
    explicit HttpClient(EventLoop& loop);
    HttpClient(EventLoop& loop, Limits limits);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    void request(HttpCall call, Done done);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

// On a loop of its own.
Result<HttpResponse, Error> http_request_blocking(HttpCall call);

}  // namespace cloister::io
