#include "io/event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <vector>

#include "io/clock.hpp"

namespace cloister::io {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// libstdc++'s steady clock is CLOCK_MONOTONIC, as io::steady_now is.
SteadyTime time_point_of(Instant when) {
    // Far enough for any timer, and short enough that the nanoseconds of the clock do not overflow.
    constexpr std::uint64_t far_ms = std::uint64_t{100} * 365 * 86'400'000;
    const std::uint64_t ms = std::min(when.value, far_ms);
    return SteadyTime(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

struct SignalWatch {
    SignalWatch(asio::io_context& context, int signal, std::move_only_function<void(int)> then)
        : set(context, signal), callback(std::move(then)) {}

    void wait() {
        set.async_wait([this](const error_code& code, int signal) {
            if (code) return;
            wait();
            callback(signal);
        });
    }

    asio::signal_set set;
    std::move_only_function<void(int)> callback;
};

}  // namespace

struct EventLoop::State {
    std::map<TimerId, asio::steady_timer> timers;
    std::vector<std::unique_ptr<SignalWatch>> signals;
    TimerId last_timer;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {}

// Callbacks that never ran die with the context, and what they own may still cancel timers: the (by
// then empty) map outlives it, and state_ stays set meanwhile.
EventLoop::~EventLoop() {
    state_->timers.clear();
    state_->signals.clear();
    delete state_.get();
    static_cast<void>(state_.release());
}

void EventLoop::post(Callback callback) { asio::post(state_->context, std::move(callback)); }

TimerId EventLoop::call_at(Instant when, Callback callback) {
    state_->last_timer = state_->last_timer.next();
    const TimerId id = state_->last_timer;
    auto [at, inserted] = state_->timers.try_emplace(id, state_->context, time_point_of(when));
    CLOISTER_ASSERT(inserted);
    at->second.async_wait([this, id, then = std::move(callback)](const error_code&) mutable {
        // Cancelled means absent, also where the cancellation came too late to stop this call.
        if (state_->timers.erase(id) != 0) then();
    });
    return id;
}

TimerId EventLoop::call_after(std::uint64_t delay_ms, Callback callback) {
    return call_at(Instant(steady_now().value + delay_ms), std::move(callback));
}

void EventLoop::cancel(TimerId timer) { state_->timers.erase(timer); }

void EventLoop::on_signal(int signal, std::move_only_function<void(int)> callback) {
    auto watch = std::make_unique<SignalWatch>(state_->context, signal, std::move(callback));
    watch->wait();
    state_->signals.push_back(std::move(watch));
}

void EventLoop::run() {
    state_->context.restart();
    state_->context.run();
}

bool EventLoop::run_until(const std::function<bool()>& done, Instant deadline) {
    state_->context.restart();
    while (!done() && steady_now() < deadline) {
        if (state_->context.run_one_until(time_point_of(deadline)) == 0) break;
    }
    return done();
}

void EventLoop::stop() { state_->context.stop(); }

asio::io_context& EventLoop::context() { return state_->context; }

struct Watch::State : std::enable_shared_from_this<Watch::State> {
    State(asio::io_context& context, int fd) : descriptor(context, fd) {}

    void wait(asio::posix::descriptor_base::wait_type kind, Callback callback) {
        descriptor.async_wait(kind, [self = shared_from_this(),
                                     then = std::move(callback)](const error_code& code) mutable {
            if (!code && self->alive) then();
        });
    }

    asio::posix::stream_descriptor descriptor;
    bool alive = true;
};

Watch::Watch(EventLoop& loop, int fd) : state_(std::make_shared<State>(loop.context(), fd)) {}

Watch::~Watch() {
    if (!state_) return;
    state_->alive = false;
    state_->descriptor.release();  // cancels, and leaves the descriptor open for its owner
}

Watch::Watch(Watch&&) noexcept = default;

Watch& Watch::operator=(Watch&& other) noexcept {
    Watch dropped(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
}

void Watch::on_readable(Callback callback) {
    state_->wait(asio::posix::descriptor_base::wait_read, std::move(callback));
}

void Watch::on_writable(Callback callback) {
    state_->wait(asio::posix::descriptor_base::wait_write, std::move(callback));
}

}  // namespace cloister::io
