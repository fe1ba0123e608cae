// Not an enclave: a program that the daemon's test has launched as one. It does what one letter on
// the host channel tells it and reports over the same channel.

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "descriptor.hpp"
#include "platform/messages.hpp"

extern char** environ;

namespace {

using namespace cloister;

bool read_exactly(int file, std::uint8_t* to, std::size_t count) {
    while (count > 0) {
        const ssize_t got = ::read(file, to, count);
        if (got <= 0) return false;
        to += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

void write_frame(int file, ByteView body) {
    const Bytes frame = concat(scale::encode(static_cast<std::uint32_t>(body.size())), body);
    if (::write(file, frame.data(), frame.size()) < 0) std::_Exit(3);
}

// The platform's answer, passed on to the host as it is.
void ask_platform(const platform::EnclaveRequest& request) {
    write_frame(platform::enclave_platform_descriptor, scale::encode(request));
    Bytes header(4);
    if (!read_exactly(platform::enclave_platform_descriptor, header.data(), 4)) std::_Exit(4);
    Bytes body(scale::decode<std::uint32_t>(header).get());
    if (!read_exactly(platform::enclave_platform_descriptor, body.data(), body.size()))
        std::_Exit(5);
    write_frame(platform::enclave_host_descriptor, body);
}

std::string surroundings() {
    std::string out = environ == nullptr || *environ == nullptr ? "env=empty" : "env=full";
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return out;
    out += " fds=";
    for (int number = 0; number < 64; ++number) {
        if (number != ::dirfd(folder) && ::fcntl(number, F_GETFD) >= 0)
            out += std::to_string(number);
    }
    ::closedir(folder);
    return out;
}

}  // namespace

int main() {
    std::uint8_t letter = 0;
    while (read_exactly(platform::enclave_host_descriptor, &letter, 1)) {
        switch (letter) {
            case 'q': ask_platform(platform::QuoteRequest{}); break;
            case 's': ask_platform(platform::SealKeyRequest{}); break;
            case 'm': ask_platform(platform::MeasurementRequest{}); break;
            case 'c': ask_platform(platform::CollateralRequest{}); break;
            case 'e':
                write_frame(platform::enclave_host_descriptor, view_of(surroundings()));
                break;
            default: return 42;
        }
    }
    for (;;) ::pause();  // the host is gone; whoever launched this must see that it ends
}
