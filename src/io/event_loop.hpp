// One thread, many callbacks: descriptors, timers, signals and work from other threads. Built on
// Boost.Asio, which stays behind this door.
//
// Promises: callbacks run one after another on the thread that calls `run`, never inside the call
// that registered them. Everything but `post` and `stop` belongs to that thread. Objects that a
// loop serves must be dropped before it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/types.hpp"

namespace boost::asio {
class io_context;
}

namespace cloister::io {

using Callback = std::move_only_function<void()>;
using TimerId = Strong<std::uint64_t, struct TimerIdTag>;

class EventLoop {
  public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // From any thread.
    void post(Callback callback);
    // Once, not before `when` on the clock of io::steady_now. In the past means soon.
    TimerId call_at(Instant when, Callback callback);
    TimerId call_after(std::uint64_t delay_ms, Callback callback);
    // Also well if it already ran.
    void cancel(TimerId timer);
    // Each time the process receives `signal` (SIGINT, SIGTERM, SIGCHLD and the like), in place of
    // its default.
    void on_signal(int signal, std::move_only_function<void(int)> callback);

    // Until `stop`. May be called again.
    void run();
    // Until `done()` says so (asked after each callback), or the deadline, or `stop`. Returns what
    // `done()` says.
    bool run_until(const std::function<bool()>& done, Instant deadline);
    // From any thread.
    void stop();

    // For the other sources of this folder.
    boost::asio::io_context& context();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Tells when a descriptor can be read or written. The caller keeps the descriptor open as long as
// this lives. Each `on_` call waits for one event; asking again inside the callback is the rule.
// May be dropped inside a callback.
class Watch {
  public:
    Watch(EventLoop& loop, int fd);
    ~Watch();
    Watch(Watch&&) noexcept;
    Watch& operator=(Watch&&) noexcept;

    void on_readable(Callback callback);
    void on_writable(Callback callback);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace cloister::io
