#include "crypto/entropy.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

TEST(Entropy, RepeatsFromItsSeed) {
    Entropy a{Secret<32>(Bytes(32, 1))};
    Entropy b{Secret<32>(Bytes(32, 1))};
    Entropy c{Secret<32>(Bytes(32, 2))};
    for (const std::size_t count : {0u, 1u, 32u, 63u, 64u, 65u, 100000u}) {
        EXPECT_EQ(hex_of(a.bytes(count)), hex_of(b.bytes(count)));
    }
    EXPECT_EQ(hex_of(a.bytes_32()), hex_of(b.bytes_32()));
    EXPECT_NE(hex_of(a.bytes_32()), hex_of(c.bytes_32()));
}

TEST(Entropy, HandsOutTheKeystreamBehindTheNextKey) {
    // RFC 8439 appendix A.1, test vectors 1 and 2: blocks 0 and 1 under the key of zeros.
    Entropy entropy{Secret<32>()};
    EXPECT_EQ(hex_of(entropy.bytes_32()),
              "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed");
    Entropy next{
        secret_from_hex("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7")};
    EXPECT_EQ(hex_of(entropy.bytes_32()), hex_of(next.bytes_32()));
}

TEST(Entropy, NeverRepeatsItself) {
    Entropy entropy{Secret<32>(Bytes(32, 3))};
    std::vector<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.push_back(hex_of(entropy.bytes_32()));
    std::ranges::sort(seen);
    EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

}  // namespace
}  // namespace cloister::crypto
