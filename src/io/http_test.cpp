#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/clock.hpp"
#include "io/fd.hpp"
#include "io/http_client.hpp"
#include "io/http_server.hpp"

namespace cloister::io {
namespace {

Instant soon() { return Instant(steady_now().value + 5000); }

struct Served {
    EventLoop loop;
    int requests = 0;
    std::optional<Responder> held;
    std::optional<HttpServer> server;

    explicit Served(HttpLimits limits = {}) {
        server =
            HttpServer::listen(loop, "127.0.0.1", 0, limits, [this](HttpRequest q, Responder r) {
                handle(std::move(q), std::move(r));
            }).get();
    }
    void handle(HttpRequest request, Responder respond) {
        ++requests;
        if (request.target == "/later") {
            held = std::move(respond);
            return;
        }
        if (request.target == "/drop") return;
        if (request.target == "/none") return respond({.status = 204, .body = "x"});
        respond({.body = request.method + " " + request.target + " " + request.body,
                 .headers = {{"Access-Control-Allow-Origin", "*"}}});
    }
    HttpCall call(const std::string& target, std::string body = "") const {
        return {.port = server->port(), .target = target, .body = std::move(body)};
    }
    Result<HttpResponse, Error> ask(HttpClient& client, HttpCall call) {
        std::optional<Result<HttpResponse, Error>> out;
        client.request(std::move(call), [&](Result<HttpResponse, Error> r) { out = std::move(r); });
        EXPECT_TRUE(loop.run_until([&] { return out.has_value(); }, soon()));
        return out ? std::move(*out) : Result<HttpResponse, Error>(err(Error{}));
    }
    // Sends raw bytes and returns all that comes back until the server closes.
    std::string raw(const std::string& bytes) {
        const Fd fd = connected();
        EXPECT_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
        return all_from(fd);
    }
    Fd connected() const {
        Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        EXPECT_TRUE(set_nonblocking(fd.get()));
        return fd;
    }
    std::string all_from(const Fd& fd) {
        std::string out;
        std::array<char, 4096> chunk{};
        bool ended = false;
        loop.run_until(
            [&] {
                const ssize_t count = ::read(fd.get(), chunk.data(), chunk.size());
                if (count > 0) out.append(chunk.data(), static_cast<std::size_t>(count));
                ended = count == 0 || (count < 0 && errno != EAGAIN);
                if (!ended) loop.call_after(1, [] {});
                return ended;
            },
            soon());
        EXPECT_TRUE(ended);
        return out;
    }
};

TEST(Http, RoundTripsOnOneConnection) {
    Served served;
    HttpClient client(served.loop);
    for (int i = 0; i < 3; ++i) {
        const HttpResponse response = served.ask(client, served.call("/x?y=1", "body")).get();
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, "POST /x?y=1 body");
    }
    EXPECT_EQ(served.server->connection_count(), 1U);
}

TEST(Http, AnswersLaterAndWhenTheHandlerForgets) {
    Served served;
    HttpClient client(served.loop);
    served.loop.call_after(20, [&] { (*served.held)({.status = 202, .body = "done"}); });
    EXPECT_EQ(served.ask(client, served.call("/later")).get().status, 202);
    EXPECT_EQ(served.ask(client, served.call("/drop")).get().status, 500);
    EXPECT_EQ(served.ask(client, served.call("/none")).get().status, 204);
    EXPECT_EQ(served.server->connection_count(), 1U);
}

TEST(Http, AnswersHeadWithoutABody) {
    Served served;
    HttpClient client(served.loop);
    HttpCall call = served.call("/x");
    call.method = "HEAD";
    EXPECT_EQ(served.ask(client, call).get().body, "");
    EXPECT_EQ(served.ask(client, served.call("/y")).get().body, "POST /y ");
}

TEST(Http, CarriesMegabytes) {
    Served served({.body_bytes_max = 8U << 20});
    HttpClient client(served.loop);
    const std::string big(5U << 20, 'z');
    EXPECT_EQ(served.ask(client, served.call("/big", big)).get().body.size(), big.size() + 10);
    HttpCall bounded = served.call("/big", big);
    bounded.response_bytes_max = 1000;
    EXPECT_EQ(served.ask(client, bounded).error().code, ErrorCode::TooLarge);
}

TEST(Http, Refuses413AnOversizeBody) {
    Served served({.body_bytes_max = 1000});
    EXPECT_TRUE(
        served.raw("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n").starts_with("HTTP/1.1 413"));
    const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                                std::string(1001, 'x') + "\r\n0\r\n\r\n";
    EXPECT_TRUE(served.raw(chunked).starts_with("HTTP/1.1 413"));
    EXPECT_EQ(served.requests, 0);
}

TEST(Http, Refuses431LongHeaders) {
    Served served;
    const std::string answer =
        served.raw("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 431")) << answer;
}

