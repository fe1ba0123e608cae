// An owned file descriptor, closed when dropped.
#pragma once

#include <cstddef>
#include <utility>

#include "io/error.hpp"

namespace cloister::io {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    ~Fd() { reset(); }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd(Fd&& other) noexcept : number_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = other.release();
        }
        return *this;
    }

    int get() const { return number_; }
    bool valid() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }
    void reset();

  private:
    int number_ = -1;
};

struct FdPair {
    Fd first;
    Fd second;
};
// Two connected stream sockets, both closed on exec.
Result<FdPair, Error> socket_pair();
Result<void, Error> set_nonblocking(int fd);
// Lets this process open as many descriptors as the system allows it, and says how many.
std::size_t raise_descriptor_limit();

}  // namespace cloister::io
