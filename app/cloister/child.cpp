#include "child.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "io/clock.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t line_bytes_max = 4096;
constexpr std::uint64_t delay_ms_min = 100;
constexpr std::uint64_t delay_ms_max = 10'000;
constexpr std::uint64_t steady_life_ms = 2'000;

}  // namespace

std::string words_of(io::ExitStatus status) {
    if (status.signal != 0) return "was ended by signal " + std::to_string(status.signal);
    return "exited with code " + std::to_string(status.code);
}

Child::Child(io::EventLoop& loop, ChildOptions options, ChildHandlers handlers)
    : loop_(loop), options_(std::move(options)), handlers_(std::move(handlers)) {}

Result<void, Problem> Child::start() {
    auto pair = io::socket_pair();
    if (!pair) return err(problem_of(pair.error()));
    auto process =
        io::spawn(options_.program, {.arguments = options_.arguments,
                                     .name = options_.program,
                                     .descriptors = {{.ours = pair->second.get(), .theirs = 1}},
                                     .output_path = options_.log_path});
    if (!process) return err(problem_of(process.error(), "is the build complete?"));
    process_.emplace(std::move(*process));
    started_at_ = io::steady_now();
    line_.clear();
    watch_.reset();
    output_ = std::move(pair->first);
    watch_.emplace(loop_, output_.get());
    watch_->on_readable([this] { read_line(); });
    process_->on_exit(loop_, [this](io::ExitStatus status) { on_end(status); });
    return {};
}

void Child::read_line() {
    std::array<char, 1024> part{};
    const ssize_t count = ::read(output_.get(), part.data(), part.size());
    if (count > 0) line_.append(part.data(), static_cast<std::size_t>(count));
    const std::size_t end = line_.find('\n');
    if (end == line_.npos && count > 0 && line_.size() < line_bytes_max) {
        return watch_->on_readable([this] { read_line(); });
    }
    if (end == line_.npos) return;
    line_.resize(end);
    const std::string line = std::exchange(line_, {});
    handlers_.on_line(line);
}

void Child::on_end(io::ExitStatus status) {
    // What it said last (an error, perhaps) comes before its end.
    if (line_.empty() && output_.valid()) read_line();
    watch_.reset();
    output_.reset();
    // The watch that calls this belongs to the process: it goes in the next turn.
    loop_.post([this, status] {
        process_.reset();
        handlers_.on_exit(status);
    });
}

void Child::kill(int signal) {
    if (process_) process_->kill(signal);
}

std::uint64_t Child::next_delay_ms() {
    const bool lived = io::steady_now().value - started_at_.value >= steady_life_ms;
    delay_ms_ = lived ? delay_ms_min : std::clamp(delay_ms_ * 2, delay_ms_min, delay_ms_max);
    return delay_ms_;
}

}  // namespace cloister::app
