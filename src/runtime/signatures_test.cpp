// Account signatures of all three schemes, as the chain judges them before a transaction enters.
#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"
#include "runtime/test_chain.hpp"

namespace cloister::runtime {
namespace {

using namespace test;
using crypto::KeyPair;
using crypto::Scheme;

class Signatures : public ::testing::TestWithParam<Scheme> {
  protected:
    Signatures() : chain(config_with(key)) {}

    static GenesisConfig config_with(const KeyPair& key) {
        GenesisConfig config = dev_config();
        if (key.scheme() != Scheme::Sr25519) {
            config.balances.emplace_back(key.account(), Balance(1000 * unit));
        }
        return config;
    }
    protocol::ChainContext context() const {
        return {spec_version, transaction_version, chain.genesis, chain.genesis};
    }
    static Bytes call() {
        return protocol::encode_call(protocol::TransferKeepAlive{{0, account("Bob"), {unit}}});
    }
    protocol::SignedPart part() const {
        return {.signer = key.account(),
                .signature = key.sign(protocol::signing_payload(call(), {}, context())),
                .extra = {}};
    }
    std::string_view verdict(const Bytes& extrinsic) const {
        const auto result = validate(chain.view, chain.at(), extrinsic);
        return result ? "valid" : name_of(result.error());
    }
    std::string_view verdict(const protocol::SignedPart& signed_part) const {
        return verdict(protocol::encode_signed(call(), signed_part));
    }

    KeyPair key = *KeyPair::from_suri(GetParam(), "//Alice");
    Chain chain;
};
INSTANTIATE_TEST_SUITE_P(Schemes, Signatures,
                         ::testing::Values(Scheme::Ed25519, Scheme::Sr25519, Scheme::Ecdsa),
                         [](const auto& test) { return std::string(name_of(test.param)); });

TEST_P(Signatures, OfTheSignerAreValidAndMoveMoney) {
    const Bytes extrinsic = protocol::sign_extrinsic(key, call(), {}, context());
    EXPECT_EQ(verdict(extrinsic), "valid");
    const u128 before = chain.free_of(account("Bob"));
    chain.block({extrinsic});
    EXPECT_EQ(chain.free_of(account("Bob")), before + unit);
    EXPECT_EQ(verdict(extrinsic), "Stale");
}

TEST_P(Signatures, WithAnyFlippedBitAreBadProofs) {
    const protocol::SignedPart good = part();
    const Bytes bytes = scale::encode(good.signature);
    for (std::size_t i = 1; i < bytes.size(); ++i) {
        for (const unsigned bit : {0U, 3U, 7U}) {
            Bytes changed = bytes;
            changed[i] ^= static_cast<std::uint8_t>(1U << bit);
            protocol::SignedPart bad = good;
            bad.signature = scale::decode<crypto::MultiSignature>(changed).get();
            EXPECT_EQ(verdict(bad), "BadProof") << i << " " << bit;
        }
    }
}

TEST_P(Signatures, UnderAnotherSchemeAreBadProofs) {
    const protocol::SignedPart good = part();
    const Bytes bytes = scale::encode(good.signature);
    for (std::uint8_t scheme = 0; scheme < 3; ++scheme) {
        if (scheme == bytes[0]) continue;
        Bytes changed = bytes;
        changed[0] = scheme;
        changed.resize(scheme == 2 ? 66 : 65);
        protocol::SignedPart bad = good;
        bad.signature = scale::decode<crypto::MultiSignature>(changed).get();
        EXPECT_EQ(verdict(bad), "BadProof") << int{scheme};
    }
}

TEST_P(Signatures, OfAnotherAccountAreBadProofs) {
    protocol::SignedPart bad = part();
    bad.signer = account("Charlie");
    EXPECT_EQ(verdict(bad), "BadProof");
    bad = part();
    bad.signature = KeyPair::from_suri(GetParam(), "//Bob")
                        ->sign(protocol::signing_payload(call(), {}, context()));
    EXPECT_EQ(verdict(bad), "BadProof");
}

TEST_P(Signatures, OverAnotherChainCallOrNonceAreBadProofs) {
    const auto with = [&](const Bytes& signed_call, const protocol::Extra& extra,
                          const protocol::ChainContext& chain_context) {
        protocol::SignedPart bad = part();
        bad.signature = key.sign(protocol::signing_payload(signed_call, extra, chain_context));
        return verdict(bad);
    };
    protocol::ChainContext other = context();
    other.genesis = BlockHash(Bytes(32, 1));
    EXPECT_EQ(with(call(), {}, other), "BadProof");
    other = context();
    other.spec_version += 1;
    EXPECT_EQ(with(call(), {}, other), "BadProof");
    EXPECT_EQ(with(call(), {.era = {}, .nonce = 1, .tip = 0}, context()), "BadProof");
    EXPECT_EQ(with(call(), {.era = {}, .nonce = 0, .tip = 1}, context()), "BadProof");
    Bytes dearer = call();
    dearer.back() ^= 1;
    EXPECT_EQ(with(dearer, {}, context()), "BadProof");
    EXPECT_EQ(with(call(), {}, context()), "valid");
}

// Substrate takes both, so a transaction's hash is no promise of its bytes; its nonce is what is
// used up.
TEST(EcdsaSignatures, TheSameTransferWithTheOtherSIsAcceptedButNotTwice) {
    const auto key = *KeyPair::from_suri(Scheme::Ecdsa, "//Alice");
    GenesisConfig config = dev_config();
    config.balances.emplace_back(key.account(), Balance(1000 * unit));
    Chain chain(config);
    const Bytes call =
        protocol::encode_call(protocol::TransferKeepAlive{{0, account("Bob"), {unit}}});
    const protocol::ChainContext context{spec_version, transaction_version, chain.genesis,
                                         chain.genesis};
    protocol::SignedPart part{.signer = key.account(),
                              .signature = key.sign(protocol::signing_payload(call, {}, context)),
                              .extra = {}};
    const Bytes low = protocol::encode_signed(call, part);
    auto& signature = std::get<crypto::EcdsaSignature>(part.signature.value);
    signature = crypto::other_s(signature);
    const Bytes high = protocol::encode_signed(call, part);
    ASSERT_NE(low, high);
    EXPECT_TRUE(validate(chain.view, chain.at(), low).has_value());
    EXPECT_TRUE(validate(chain.view, chain.at(), high).has_value());
    chain.block({high});
    EXPECT_EQ(validate(chain.view, chain.at(), low).error(), TransactionError::Stale);
}

}  // namespace
}  // namespace cloister::runtime
