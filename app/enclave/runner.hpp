// One thread that runs contracts, so that no contract delays following or queries' refusals.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "enclave/enclave.hpp"

namespace cloister::app {

class Runner {
  public:
    Runner();
    ~Runner();
    // Readable when results wait.
    int event_file() const { return event_file_; }
    void submit(std::shared_ptr<const enclave::Execution> execution);
    std::vector<enclave::input::Executed> take();

  private:
    void work();

    int event_file_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::shared_ptr<const enclave::Execution>> waiting_;
    std::vector<enclave::input::Executed> done_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace cloister::app