TEST(Http, Refuses400Garbage) {
    Served served;
    for (const char* bad : {"\r\nhello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        EXPECT_TRUE(served.raw(bad).starts_with("HTTP/1.1 400")) << bad;
    }
    EXPECT_EQ(served.requests, 0);
}

TEST(Http, AgreesWhenAClientAsksFirst) {
    Served served;
    const std::string answer = served.raw(
        "POST /e HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: "
        "close\r\n\r\nhi");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
    EXPECT_TRUE(answer.ends_with("POST /e hi"));
}

TEST(Http, AnswersPipelinedRequestsInOrder) {
    Served served;
    const std::string answer =
        served.raw("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_LT(answer.find("GET /1"), answer.find("GET /2"));
    EXPECT_TRUE(answer.ends_with("GET /2 "));
}

TEST(Http, DropsSlowAndIdleClients) {
    Served served({.idle_timeout_ms = 50, .request_timeout_ms = 80});
    EXPECT_EQ(served.all_from(served.connected()), "");
    EXPECT_EQ(served.raw("GET / HT"), "");
    EXPECT_EQ(served.raw("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nab"), "");
    const auto none_left = [&] { return served.server->connection_count() == 0; };
    EXPECT_TRUE(served.loop.run_until(none_left, soon()));
}

TEST(Http, SendsTheLongestIdleAwayForANewcomer) {
    Served served({.connections_max = 2});
    const Fd first = served.connected();
    const Fd second = served.connected();
    served.loop.run_until([&] { return served.server->connection_count() == 2; }, soon());
    EXPECT_TRUE(served.raw("GET /new HTTP/1.1\r\nConnection: close\r\n\r\n").ends_with("/new "));
    EXPECT_EQ(served.all_from(first), "");
    char byte = 0;
    EXPECT_EQ(::read(second.get(), &byte, 1), -1) << "the younger one goes on";
}

TEST(Http, TurnsAwayConnectionsBeyondTheLimitWhenAllAreAtWork) {
    Served served({.connections_max = 1});
    HttpClient client(served.loop);
    std::optional<int> status;
    client.request(served.call("/later"),
                   [&](const Result<HttpResponse, Error>& r) { status = r.get().status; });
    ASSERT_TRUE(served.loop.run_until([&] { return served.held.has_value(); }, soon()));
    EXPECT_TRUE(served.all_from(served.connected()).starts_with("HTTP/1.1 503"));
    (*served.held)({.status = 202, .body = "done"});
    EXPECT_TRUE(served.loop.run_until([&] { return status == 202; }, soon()));
}

TEST(Http, HoldsSoManyBytesForAllAndNoMore) {
    Served served({.body_bytes_max = 1U << 20, .held_bytes_max = 1000});
    const std::string head = "POST / HTTP/1.1\r\nContent-Length: ";
    const Fd first = served.connected();
    const std::string part = head + "900\r\n\r\n" + std::string(800, 'a');
    ASSERT_EQ(::send(first.get(), part.data(), part.size(), 0), static_cast<ssize_t>(part.size()));
    served.loop.run_until([] { return false; }, Instant(steady_now().value + 30));
    EXPECT_TRUE(
        served.raw(head + "300\r\n\r\n" + std::string(300, 'b')).starts_with("HTTP/1.1 503"));
    EXPECT_TRUE(served.raw(head + "3\r\nConnection: close\r\n\r\nabc").ends_with(" abc"));
    // What the first one held is free once it is answered.
    const std::string rest(100, 'a');
    ASSERT_EQ(::send(first.get(), rest.data(), rest.size(), 0), 100);
    served.loop.run_until([&] { return served.requests == 2; }, soon());
    EXPECT_TRUE(served.raw(head + "900\r\nConnection: close\r\n\r\n" + std::string(900, 'c'))
                    .ends_with("c"));
}

TEST(Http, ServesAThousandConnectionsAtOnce) {
    Served served;
    HttpClient client(served.loop, {.connections_max = 400, .waiting_max = 4096});
    int answered = 0;
    for (int i = 0; i < 1000; ++i) {
        client.request(served.call("/n"), [&](const Result<HttpResponse, Error>& r) {
            answered += r.has_value() && r->status == 200 ? 1 : 0;
        });
    }
    EXPECT_TRUE(served.loop.run_until([&] { return answered == 1000; }, soon()));
    EXPECT_LE(served.server->connection_count(), 400U);
}

TEST(HttpClient, OutlivesAServerThatClosedItsConnection) {
    Served served({.idle_timeout_ms = 30});
    HttpClient client(served.loop);
    ASSERT_TRUE(served.ask(client, served.call("/1")));
    served.loop.run_until([&] { return served.server->connection_count() == 0; }, soon());
    EXPECT_EQ(served.ask(client, served.call("/2")).get().body, "POST /2 ");
}

TEST(HttpClient, ReportsRefusalTimeoutAndHangUp) {
    Served served;
    HttpClient client(served.loop);
    EXPECT_EQ(served.ask(client, {.port = 1}).error().code, ErrorCode::Refused);
    HttpCall slow = served.call("/later");
    slow.timeout_ms = 30;
    EXPECT_EQ(served.ask(client, slow).error().code, ErrorCode::TimedOut);
    HttpCall split = served.call("/a b");
    EXPECT_EQ(served.ask(client, split).error().code, ErrorCode::Malformed);
    served.loop.call_after(20, [&] { served.server.reset(); });
    EXPECT_EQ(served.ask(client, served.call("/later")).error().code, ErrorCode::Closed);
}

TEST(HttpClient, BlocksForACommandLine) {
    EXPECT_EQ(http_request_blocking({.port = 1, .timeout_ms = 500}).error().code,
              ErrorCode::Refused);
}

TEST(HttpUrl, IsTakenApartOrRefused) {
    const HttpCall call = parse_http_url("http://127.0.0.1:9944/rpc?x").get();
    EXPECT_EQ(call.host + "|" + call.target, "127.0.0.1|/rpc?x");
    EXPECT_EQ(call.port, 9944);
    EXPECT_EQ(parse_http_url("http://a").get().target, "/");
    for (const char* bad : {"", "https://a", "http://", "http://:1", "http://a:0", "http://a:65536",
                            "http://a:1x", "http://u@a", "http://a/\r\nX: y", "http://a\n/",
                            "http://a/b HTTP/1.0", "http://a/\x7f"}) {
        EXPECT_FALSE(parse_http_url(bad)) << bad;
    }
}

}  // namespace
}  // namespace cloister::io
