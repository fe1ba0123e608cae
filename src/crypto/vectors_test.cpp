// Against data that polkadot-js and schnorrkel made, in $CLOISTER_SHARED/vectors.
#include <gtest/gtest.h>

// g++ 12 suspects Boost's empty arrays when it builds them with sanitizers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#include <boost/json/src.hpp>
#pragma GCC diagnostic pop
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "crypto/hash.hpp"
#include "crypto/keyring.hpp"
#include "crypto/known_answer.hpp"
#include "crypto/merlin.hpp"
#include "crypto/ss58.hpp"

namespace cloister::crypto {
namespace {

namespace json = boost::json;

std::optional<json::value> load(const std::string& name) {
    const char* shared = std::getenv("CLOISTER_SHARED");
    std::ifstream file(std::string(shared ? shared : "../shared") + "/vectors/" + name);
    if (!file) return std::nullopt;
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string text(const json::value& value) { return std::string(value.as_string()); }
Bytes bytes(const json::value& value) { return from_hex(text(value)); }
std::string digits(const json::value& value) { return text(value).substr(2); }

#define LOAD(variable, name)                                           \
    const auto loaded = load(name);                                    \
    if (!loaded) GTEST_SKIP() << name << " is not in CLOISTER_SHARED"; \
    const json::value& variable = *loaded

TEST(SharedHashes, EqualSubstrates) {
    LOAD(cases, "scale/hashes.json");
    for (const json::value& c : cases.as_array()) {
        const Bytes input = to_bytes(text(c.at("input")));
        EXPECT_EQ(hex_of(twox_64(input)), digits(c.at("twox64")));
        EXPECT_EQ(hex_of(twox_128(input)), digits(c.at("twox128")));
        EXPECT_EQ(hex_of(twox_256(input)), digits(c.at("twox256")));
        EXPECT_EQ(hex_of(blake2b_128(input)), digits(c.at("blake2_128")));
        EXPECT_EQ(hex_of(blake2b_256(input)), digits(c.at("blake2_256")));
    }
}

TEST(SharedSr25519, MerlinGivesTheChallengeOfItsTestProtocol) {
    LOAD(file, "sr25519/sr25519.json");
    const json::value& merlin = file.at("merlin");
    Transcript transcript(text(merlin.at("label")));
    transcript.append(text(merlin.at("append").at(0)), text(merlin.at("append").at(1)));
    Bytes challenge(32);
    transcript.challenge(text(merlin.at("challenge").at(0)), challenge);
    EXPECT_EQ(hex_of(challenge), digits(merlin.at("challenge").at(2)));
}

TEST(SharedSr25519, MiniSecretsExpandToTheirPublicKeys) {
    LOAD(file, "sr25519/sr25519.json");
    for (const json::value& c : file.at("keypairs").as_array()) {
        const Sr25519Key key(Secret<32>(bytes(c.at("seed"))));
        EXPECT_EQ(hex_of(key.public_key()), digits(c.at("public")));
    }
}

TEST(SharedSr25519, SignaturesAreJudgedAsBySchnorrkel) {
    LOAD(file, "sr25519/sr25519.json");
    for (const json::value& c : file.at("signatures").as_array()) {
        const Sr25519Public key{ByteView(bytes(c.at("publicKey")))};
        const Sr25519Signature signature{ByteView(bytes(c.at("signature")))};
        EXPECT_EQ(verify_sr25519(key, bytes(c.at("message")), signature), c.at("valid").as_bool());
    }
}

TEST(SharedSr25519, SigningWithTheirEntropyRepeatsTheirSignatures) {
    LOAD(file, "sr25519/sr25519.json");
    const auto alice = KeyPair::from_suri(Scheme::Sr25519, "//Alice");
    const Sr25519Key root(Secret<32>(bytes(file.at("miniSecret"))));
    const Sr25519Key key = root.derive_hard(chain_code_of("Alice"));
    EXPECT_EQ(hex_of(key.public_key()), hex_of(alice->account()));
    for (const json::value& c : file.at("signatures").as_array()) {
        if (!c.at("valid").as_bool()) continue;
        const Bytes sevens(32, 7);
        EXPECT_EQ(hex_of(key.sign(bytes(c.at("message")), sevens)), digits(c.at("signature")));
    }
}

TEST(SharedKeyring, UrisLeadToTheirAccounts) {
    LOAD(file, "sr25519/sr25519.json");
    const std::string phrase = text(file.at("devPhrase"));
    for (const json::value& c : file.at("derivations").as_array()) {
        const std::string suri = text(c.at("suri")).substr(phrase.size());
        const auto sr25519 = KeyPair::from_suri(Scheme::Sr25519, suri);
        ASSERT_TRUE(sr25519) << suri;
        EXPECT_EQ(hex_of(sr25519->account()), digits(c.at("sr25519"))) << suri;
        const auto ed25519 = KeyPair::from_suri(Scheme::Ed25519, suri);
        ASSERT_EQ(ed25519.has_value(), !c.at("ed25519").is_null()) << suri;
        if (!ed25519) continue;
        EXPECT_EQ(hex_of(ed25519->account()), digits(c.at("ed25519"))) << suri;
    }
}

TEST(SharedKeyring, JunctionsHaveTheirChainCodes) {
    LOAD(file, "sr25519/sr25519.json");
    for (const json::value& c : file.at("derivations").as_array()) {
        std::string suri = text(c.at("suri"));
        const json::array& path = c.at("path").as_array();
        for (std::size_t i = path.size(); i-- > 0;) {
            const std::size_t slash = suri.rfind('/');
            EXPECT_EQ(hex_of(chain_code_of(suri.substr(slash + 1))),
                      digits(path[i].at("chainCode")));
            suri.resize(suri.find_last_not_of('/', slash) + 1);
        }
    }
}

TEST(SharedKeyring, SoftDerivationOfAPublicKeyEqualsThatOfTheSecret) {
    LOAD(file, "sr25519/sr25519.json");
    const json::value& soft = file.at("publicSoft");
    const auto child = derive_soft_public(Sr25519Public(ByteView(bytes(soft.at("parent")))),
                                          ChainCode(ByteView(bytes(soft.at("chainCode")))));
    ASSERT_TRUE(child);
    EXPECT_EQ(hex_of(*child), digits(soft.at("child")));
}

TEST(SharedSs58, AddressesEqualPolkadotJs) {
    LOAD(file, "scale/ss58.json");
    const AccountId account{ByteView(bytes(file.at("decoded")))};
    for (const json::value& c : file.at("encoded").as_array()) {
        const auto prefix = static_cast<std::uint16_t>(c.at(0).as_int64());
        const std::string address = text(c.at(1));
        EXPECT_EQ(encode_ss58({prefix, account}), address);
        const auto parsed = parse_ss58(address);
        ASSERT_TRUE(parsed) << address;
        EXPECT_EQ(parsed->prefix, prefix);
        EXPECT_EQ(parsed->account, account);
    }
    for (const json::value& c : file.at("invalid").as_array()) EXPECT_FALSE(parse_ss58(text(c)));
}

// compact(length), 0x84, 0x00 and the account, 0x00 or 0x01, and the signature.
std::optional<MultiSignature> signature_in(const Bytes& extrinsic) {
    const std::size_t length_bytes = (extrinsic[0] & 3) == 1 ? 2 : 4;
    scale::Decoder decoder(ByteView(extrinsic).subspan(length_bytes + 2 + 32));
    const auto signature = decoder.read<MultiSignature>();
    if (decoder.failed()) return std::nullopt;
    return signature;
}

TEST(SharedExtrinsics, CarrySignaturesOverTheirPayloads) {
    LOAD(file, "extrinsic/v4-signed.json");
    std::size_t checked = 0;
    for (const json::value& c : file.at("cases").as_array()) {
        if (text(c.at("key")) == "ecdsa") continue;
        const Bytes payload = bytes(c.at("payload"));
        const bool hashed = payload.size() > 256;
        const Bytes message = hashed ? to_bytes(blake2b_256(payload).view()) : payload;
        const AccountId signer{ByteView(bytes(c.at("signer")))};
        const auto signature = signature_in(bytes(c.at("extrinsic")));
        ASSERT_TRUE(signature);
        EXPECT_TRUE(verify(signer, message, *signature)) << text(c.at("call"));
        EXPECT_FALSE(verify(signer, concat(message, message), *signature));
        ++checked;
    }
    EXPECT_EQ(checked, 12u);
}

}  // namespace
}  // namespace cloister::crypto
