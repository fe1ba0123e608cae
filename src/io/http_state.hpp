// What the connections of one HTTP server share: who is there, who may be sent away, and how many
// bytes are held for all of them. For the sources of this folder alone; it includes Boost.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <list>

#include "io/http_server.hpp"

namespace cloister::io {

inline std::chrono::milliseconds duration_of(std::uint64_t ms) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
}

// Counts what came in, and limits nothing.
class CountedBytes {
  public:
    std::uint64_t received() const { return received_; }

  private:
    friend class boost::beast::rate_policy_access;
    static constexpr std::size_t unlimited = ~std::size_t{0};
    std::size_t available_read_bytes() const noexcept { return unlimited; }
    std::size_t available_write_bytes() const noexcept { return unlimited; }
    void transfer_read_bytes(std::size_t count) noexcept { received_ += count; }
    void transfer_write_bytes(std::size_t) const noexcept {}
    void on_timer() const noexcept {}

    std::uint64_t received_ = 0;
};

using HttpStream =
    boost::beast::basic_stream<boost::asio::ip::tcp, boost::asio::any_io_executor, CountedBytes>;
using HttpMessage = boost::beast::http::request<boost::beast::http::string_body>;

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
    // A connection of either kind, counted while it lives.
    class Member {
      public:
        explicit Member(std::shared_ptr<State> server);
        virtual ~Member();
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;
        virtual void close() = 0;

        // Whether it is the client's turn to send a request. Of those, the one that waits longest
        // makes room when all places are taken.
        void set_idle(bool idle);
        // Accounts for the bytes held for this client, in place of those before; false, and nothing
        // changes, when the server holds too many.
        bool hold(std::size_t bytes);

      protected:
        std::shared_ptr<State> server_;

      private:
        std::size_t held_ = 0;
        std::list<Member*>::iterator place_;
        bool idle_ = false;
    };

    State(EventLoop& loop, HttpLimits bounds, Handler then);
    void accept();
    void admit(boost::asio::ip::tcp::socket socket);
    bool make_room();
    void close_all();

    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::steady_timer pause;
    HttpLimits limits;
    Handler handler;
    std::list<Member*> members;
    std::list<Member*> idle;  // longest first
    std::size_t held_bytes = 0;
    std::size_t websockets = 0;
    bool closed = false;
};

// Answers the upgrade request on its own stream.
std::shared_ptr<WebSocket::Connection> accept_websocket(std::shared_ptr<HttpServer::State> server,
                                                        HttpStream stream, HttpMessage request,
                                                        WebSocketEvents events);

}  // namespace cloister::io
