// WebSockets (RFC 6455) on an HTTP server's port: text messages in and out, whole. Framing, masks,
// pings and UTF-8 are Boost.Beast's; the limits are ours, and each refusal has its close code:
//
//     1002  frames that break the protocol: unmasked, reserved bits, torn control frames
//     1003  binary messages
//     1007  text that is not UTF-8
//     1008  too many control frames, a message begun and not ended in time, more sent than taken
//     1009  a message above message_bytes_max
//     1013  the server holds too many bytes for its clients already
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cloister::io {

struct WebSocketLimits {
    std::size_t connections_max = 2048;  // beyond: 503 instead of the upgrade
    std::uint64_t message_bytes_max = std::uint64_t{1} << 20;
    // Sent and not yet taken by the client; beyond, the client is dropped as too slow. One message
    // of any size may always wait.
    std::size_t queued_bytes_max = std::size_t{16} << 20;
    // With more than this waiting, nothing further is read from the client.
    std::size_t pause_bytes = std::size_t{256} << 10;
    std::size_t control_frames_max = 64;        // within one message_timeout_ms
    std::uint64_t idle_timeout_ms = 60'000;     // a ping goes out at half of it
    std::uint64_t message_timeout_ms = 10'000;  // first byte to last, in either direction
};

struct WebSocketEvents {
    std::move_only_function<void(std::string)> on_message;
    // Once, never from inside `send`; nothing comes after it.
    std::move_only_function<void()> on_closed;
};

// One open WebSocket, of the loop's thread. Dropping it closes it without a word to `on_closed`.
class WebSocket {
  public:
    class Connection;
    explicit WebSocket(std::shared_ptr<Connection> connection);
    ~WebSocket();
    WebSocket(WebSocket&&) noexcept;
    WebSocket& operator=(WebSocket&&) noexcept;

    // Nothing happens if it is closed already.
    void send(std::string text);
    // With code 1008 and these words, at most 120 bytes.
    void refuse(std::string_view reason);

  private:
    std::shared_ptr<Connection> connection_;
};

}  // namespace cloister::io
