// A directory in memory where there is one: what these tests do to disks needs no real one.
#pragma once

#include <unistd.h>

#include <cstdlib>

#include "io/file.hpp"

namespace cloister::crash {

inline std::string fast_directory() {
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
    return io::make_temporary_directory("cloister-crash-").get();
}

}  // namespace cloister::crash
