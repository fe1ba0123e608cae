#include "io/entropy.hpp"

#include <sys/random.h>

#include <cerrno>

namespace cloister::io {

void fill_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t count = ::getrandom(out.data(), out.size(), 0);
        CLOISTER_ASSERT(count > 0 || errno == EINTR);
        if (count > 0) out = out.subspan(static_cast<std::size_t>(count));
    }
}

Secret<32> random_seed() {
    Secret<32> seed;
    fill_random({seed.writable(), 32});
    return seed;
}

}  // namespace cloister::io
