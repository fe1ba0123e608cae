#include "line_child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "io/clock.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t line_bytes_max = 4U << 20;
constexpr std::uint64_t look_up_ms = 200;  // a signal may come just before we wait

volatile std::sig_atomic_t stop_waiting = 0;

bool is_again(int number) { return number == EINTR || number == EAGAIN || number == EWOULDBLOCK; }

}  // namespace

Result<LineChild, Problem> LineChild::start(const LineChildOptions& options) {
    auto pair = io::socket_pair();
    if (!pair) return err(problem_of(pair.error()));
    auto process =
        io::spawn(options.program, {.arguments = options.arguments,
                                    .name = options.program,
                                    .environment = options.environment,
                                    .descriptors = {{.ours = pair->second.get(), .theirs = 0},
                                                    {.ours = pair->second.get(), .theirs = 1}},
                                    .output_path = options.log_path});
    if (!process) return err(problem_of(process.error(), "is the build complete?"));
    return LineChild(options.name, options.log_path, std::move(*process), std::move(pair->first));
}

Result<void, Problem> LineChild::write_line(const std::string& line) {
    std::string rest = line + '\n';
    while (!rest.empty()) {
        const ssize_t count = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count > 0) {
            rest.erase(0, static_cast<std::size_t>(count));
        } else if (!is_again(errno)) {
            return err(
                Problem{"ChildEnded", "the " + name_ + " has ended", "its log: " + log_path_});
        }
    }
    return {};
}

Result<std::string, Problem> LineChild::read_line(std::uint64_t wait_ms) {
    const std::uint64_t deadline = io::steady_now().value + wait_ms;
    for (;;) {
        if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        if (interrupted())
            return err(Problem{"Interrupted", "stopped by a signal", "start it again"});
        const std::uint64_t now = io::steady_now().value;
        if (now >= deadline)
            return err(
                Problem{"TimedOut", "the " + name_ + " says nothing", "its log: " + log_path_});
        pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, static_cast<int>(std::min(deadline - now, look_up_ms))) <= 0)
            continue;
        std::array<char, 65536> part{};
        const ssize_t count = ::recv(socket_.get(), part.data(), part.size(), 0);
        if (count > 0) buffer_.append(part.data(), static_cast<std::size_t>(count));
        const bool over =
            count == 0 || (count < 0 && !is_again(errno)) || buffer_.size() > line_bytes_max;
        if (over && interrupted()) continue;
        if (over)
            return err(
                Problem{"ChildEnded", "the " + name_ + " has ended", "its log: " + log_path_});
    }
}

void LineChild::interrupt_all() { stop_waiting = 1; }
bool LineChild::interrupted() { return stop_waiting != 0; }

io::ExitStatus LineChild::stop() {
    process_.kill(SIGTERM);
    return process_.wait();
}

}  // namespace cloister::app
