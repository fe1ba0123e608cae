#include "base/secret.hpp"

namespace cloister::base {

void wipe(void* data, std::size_t size_bytes) {
    if (size_bytes == 0) return;
    std::memset(data, 0, size_bytes);
    __asm__ __volatile__("" : : "r"(data) : "memory");
}

bool equal_constant_time(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

}  // namespace cloister::base
