#include "progress.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace cloister::app {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1000ms;
constexpr auto frame = 80ms;
constexpr int bar_width = 24;
constexpr int slug_width = 6;

// A slug that runs from side to side: how long it takes is not known beforehand.
std::string bar_at(int tick) {
    constexpr int way = bar_width - slug_width;
    const int turn = tick % (2 * way);
    const int at = turn < way ? turn : 2 * way - turn;
    std::string bar;
    for (int i = 0; i < bar_width; ++i) bar += i >= at && i < at + slug_width ? "\u2588" : "\u2591";
    return bar;
}

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) == 1) {
    if (terminal_) {
        drawer_ = std::thread([this] { draw(); });
    } else {
        std::fprintf(stderr, "%s ...\n", what_.c_str());
    }
}

Progress::~Progress() {
    if (!drawer_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        end_ = true;
    }
    ended_.notify_one();
    drawer_.join();
}

void Progress::draw() {
    std::unique_lock lock(mutex_);
    const auto start = std::chrono::steady_clock::now();
    if (ended_.wait_for(lock, patience, [this] { return end_; })) return;
    for (int tick = 0; !end_; ++tick) {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::fprintf(stderr, "\r\x1b[2K  %s %s %.1f s", bar_at(tick).c_str(), what_.c_str(),
                     seconds.count());
        std::fflush(stderr);
        ended_.wait_for(lock, frame, [this] { return end_; });
    }
    std::fputs("\r\x1b[2K", stderr);
    std::fflush(stderr);
}

}  // namespace cloister::app
