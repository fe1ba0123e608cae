// A run of `cloister dev` as a test sees it: a process, the line that says it is ready, and ports.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/process.hpp"

namespace cloister::test {

// A JSON text's leaves by path: "workers.0.url". Empty if it is malformed.
using Members = std::map<std::string, std::string>;
Members members_of(const std::string& text);

// The body of a 200; nothing for anything else within two seconds.
std::optional<std::string> http(const std::string& url, const std::string& method,
                                const std::string& body);
bool within(std::uint64_t limit_ms, const std::function<bool()>& condition);

// Two workers, every port chosen by the system. Returns when the first line is there.
class Dev {
  public:
    Dev(const std::string& program, const std::string& base_path,
        const std::vector<std::string>& more);

    const std::string& operator[](const std::string& path) { return line_[path]; }
    bool ready() { return line_["event"] == "ready"; }
    int pid() const { return process_->pid(); }
    io::ExitStatus end(int signal);
    io::ExitStatus wait() { return process_->wait(); }

  private:
    void read_line(int fd);

    std::optional<io::Process> process_;
    io::Fd output_;
    Members line_;
};

}  // namespace cloister::test
