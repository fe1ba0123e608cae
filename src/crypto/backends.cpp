#include "crypto/backends.hpp"

#include <openssl/crypto.h>
#include <sodium.h>

#include <cstdint>
#include <cstring>

#include "base/assert.hpp"

namespace cloister::crypto {
namespace {

// sodium_init asks for a canary of sodium_malloc, which we never use; nobody may ask afterwards.
bool initialising = true;

const char* source_name() { return "cloister-none"; }
uint32_t no_number() {
    CLOISTER_ASSERT(initialising);
    return 0;
}
void no_bytes(void* const out, const size_t size) {
    CLOISTER_ASSERT(initialising);
    std::memset(out, 0, size);
}

bool start_sodium() {
    static randombytes_implementation none{.implementation_name = source_name,
                                           .random = no_number,
                                           .stir = nullptr,
                                           .uniform = nullptr,
                                           .buf = no_bytes,
                                           .close = nullptr};
    CLOISTER_ASSERT(randombytes_set_implementation(&none) == 0);
    CLOISTER_ASSERT(sodium_init() >= 0);
    initialising = false;
    return true;
}

bool start_openssl() {
    constexpr std::uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT;
    CLOISTER_ASSERT(OPENSSL_init_crypto(options, nullptr) == 1);
    return true;
}

}  // namespace

void require_sodium() {
    static const bool ready = start_sodium();
    CLOISTER_ASSERT(ready);
}

void require_openssl() {
    static const bool ready = start_openssl();
    CLOISTER_ASSERT(ready);
}

}  // namespace cloister::crypto
