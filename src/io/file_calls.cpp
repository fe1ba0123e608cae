#include "io/file_calls.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace cloister::io {
namespace {

class SystemCalls final : public FileCalls {
  public:
    int open(const std::string& path, int flags, mode_t mode) override {
        return ::open(path.c_str(), flags, mode);
    }
    ssize_t write(int fd, ByteView bytes) override {
        return ::write(fd, bytes.data(), bytes.size());
    }
    int fsync(int fd) override { return ::fsync(fd); }
    int close(int fd) override { return ::close(fd); }
    int rename(const std::string& from, const std::string& to) override {
        return ::rename(from.c_str(), to.c_str());
    }
    int unlink(const std::string& path) override { return ::unlink(path.c_str()); }
    int mkdir(const std::string& path, mode_t mode) override { return ::mkdir(path.c_str(), mode); }
};

}  // namespace

FileCalls& system_calls() {
    static SystemCalls calls;
    return calls;
}

}  // namespace cloister::io
