// Progress of a long wait, on standard error: a bar that moves on a terminal once a second has
// passed, one plain line at the start elsewhere. Nothing under --json unless standard error is a
// terminal.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace cloister::app {

class Progress {
  public:
    explicit Progress(std::string what);
    ~Progress();  // wipes the bar
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

  private:
    void draw();

    std::string what_;
    bool terminal_ = false;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool end_ = false;
    std::thread drawer_;
};

}  // namespace cloister::app
