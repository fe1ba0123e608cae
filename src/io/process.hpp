// Child processes: exactly the descriptors and environment they are given, programs from a path or
// from a sealed memfd.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/event_loop.hpp"
#include "io/fd.hpp"

namespace cloister::io {

enum class Group { Shared, Own };  // Own: signals to our group do not reach it
enum class Lifetime {
    Free,
    WithParent
};  // WithParent: killed when the thread that spawned it ends

struct InheritedFd {
    int ours = -1;    // stays open here
    int theirs = -1;  // 0 to 99; 0, 1 and 2 win over the streams below
};

struct SpawnOptions {
    std::vector<std::string> arguments{};    // after argv[0]
    std::string name = "child";              // argv[0]
    std::vector<std::string> environment{};  // NAME=value; nothing is inherited
    std::vector<InheritedFd>
        descriptors{};  // nothing else is inherited beyond the standard streams
    std::string
        output_path{};  // standard output and error are appended there; empty: ours are inherited
    Group group = Group::Shared;
    Lifetime lifetime = Lifetime::WithParent;
};

struct ExitStatus {
    int code = 0;    // meaningful if signal is 0
    int signal = 0;  // that ended it
    bool success() const { return code == 0 && signal == 0; }
};

// A child that runs. Dropping it kills it (its whole group if it has its own) and reaps it.
class Process {
  public:
    ~Process();
    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;

    int pid() const;
    // To the child, or to its whole group if it has its own. Nothing happens once it was reaped.
    void kill(int signal);
    // Blocks until it ends.
    ExitStatus wait();
    // Calls back once, from the loop, when it has ended. The Process must outlive the callback or
    // be dropped first.
    void on_exit(EventLoop& loop, std::move_only_function<void(ExitStatus)> callback);

  private:
    struct State;
    friend Result<Process, Error> spawn_fd(int, const SpawnOptions&);
    explicit Process(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Standard input is /dev/null unless given. An error that keeps the program from starting is
// returned here.
Result<Process, Error> spawn(const std::string& program, const SpawnOptions& options);
// The program is an open file: fexecve of exactly those bytes.
Result<Process, Error> spawn_fd(int program, const SpawnOptions& options);

// A file in memory that nobody, its maker included, can change, grow, shrink or unseal any more.
Result<Fd, Error> create_sealed_memfd(const std::string& name, ByteView bytes);

// The path of the program that runs now.
Result<std::string, Error> own_program_path();

}  // namespace cloister::io
