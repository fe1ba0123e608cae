#include "crypto/keyring.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"
#include "crypto/ss58.hpp"

namespace cloister::crypto {
namespace {

constexpr Scheme schemes[] = {Scheme::Ed25519, Scheme::Sr25519, Scheme::Ecdsa};

TEST(Keyring, AliceIsAlice) {
    const auto alice = KeyPair::from_suri(Scheme::Sr25519, "//Alice");
    EXPECT_EQ(hex_of(alice->account()),
              "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
}

TEST(Keyring, TheDevelopmentPhraseStandsForItsSeed) {
    const std::string seed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    for (const Scheme scheme : schemes) {
        EXPECT_EQ(KeyPair::from_suri(scheme, seed + "//Bob")->account(),
                  KeyPair::from_suri(scheme, "//Bob")->account());
        EXPECT_EQ(KeyPair(scheme, secret_from_hex(seed)).account(),
                  KeyPair::from_suri(scheme, "")->account());
    }
}

TEST(Keyring, RefusesWhatDoesNotParse) {
    const std::string zeros(66, '0');
    const std::string odd_seed = "0x" + zeros.substr(0, 63);
    const std::string long_seed = "0x" + zeros;
    const std::string bare_seed = zeros.substr(0, 64) + "//a";
    const std::string long_uri = "//" + std::string(2000, 'a');
    for (const std::string_view bad :
         {"Alice", "/", "//", "//a//", "//Alice///password", "///p", "0x12//a", odd_seed.c_str(),
          long_seed.c_str(), bare_seed.c_str(), long_uri.c_str()}) {
        for (const Scheme scheme : schemes) EXPECT_FALSE(KeyPair::from_suri(scheme, bad)) << bad;
    }
}

TEST(Keyring, ANumberThatIsNoEcdsaKeyIsNoEcdsaAccount) {
    const std::string zero = "0x" + std::string(64, '0');
    const std::string high = "0x" + std::string(64, 'f');
    EXPECT_FALSE(KeyPair::from_suri(Scheme::Ecdsa, zero));
    EXPECT_FALSE(KeyPair::from_suri(Scheme::Ecdsa, high));
    EXPECT_TRUE(KeyPair::from_suri(Scheme::Ecdsa, high + "//a"));
    EXPECT_TRUE(KeyPair::from_suri(Scheme::Sr25519, zero));
}

TEST(Keyring, SchemesAreFoundByTheirNames) {
    for (const Scheme scheme : schemes) EXPECT_EQ(find_scheme(name_of(scheme)), scheme);
    EXPECT_EQ(find_scheme("bls"), std::nullopt);
}

TEST(Keyring, SoftJunctionsAreForSr25519Only) {
    EXPECT_TRUE(KeyPair::from_suri(Scheme::Sr25519, "//a/b"));
    EXPECT_FALSE(KeyPair::from_suri(Scheme::Ed25519, "//a/b"));
    EXPECT_FALSE(KeyPair::from_suri(Scheme::Ecdsa, "//a/b"));
}

TEST(Keyring, SignaturesVerifyUnderTheirSchemeOnly) {
    for (const Scheme scheme : schemes) {
        const auto alice = KeyPair::from_suri(scheme, "//Alice");
        MultiSignature signature = alice->sign(view_of("message"));
        EXPECT_TRUE(verify(alice->account(), view_of("message"), signature));
        EXPECT_FALSE(verify(alice->account(), view_of("massage"), signature));
        for (const Scheme other : schemes) {
            if (other == scheme) continue;
            signature = KeyPair::from_suri(other, "//Alice")->sign(view_of("message"));
            EXPECT_FALSE(verify(alice->account(), view_of("message"), signature));
        }
    }
}

TEST(Ss58, RefusesEveryOtherCharacterAtEveryPlace) {
    const std::string good = encode_ss58({42, AccountId(Bytes(32, 5))});
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char c : std::string("1z0OIl +\xff")) {
            if (good[at] == c) continue;
            std::string bad = good;
            bad[at] = c;
            EXPECT_FALSE(parse_ss58(bad)) << bad;
        }
        EXPECT_FALSE(parse_ss58(good.substr(0, at)));
    }
    EXPECT_FALSE(parse_ss58(good + "1"));
    EXPECT_FALSE(parse_ss58("1" + good));
    EXPECT_FALSE(parse_ss58(std::string(100000, 'z')));
}

TEST(Ss58, EveryPrefixComesBack) {
    const AccountId account(Bytes(32, 9));
    for (std::uint16_t prefix = 0; prefix <= 16383; ++prefix) {
        const auto parsed = parse_ss58(encode_ss58({prefix, account}));
        ASSERT_TRUE(parsed) << prefix;
        ASSERT_EQ(parsed->prefix, prefix);
        ASSERT_EQ(parsed->account, account);
    }
}

}  // namespace
}  // namespace cloister::crypto
