// The daemon: one thread, one poll loop, until SIGTERM or SIGINT. With it die all its enclaves.
#pragma once

#include <string>

#include "base/result.hpp"
#include "platform/platform.hpp"

namespace cloister::platform {

struct DaemonOptions {
    std::string socket_path;
    std::string
        enclave_log_path;  // enclaves' standard output and error are appended here; empty: dropped
};

// Returns after a signal asked it to end. Errors are sentences for people.
Result<void, std::string> run_daemon(const Platform& platform, const DaemonOptions& options);

}  // namespace cloister::platform
