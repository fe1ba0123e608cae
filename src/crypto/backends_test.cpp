// Nothing in this folder asks the system for entropy, through neither library.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/backends.hpp"

#include <gtest/gtest.h>
#include <openssl/rand.h>
#include <sodium.h>

#include "crypto/hpke.hpp"
#include "crypto/keyring.hpp"
#include "crypto/p256.hpp"
#include "crypto/ristretto.hpp"

namespace cloister::crypto {
namespace {

TEST(BackendsDeathTest, LibsodiumsRandomSourceAborts) {
    require_sodium();
    std::array<std::uint8_t, 32> out;
    EXPECT_DEATH(randombytes_buf(out.data(), out.size()), "initialising");
    EXPECT_DEATH(randombytes_random(), "initialising");
}

int requests = 0;
int count_request(unsigned char*, int) {
    ++requests;
    return 0;
}

TEST(Backends, OpensslIsNeverAskedForRandomBytes) {
    const RAND_METHOD counting{nullptr, count_request, nullptr, nullptr, count_request, nullptr};
    requests = 0;
    RAND_set_rand_method(&counting);
    std::uint8_t probe = 0;
    EXPECT_EQ(RAND_bytes(&probe, 1), 0);
    EXPECT_EQ(requests, 1);  // the trap works

    const P256Key key = P256Key::derive(Bytes(32, 1));
    EXPECT_TRUE(verify_p256(key.public_key(), Bytes(3), key.sign(Bytes(3))));
    const X25519Key pair = hpke_derive_key_pair(Bytes(32, 2));
    const auto sealed = hpke_seal(pair.public_key, {}, Bytes(100), pair);
    EXPECT_TRUE(hpke_open(pair, {}, *sealed));
    EXPECT_EQ(requests, 1);
    RAND_set_rand_method(nullptr);
}

TEST(Backends, LibsodiumIsNeverAskedForRandomBytes) {
    // Would abort: see above.
    for (const Scheme scheme : {Scheme::Ed25519, Scheme::Sr25519}) {
        const auto pair = KeyPair::from_suri(scheme, "//Alice");
        EXPECT_TRUE(verify(pair->account(), Bytes(3), pair->sign(Bytes(3))));
    }
    const auto secret = RistrettoScalar::from_uniform(Bytes(64, 5));
    EXPECT_TRUE(verify_evaluation(secret.times_base(), {}, {}, evaluate(secret, {}, {})));
}

}  // namespace
}  // namespace cloister::crypto
