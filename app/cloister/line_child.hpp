// A child process that is talked to in lines, over its standard input and output. It dies with us.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/process.hpp"
#include "output.hpp"

namespace cloister::app {

struct LineChildOptions {
    std::string name;  // for errors
    std::string program;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::string log_path;  // its standard error
};

class LineChild {
  public:
    static Result<LineChild, Problem> start(const LineChildOptions& options);

    Result<void, Problem> write_line(const std::string& line);
    // Its next line; an error when it ends or is silent for so long.
    Result<std::string, Problem> read_line(std::uint64_t wait_ms);
    int pid() const { return process_.pid(); }
    // Asks it to end and waits until it has.
    io::ExitStatus stop();
    // For signal handlers: whoever waits for a line, now or later, gets the error Interrupted.
    static void interrupt_all();
    static bool interrupted();
    io::ExitStatus wait() { return process_.wait(); }

  private:
    LineChild(std::string name, std::string log_path, io::Process process, io::Fd socket)
        : name_(std::move(name)),
          log_path_(std::move(log_path)),
          process_(std::move(process)),
          socket_(std::move(socket)) {}

    std::string name_;
    std::string log_path_;
    io::Process process_;
    io::Fd socket_;
    std::string buffer_;
};

}  // namespace cloister::app
