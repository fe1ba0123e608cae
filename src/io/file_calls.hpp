// The calls to the system that change files, in one place so that a test can put a disk in theirs
// which forgets what was not synced, tears what it writes, and fills up.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/bytes.hpp"

namespace cloister::io {

// Each as its system call of that name: -1 and errno on failure.
class FileCalls {
  public:
    virtual ~FileCalls() = default;
    virtual int open(const std::string& path, int flags, mode_t mode) = 0;
    virtual ssize_t write(int fd, ByteView bytes) = 0;
    virtual int fsync(int fd) = 0;
    virtual int close(int fd) = 0;
    virtual int rename(const std::string& from, const std::string& to) = 0;
    virtual int unlink(const std::string& path) = 0;
    virtual int mkdir(const std::string& path, mode_t mode) = 0;
};

// This machine's own.
FileCalls& system_calls();

}  // namespace cloister::io
