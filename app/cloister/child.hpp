// One process that the development network keeps alive: its log file, its first line of output, its
// end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/process.hpp"
#include "output.hpp"

namespace cloister::app {

struct ChildOptions {
    std::string name;  // for people: "node", "worker 0"
    std::string program;
    std::vector<std::string> arguments;
    std::string log_path;
};

struct ChildHandlers {
    std::function<void(const std::string& line)>
        on_line;  // the first line of its standard output, each start
    std::function<void(io::ExitStatus)> on_exit;
};

class Child {
  public:
    Child(io::EventLoop& loop, ChildOptions options, ChildHandlers handlers);

    Result<void, Problem> start();
    void kill(int signal);
    bool running() const { return process_.has_value(); }
    int pid() const { return process_ ? process_->pid() : 0; }
    ChildOptions& options() { return options_; }
    // How long to wait before the next start: longer after each short life.
    std::uint64_t next_delay_ms();

  private:
    void read_line();
    void on_end(io::ExitStatus status);

    io::EventLoop& loop_;
    ChildOptions options_;
    ChildHandlers handlers_;
    std::optional<io::Process> process_;
    io::Fd output_;  // kept until the end, or its writing would kill it
    std::optional<io::Watch> watch_;
    std::string line_;
    Instant started_at_;
    std::uint64_t delay_ms_ = 0;
};

std::string words_of(io::ExitStatus status);

}  // namespace cloister::app
