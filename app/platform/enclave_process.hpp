// Starts a measured program: its file is copied into a sealed memfd, those bytes are hashed, and
// those bytes are executed, with an empty environment and five descriptors (platform/messages.hpp).
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"
#include "descriptor.hpp"
#include "platform/messages.hpp"

namespace cloister::platform {

struct LaunchOptions {
    std::string program;  // path of the file to measure and execute
    Descriptor host_channel;
    int log = -1;  // becomes standard output and error; -1: /dev/null
};

class EnclaveProcess {
  public:
    static Result<EnclaveProcess, LaunchError> launch(LaunchOptions options);

    EnclaveProcess(EnclaveProcess&&) noexcept = default;
    EnclaveProcess& operator=(EnclaveProcess&&) = delete;
    ~EnclaveProcess();  // kills and reaps it if it still runs

    pid_t pid() const { return pid_; }
    const Measurement& measurement() const { return measurement_; }
    int channel() const { return channel_.number(); }  // the platform's end, non-blocking
    int pidfd() const { return pidfd_.number(); }      // readable once the process has ended
    // Reaps it. Precondition: pidfd() is readable.
    Exited wait();

  private:
    EnclaveProcess() = default;
    pid_t pid_ = -1;
    Descriptor pidfd_;  // open: not reaped yet
    Descriptor channel_;
    Measurement measurement_;
};

}  // namespace cloister::platform
