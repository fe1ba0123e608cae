// HTTP over a real loopback connection, since parsing is Beast's and what may break is how we use
// it. First byte: who hears the rest, our server (even) or our client (odd).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "app/platform/descriptor.hpp"
#include "bodies.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"

namespace cloister::fuzz {
namespace {

using platform::Descriptor;

constexpr io::HttpLimits limits{.header_bytes_max = 1024,
                                .body_bytes_max = 2048,
                                .connections_max = 4,
                                .idle_timeout_ms = 5000,
                                .request_timeout_ms = 5000};
constexpr std::uint64_t wait_ms = 8000;

Instant deadline() { return Instant(io::steady_now().value + wait_ms); }

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

// Everything, and then the end of the stream. Inputs fit into a socket's buffer.
void say(int socket, ByteView bytes) {
    static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    ::shutdown(socket, SHUT_WR);
}

// Every connection ends once its client has nothing more to say, and the next one is served.
int hear_as_server(ByteView bytes) {
    io::EventLoop loop;
    int heard = 0;
    auto server = io::HttpServer::listen(
        loop, "127.0.0.1", 0, limits, [&heard](io::HttpRequest request, io::Responder respond) {
            ++heard;
            FUZZ_CHECK(request.body.size() <= limits.body_bytes_max);
            FUZZ_CHECK(request.target.size() <= limits.header_bytes_max);
            respond({.status = 200, .body = std::move(request.body)});
        });
    FUZZ_CHECK(server.has_value());
    const sockaddr_in address = loopback(server->port());
    const Descriptor client(::socket(AF_INET, SOCK_STREAM, 0));
    FUZZ_CHECK(::connect(client.number(), reinterpret_cast<const sockaddr*>(&address),
                         sizeof address) == 0);
    bool accepted = false;
    FUZZ_CHECK(loop.run_until(
        [&] { return accepted = accepted || server->connection_count() == 1; }, deadline()));
    say(client.number(), bytes);
    FUZZ_CHECK(loop.run_until([&] { return server->connection_count() == 0; }, deadline()));
    return heard > 0 ? 1 : 0;
}

// A request ends exactly once, with a response inside its limit or an error.
int hear_as_client(ByteView bytes) {
    io::EventLoop loop;
    const Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    FUZZ_CHECK(::bind(listener.number(), raw, size) == 0 && ::listen(listener.number(), 1) == 0);
    FUZZ_CHECK(::getsockname(listener.number(), raw, &size) == 0);
    int ended = 0, understood = 0;
    io::HttpClient client(loop);
    io::HttpCall call;
    call.port = ntohs(address.sin_port);
    call.response_bytes_max = 2048;
    call.timeout_ms = wait_ms / 2;
    client.request(std::move(call), [&](Result<io::HttpResponse, io::Error> response) {
        ++ended;
        if (!response) return;
        FUZZ_CHECK(response->body.size() <= 2048);
        understood = 1;
    });
    Descriptor peer;
    io::Watch coming(loop, listener.number());
    coming.on_readable([&] {
        peer = Descriptor(::accept(listener.number(), nullptr, nullptr));
        say(peer.number(), bytes);
    });
    FUZZ_CHECK(loop.run_until([&] { return ended > 0; }, deadline()));
    FUZZ_CHECK(ended == 1);
    return understood;
}

}  // namespace

int http_body(ByteView input) {
    if (input.empty()) return 0;
    const ByteView rest = input.subspan(1);
    return input.front() % 2 == 0 ? hear_as_server(rest) : hear_as_client(rest);
}

std::vector<Bytes> http_seeds() {
    std::vector<Bytes> seeds;
    for (const std::string_view text :
         {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
          "GET /x?y HTTP/1.0\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
          "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "\r\n\r\n"}) {
        seeds.push_back(concat(Bytes{0}, view_of(text)));
    }
    for (const std::string_view text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 204 No Content\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
          "HTTP/1.0 500 no\r\n\r\nto the end",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nx"}) {
        seeds.push_back(concat(Bytes{1}, view_of(text)));
    }
    return seeds;
}

}  // namespace cloister::fuzz
