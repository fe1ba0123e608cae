// Merlin, keys, derivations and signatures as schnorrkel makes and judges them.
#include "crypto/sr25519.hpp"

#include "crypto/keyring.hpp"
#include "crypto/merlin.hpp"
#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

using crypto::ChainCode;
using crypto::KeyPair;
using crypto::Scheme;
using crypto::Sr25519Key;
using crypto::Sr25519Public;
using crypto::Sr25519Signature;

const SharedFile sr25519_file("sr25519/sr25519.json");

Sr25519Key alice(const boost::json::value& file) {
    return Sr25519Key(Secret<32>(hex_bytes(file.at("miniSecret"))))
        .derive_hard(crypto::chain_code_of("Alice"));
}

TEST(Merlin, GivesTheChallengeOfItsTestProtocol) {
    const auto file = sr25519_file.json();
    const auto& merlin = file.at("merlin");
    crypto::Transcript transcript(text_of(merlin.at("label")));
    transcript.append(text_of(merlin.at("append").at(0)), text_of(merlin.at("append").at(1)));
    Bytes challenge(32);
    transcript.challenge(text_of(merlin.at("challenge").at(0)), challenge);
    EXPECT_EQ(challenge, hex_bytes(merlin.at("challenge").at(2)));
}

TEST(Sr25519, MiniSecretsExpandToTheirPublicKeys) {
    const auto file = sr25519_file.json();
    for (const auto& row : rows(file.at("keypairs"))) {
        const Sr25519Key key(Secret<32>(hex_bytes(row.at("seed"))));
        EXPECT_EQ(key.public_key(), hex_fixed<Sr25519Public>(row.at("public")));
    }
}

TEST(Sr25519, SignaturesAreJudgedAsBySchnorrkel) {
    const auto file = sr25519_file.json();
    for (const auto& row : rows(file.at("signatures"))) {
        const auto key = hex_fixed<Sr25519Public>(row.at("publicKey"));
        const auto signature = hex_fixed<Sr25519Signature>(row.at("signature"));
        EXPECT_EQ(crypto::verify_sr25519(key, hex_bytes(row.at("message")), signature),
                  row.at("valid").as_bool());
    }
}

TEST(Sr25519, SigningWithTheirEntropyRepeatsTheirSignatures) {
    const auto file = sr25519_file.json();
    const Sr25519Key key = alice(file);
    const Bytes sevens(32, 7);
    for (const auto& row : file.at("signatures").as_array()) {
        if (!row.at("valid").as_bool()) continue;
        test::ran_cases(1);
        EXPECT_EQ(key.sign(hex_bytes(row.at("message")), sevens),
                  hex_fixed<Sr25519Signature>(row.at("signature")));
    }
}

// The transcript of one signature, as schnorrkel's context "substrate" writes it.
TEST(Sr25519, ChallengesAreSchnorrkelsAtEveryMessageLength) {
    const auto file = sr25519_file.json();
    for (const auto& row : file.at("signatures").as_array()) {
        if (!row.at("valid").as_bool()) continue;
        test::ran_cases(1);
        const Bytes signature = hex_bytes(row.at("signature"));
        crypto::Transcript transcript("SigningContext");
        transcript.append("", "substrate");
        transcript.append("sign-bytes", hex_bytes(row.at("message")));
        transcript.append("proto-name", "Schnorr-sig");
        transcript.append("sign:pk", hex_bytes(row.at("publicKey")));
        transcript.append("sign:R", ByteView(signature).first(32));
        Bytes challenge(64);
        transcript.challenge("sign:c", challenge);
        EXPECT_EQ(challenge, hex_bytes(row.at("challenge64")));
    }
}

TEST(Sr25519, NoFlippedBitOfAPublishedSignatureOrKeyPasses) {
    const auto file = sr25519_file.json();
    for (const auto& row : file.at("signatures").as_array()) {
        if (!row.at("valid").as_bool()) continue;
        const Bytes message = hex_bytes(row.at("message"));
        const Bytes both = concat(hex_bytes(row.at("publicKey")), hex_bytes(row.at("signature")));
        for (std::size_t i = 0; i < both.size(); ++i) {
            Bytes changed = both;
            changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            test::ran_cases(1);
            EXPECT_FALSE(crypto::verify_sr25519(Sr25519Public(ByteView(changed).first(32)), message,
                                                Sr25519Signature(ByteView(changed).subspan(32))))
                << i;
        }
    }
}

TEST(Keyring, UrisLeadToTheirAccounts) {
    const auto file = sr25519_file.json();
    const std::string phrase = text_of(file.at("devPhrase"));
    for (const auto& row : rows(file.at("derivations"))) {
        const std::string suri = text_of(row.at("suri")).substr(phrase.size());
        const auto sr25519 = KeyPair::from_suri(Scheme::Sr25519, suri);
        ASSERT_TRUE(sr25519) << suri;
        EXPECT_EQ(sr25519->account(), hex_fixed<AccountId>(row.at("sr25519"))) << suri;
        const auto ed25519 = KeyPair::from_suri(Scheme::Ed25519, suri);
        ASSERT_EQ(ed25519.has_value(), !row.at("ed25519").is_null()) << suri;
        const auto ecdsa = KeyPair::from_suri(Scheme::Ecdsa, suri);
        ASSERT_EQ(ecdsa.has_value(), !row.at("ecdsa").is_null()) << suri;
        test::ran_cases(2);
        if (!ed25519 || !ecdsa) continue;
        EXPECT_EQ(ed25519->account(), hex_fixed<AccountId>(row.at("ed25519"))) << suri;
        EXPECT_EQ(ecdsa->public_key(), hex_bytes(row.at("ecdsa"))) << suri;
    }
}

TEST(Keyring, JunctionsHaveTheirChainCodes) {
    const auto file = sr25519_file.json();
    for (const auto& row : file.at("derivations").as_array()) {
        std::string suri = text_of(row.at("suri"));
        const auto& path = rows(row.at("path"));
        for (std::size_t i = path.size(); i-- > 0;) {
            const std::size_t slash = suri.rfind('/');
            EXPECT_EQ(crypto::chain_code_of(suri.substr(slash + 1)),
                      hex_fixed<ChainCode>(path[i].at("chainCode")));
            suri.resize(suri.find_last_not_of('/', slash) + 1);
        }
    }
}

TEST(Keyring, SoftDerivationOfAPublicKeyEqualsThatOfTheSecret) {
    const auto file = sr25519_file.json();
    const auto& soft = file.at("publicSoft");
    const auto child = crypto::derive_soft_public(hex_fixed<Sr25519Public>(soft.at("parent")),
                                                  hex_fixed<ChainCode>(soft.at("chainCode")));
    ASSERT_TRUE(child);
    EXPECT_EQ(*child, hex_fixed<Sr25519Public>(soft.at("child")));
}

}  // namespace
}  // namespace cloister::vectors
