// Signed and bare extrinsics and their eras, as polkadot-js writes them.
#include "protocol/extrinsic.hpp"

#include "crypto/hash.hpp"
#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

using namespace protocol;

const SharedFile signed_file("extrinsic/v4-signed.json");
const SharedFile eras_file("extrinsic/eras.json");
const SharedFile bare_file("extrinsic/bare.json");

ChainContext context_of(const boost::json::value& file) {
    return {.spec_version = file.at("specVersion").to_number<std::uint32_t>(),
            .transaction_version = file.at("transactionVersion").to_number<std::uint32_t>(),
            .genesis = hex_fixed<BlockHash>(file.at("genesisHash")),
            .era_block = hex_fixed<BlockHash>(file.at("eraBlockHash"))};
}

Era era_of(const boost::json::value& text) {
    const Bytes bytes = hex_bytes(text);
    if (bytes.size() == 1) return {};
    return {.encoded = static_cast<std::uint16_t>(bytes[0] | (bytes[1] << 8))};
}

bool is_ecdsa(const boost::json::value& vector) { return vector.at("key").as_string() == "ecdsa"; }

// The signed bytes of a short vector with CheckMetadataHash switched off: mode byte 0 and Option
// None.
Bytes without_metadata_hash(Bytes payload, std::size_t call_and_extra) {
    payload.at(call_and_extra - 1) = 0;
    payload.resize(payload.size() - 33);
    payload.push_back(0);
    return payload;
}

void expect_error(ByteView bytes, ExtrinsicError expected) {
    const auto parsed = parse_extrinsic(bytes);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(name_of(parsed.error()), name_of(expected));
}

TEST(Extrinsic, FieldsOfSignedVectorsAreReadAsPolkadotJsWroteThem) {
    const auto file = signed_file.json();
    std::size_t count = 0;
    for (const auto& vector : rows(file.at("cases"))) {
        const Bytes bytes = hex_bytes(vector.at("extrinsic"));
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value()) << vector.at("call");
        const SignedPart& part = parsed->signed_part.value();
        EXPECT_EQ(part.signer, hex_fixed<AccountId>(vector.at("signer")));
        EXPECT_EQ(part.extra.nonce, vector.at("nonce").to_number<std::uint32_t>());
        EXPECT_EQ(part.extra.tip, vector.at("tip").to_number<std::uint64_t>());
        EXPECT_EQ(part.extra.metadata_mode, vector.at("mode").to_number<std::uint8_t>());
        EXPECT_EQ(part.extra.era, era_of(vector.at("era")));
        EXPECT_EQ(crypto::blake2b_256(bytes), hex_fixed<Hash256>(vector.at("hash")));
        ++count;
    }
    EXPECT_EQ(count, 18U);
}

TEST(Extrinsic, SignedVectorsRoundTripAndTheirSignaturesHold) {
    const auto file = signed_file.json();
    for (const auto& vector : rows(file.at("cases"))) {
        const Bytes bytes = hex_bytes(vector.at("extrinsic"));
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value());
        const SignedPart& part = *parsed->signed_part;
        EXPECT_EQ(encode_signed(parsed->call, part), bytes);
        Bytes message = hex_bytes(vector.at("signedBytes"));
        EXPECT_TRUE(crypto::verify(part.signer, message, part.signature)) << vector.at("key");
        message[0] ^= 1;
        EXPECT_FALSE(crypto::verify(part.signer, message, part.signature)) << vector.at("key");
    }
}

TEST(Extrinsic, PayloadsAreThoseThatPolkadotJsSigned) {
    const auto file = signed_file.json();
    const ChainContext context = context_of(file);
    for (const auto& vector : rows(file.at("cases"))) {
        if (vector.at("mode").to_number<int>() != 0) continue;
        const Bytes bytes = hex_bytes(vector.at("extrinsic"));
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value());
        const Bytes payload = signing_payload(parsed->call, parsed->signed_part->extra, context);
        EXPECT_EQ(payload, hex_bytes(vector.at("signedBytes"))) << vector.at("call");
    }
}

TEST(Extrinsic, MortalPayloadsNameTheErasBlockWhereTheVectorsDo) {
    const auto file = signed_file.json();
    for (const auto& vector : rows(file.at("cases"))) {
        if (vector.at("mode").to_number<int>() == 0) continue;
        const Bytes bytes = hex_bytes(vector.at("extrinsic"));
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value());
        Extra extra = parsed->signed_part->extra;
        extra.metadata_mode = 0;
        const std::size_t extra_bytes = 2 + 1 + 4 + 1;  // era, nonce 7, tip 1000000, mode
        Bytes expected = without_metadata_hash(hex_bytes(vector.at("payload")),
                                               parsed->call.size() + extra_bytes);
        if (expected.size() > 256) expected = to_bytes(crypto::blake2b_256(expected).view());
        EXPECT_EQ(signing_payload(parsed->call, extra, context_of(file)), expected);
    }
}

// Their signer field is the public key's hash; signatures are deterministic, so ours is theirs.
TEST(Extrinsic, EcdsaVectorsAreSignedByTheHashOfTheirKeyAsWeWouldSignThem) {
    const auto file = signed_file.json();
    const auto alice = crypto::KeyPair::from_suri(crypto::Scheme::Ecdsa, "//Alice");
    std::size_t count = 0;
    for (const auto& vector : file.at("cases").as_array()) {
        if (!is_ecdsa(vector)) continue;
        const Bytes key = hex_bytes(vector.at("publicKey"));
        EXPECT_EQ(alice->public_key(), key);
        const auto part = parse_extrinsic(hex_bytes(vector.at("extrinsic")))->signed_part.value();
        EXPECT_EQ(part.signer, AccountId(crypto::blake2b_256(key).array()));
        EXPECT_EQ(part.signer, alice->account());
        EXPECT_EQ(alice->sign(hex_bytes(vector.at("signedBytes"))), part.signature);
        test::ran_cases(1);
        ++count;
    }
    EXPECT_EQ(count, 6U);
}

TEST(Extrinsic, ErasEncodeAndCountAsInTheVectors) {
    const auto file = eras_file.json();
    for (const auto& vector : rows(file)) {
        if (vector.as_object().contains("immortal")) continue;
        const BlockNumber current(vector.at("current").to_number<std::uint32_t>());
        const Era era = Era::mortal(vector.at("period").to_number<std::uint64_t>(), current);
        EXPECT_EQ(era, era_of(vector.at("hex")));
        EXPECT_EQ(era.period(), vector.at("decodedPeriod").to_number<std::uint64_t>());
        // The vectors give the phase before it is quantised; what travels, and what the chain
        // counts, is rounded.
        const std::uint64_t rounded =
            current.value % std::max<std::uint64_t>(era.period() >> 12, 1);
        EXPECT_EQ(era.birth(current).value,
                  vector.at("birth").to_number<std::uint64_t>() - rounded);
        EXPECT_EQ(era.death(current), vector.at("death").to_number<std::uint64_t>() - rounded);
    }
}

TEST(Extrinsic, BareVectorRoundTrips) {
    const auto file = bare_file.json();
    const Bytes bytes = hex_bytes(file.at("v4"));
    const auto parsed = parse_extrinsic(bytes);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_FALSE(parsed->signed_part.has_value());
    EXPECT_EQ(encode_bare(parsed->call), bytes);
}

TEST(Extrinsic, VersionFiveIsUnsupported) {
    const auto file = bare_file.json();
    expect_error(hex_bytes(file.at("v5")), ExtrinsicError::UnsupportedVersion);
}

}  // namespace
}  // namespace cloister::vectors
