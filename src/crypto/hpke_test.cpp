#include "crypto/hpke.hpp"

#include <gtest/gtest.h>

#include "crypto/known_answer.hpp"

namespace cloister::crypto {
namespace {

// RFC 9180, appendices A.1.1, A.2.1 and A.7.1 (which only exports).
struct Rfc9180 {
    Aead aead;
    const char* ephemeral_material;
    const char* recipient_material;
    const char* ephemeral_secret;
    const char* recipient_secret;
    const char* enc;
    std::vector<std::pair<std::uint64_t, const char*>> ciphertexts;  // by sequence number
    const char* exported_empty;
    const char* exported_zero;
    const char* exported_test_context;
};

const Rfc9180 appendices[] = {
    {Aead::Aes128Gcm,
     "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
     "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
     "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
     "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
     "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
     {{0,
       "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
       "6d8770ac83d07bea87e13c512a"},
      {1,
       "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab25"
       "1c03d0c22a56b8ca42c2063b84"},
      {2,
       "498dfcabd92e8acedc281e85af1cb4e3e31c7dc394a1ca20e173cb7251649158"
       "8d96a19ad4a683518973dcc180"},
      {4,
       "583bd32bc67a5994bb8ceaca813d369bca7b2a42408cddef5e22f880b631215a"
       "09fc0012bc69fccaa251c0246d"},
      {255,
       "7175db9717964058640a3a11fb9007941a5d1757fda1a6935c805c21af32505b"
       "f106deefec4a49ac38d71c9e0a"},
      {256,
       "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3"
       "fbeda97d2e0e1aba483a2df9f2"}},
     "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
     "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
     "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931"},
    {Aead::ChaCha20Poly1305,
     "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
     "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
     "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
     "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
     "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
     {{0,
       "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
       "21993c62ce81883d2dd1b51a28"}},
     "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
     "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
     "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"},
    {Aead::ExportOnly,
     "55bc245ee4efda25d38f2d54d5bb6665291b99f8108a8c4b686c2b14893ea5d9",
     "683ae0da1d22181e74ed2e503ebf82840deb1d5e872cade20f4b458d99783e31",
     "095182b502f1f91f63ba584c7c3ec473d617b8b4c2cec3fad5af7fa6748165ed",
     "33d196c830a12f9ac65d6e565a590d80f04ee9b19c83c87f2c170d972a812848",
     "e5e8f9bfff6c2f29791fc351d2c25ce1299aa5eaca78a757c0b4fb4bcd830918",
     {},
     "7a36221bd56d50fb51ee65edfd98d06a23c4dc87085aa5866cb7087244bd2a36",
     "d5535b87099c6c3ce80dc112a2671c6ec8e811a2f284f948cec6dd1708ee33f0",
     "ffaabc85a776136ca0c378e5d084c9140ab552b78f039d2e8775f26efff4c70e"},
};
constexpr std::string_view rfc_info = "Ode on a Grecian Urn";
constexpr std::string_view rfc_plaintext = "Beauty is truth, truth beauty";

class HpkeRfc : public testing::TestWithParam<std::size_t> {
  protected:
    const Rfc9180& c = appendices[GetParam()];
    X25519Key ephemeral = hpke_derive_key_pair(from_hex(c.ephemeral_material));
    X25519Key recipient = hpke_derive_key_pair(from_hex(c.recipient_material));
};

TEST_P(HpkeRfc, DerivesItsKeyPairs) {
    EXPECT_EQ(hex_of(ephemeral.secret), c.ephemeral_secret);
    EXPECT_EQ(hex_of(recipient.secret), c.recipient_secret);
    EXPECT_EQ(hex_of(ephemeral.public_key), c.enc);
}

TEST_P(HpkeRfc, SealsAndOpensItsSequence) {
    if (c.aead == Aead::ExportOnly) return;  // A.7 has no messages
    auto sender = hpke_setup_sender(recipient.public_key, view_of(rfc_info), ephemeral, c.aead);
    auto receiver = hpke_setup_receiver(sender->enc, recipient, view_of(rfc_info), c.aead);
    std::size_t compared = 0;
    for (std::uint64_t sequence = 0; sequence <= 256; ++sequence) {
        const std::string associated = "Count-" + std::to_string(sequence);
        const Bytes sealed = sender->context.seal(view_of(associated), view_of(rfc_plaintext));
        for (const auto& [number, ciphertext] : c.ciphertexts) {
            if (number != sequence) continue;
            EXPECT_EQ(hex_of(sealed), ciphertext);
            ++compared;
        }
        const auto opened = receiver->open(view_of(associated), sealed);
        ASSERT_TRUE(opened);
        EXPECT_EQ(text_of(opened->reveal()), rfc_plaintext);
    }
    EXPECT_EQ(compared, c.ciphertexts.size());
}

TEST_P(HpkeRfc, ExportsItsSecretsOnBothSides) {
    auto sender = hpke_setup_sender(recipient.public_key, view_of(rfc_info), ephemeral, c.aead);
    auto receiver = hpke_setup_receiver(sender->enc, recipient, view_of(rfc_info), c.aead);
    for (const HpkeContext* side : {&sender->context, &*receiver}) {
        EXPECT_EQ(hex_of(side->export_secret({}, 32)), c.exported_empty);
        EXPECT_EQ(hex_of(side->export_secret(Bytes{0}, 32)), c.exported_zero);
        EXPECT_EQ(hex_of(side->export_secret(view_of("TestContext"), 32)), c.exported_test_context);
    }
}

INSTANTIATE_TEST_SUITE_P(Appendix, HpkeRfc, testing::Values(0, 1, 2));

class Hpke : public testing::Test {
  protected:
    X25519Key ephemeral = hpke_derive_key_pair(Bytes(32, 1));
    X25519Key recipient = hpke_derive_key_pair(Bytes(32, 2));
    HpkeMessage message{view_of("info"), view_of("associated")};
    Bytes sealed = *hpke_seal(recipient.public_key, message, view_of("plaintext"), ephemeral);
};

TEST_F(Hpke, OpensOneSealedMessage) {
    EXPECT_EQ(sealed.size(), 9 + hpke_overhead_bytes);
    const auto opened = hpke_open(recipient, message, sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(text_of(opened->reveal()), "plaintext");
}

TEST_F(Hpke, RefusesEveryFlippedByteAndEveryPrefix) {
    for_each_flip(sealed, [&](const Bytes& bad, std::size_t at) {
        EXPECT_FALSE(hpke_open(recipient, message, bad)) << at;
    });
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(hpke_open(recipient, message, ByteView(sealed).first(size)));
    }
}

TEST_F(Hpke, RefusesAnotherRecipientInfoOrAssociatedData) {
    EXPECT_FALSE(hpke_open(ephemeral, message, sealed));
    EXPECT_FALSE(hpke_open(recipient, {view_of("inf"), message.associated}, sealed));
    EXPECT_FALSE(hpke_open(recipient, {message.info, view_of("associate")}, sealed));
}

TEST_F(Hpke, RefusesKeysOfSmallOrder) {
    EXPECT_FALSE(hpke_seal(X25519Public(), message, {}, ephemeral));
    EXPECT_FALSE(hpke_setup_receiver(X25519Public(), recipient, {}));
}

TEST_F(Hpke, AFailedOpeningDoesNotAdvanceTheSequence) {
    auto sender = hpke_setup_sender(recipient.public_key, {}, ephemeral);
    auto receiver = hpke_setup_receiver(sender->enc, recipient, {});
    const Bytes first = sender->context.seal({}, view_of("first"));
    EXPECT_FALSE(receiver->open({}, sender->context.seal({}, view_of("second"))));
    EXPECT_TRUE(receiver->open({}, first));
}

TEST(X25519, EqualsRfc7748) {
    const auto alice =
        secret_from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const X25519Key key(alice.duplicate());
    EXPECT_EQ(hex_of(key.public_key),
              "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    const auto bob = fixed_from_hex<X25519Public>(
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    EXPECT_EQ(hex_of(*x25519(alice, bob)),
              "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(X25519, RefusesPeersOfSmallOrder) {
    const Secret<32> secret(Bytes(32, 9));
    X25519Public one;
    one.data()[0] = 1;
    const auto order_eight = fixed_from_hex<X25519Public>(
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
    for (const X25519Public& peer : {X25519Public(), one, order_eight}) {
        EXPECT_FALSE(x25519(secret, peer));
    }
}

}  // namespace
}  // namespace cloister::crypto
