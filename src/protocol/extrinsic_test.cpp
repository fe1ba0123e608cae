#include "protocol/extrinsic.hpp"

#include <gtest/gtest.h>

#include "codec/scale/vectors_test.hpp"
#include "crypto/hash.hpp"

namespace cloister::protocol {
namespace {

using testing::hex_bytes;
using testing::hex_fixed;

constexpr auto signed_file = "extrinsic/v4-signed.json";

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

Bytes call_bytes() { return {0, 0, 4, 0xab}; }

SignedPart some_part() {
    SignedPart part;
    part.signature.scheme = crypto::Scheme::Ed25519;
    part.extra.nonce = 3;
    return part;
}

void expect_error(ByteView bytes, ExtrinsicError expected) {
    const auto parsed = parse_extrinsic(bytes);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(name_of(parsed.error()), name_of(expected));
}

TEST(Extrinsic, FieldsOfSignedVectorsAreReadAsPolkadotJsWroteThem) {
    CLOISTER_SHARED_JSON(file, signed_file);
    std::size_t count = 0;
    for (const auto& vector : file.at("cases").as_array()) {
        if (is_ecdsa(vector)) continue;
        const Bytes bytes = hex_bytes(vector.at("extrinsic"));
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value()) << vector.at("call");
        const SignedPart& part = parsed->signed_part.value();
        EXPECT_EQ(part.signer, hex_fixed<AccountId>(vector.at("publicKey")));
        EXPECT_EQ(part.extra.nonce, vector.at("nonce").to_number<std::uint32_t>());
        EXPECT_EQ(part.extra.tip, vector.at("tip").to_number<std::uint64_t>());
        EXPECT_EQ(part.extra.metadata_mode, vector.at("mode").to_number<std::uint8_t>());
        EXPECT_EQ(part.extra.era, era_of(vector.at("era")));
        EXPECT_EQ(crypto::blake2b_256(bytes), hex_fixed<Hash256>(vector.at("hash")));
        ++count;
    }
    EXPECT_EQ(count, 12U);
}

TEST(Extrinsic, SignedVectorsRoundTripAndTheirSignaturesHold) {
    CLOISTER_SHARED_JSON(file, signed_file);
    for (const auto& vector : file.at("cases").as_array()) {
        if (is_ecdsa(vector)) continue;
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
    CLOISTER_SHARED_JSON(file, signed_file);
    const ChainContext context = context_of(file);
    for (const auto& vector : file.at("cases").as_array()) {
        if (is_ecdsa(vector) || vector.at("mode").to_number<int>() != 0) continue;
        const Bytes bytes = hex_bytes(vector.at("extrinsic"));
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value());
        const Bytes payload = signing_payload(parsed->call, parsed->signed_part->extra, context);
        EXPECT_EQ(payload, hex_bytes(vector.at("signedBytes"))) << vector.at("call");
    }
}

TEST(Extrinsic, MortalPayloadsNameTheErasBlockWhereTheVectorsDo) {
    CLOISTER_SHARED_JSON(file, signed_file);
    for (const auto& vector : file.at("cases").as_array()) {
        if (is_ecdsa(vector) || vector.at("mode").to_number<int>() == 0) continue;
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

TEST(Extrinsic, EcdsaVectorsAreAnUnsupportedSignature) {
    CLOISTER_SHARED_JSON(file, signed_file);
    std::size_t count = 0;
    for (const auto& vector : file.at("cases").as_array()) {
        if (!is_ecdsa(vector)) continue;
        expect_error(hex_bytes(vector.at("extrinsic")), ExtrinsicError::UnsupportedSignature);
        ++count;
    }
    EXPECT_EQ(count, 6U);
}

TEST(Extrinsic, ErasEncodeAndCountAsInTheVectors) {
    CLOISTER_SHARED_JSON(file, "extrinsic/eras.json");
    for (const auto& vector : file.as_array()) {
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

TEST(Extrinsic, AnEraHoldsForItsWholePeriodAndNoLonger) {
    for (const std::uint32_t period : {4U, 64U, 4096U, 8192U, 65536U}) {
        for (const std::uint32_t made_at : {0U, 1U, 63U, 70000U, 1000001U}) {
            const Era era = Era::mortal(period, BlockNumber(made_at));
            const std::uint32_t birth = era.birth(BlockNumber(made_at)).value;
            EXPECT_LE(birth, made_at);
            EXPECT_EQ(era.birth(BlockNumber(birth + period - 1)).value, birth);
            EXPECT_EQ(era.birth(BlockNumber(birth + period)).value, birth + period);
        }
    }
}

TEST(Extrinsic, AnImmortalEraIsBornWithTheChainAndNeverDies) {
    EXPECT_EQ(Era::immortal_era().birth(BlockNumber(9)), BlockNumber(0));
    EXPECT_EQ(Era::immortal_era().death(BlockNumber(9)), ~std::uint64_t{0});
}

TEST(Extrinsic, EverySecondByteOfAnEraDecodesToItselfOrIsRefused) {
    std::size_t accepted = 0;
    for (std::uint32_t encoded = 1; encoded < 65536; ++encoded) {
        SignedPart part = some_part();
        part.extra.era.encoded = static_cast<std::uint16_t>(encoded);
        if ((encoded & 0xff) == 0) continue;  // the first byte alone is the immortal era
        const Bytes bytes = encode_signed(call_bytes(), part);
        const auto parsed = parse_extrinsic(bytes);
        if (!parsed) continue;
        ASSERT_EQ(parsed->signed_part->extra.era, part.extra.era);
        ++accepted;
    }
    // Every phase of the periods 4 to 4096, and 4096 quantised phases of each of the four larger
    // ones.
    EXPECT_EQ(accepted, 4U + 8 + 16 + 32 + 64 + 128 + 256 + 512 + 1024 + 2048 + 5 * 4096);
}

TEST(Extrinsic, BareVectorRoundTrips) {
    CLOISTER_SHARED_JSON(file, "extrinsic/bare.json");
    const Bytes bytes = hex_bytes(file.at("v4"));
    const auto parsed = parse_extrinsic(bytes);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_FALSE(parsed->signed_part.has_value());
    EXPECT_EQ(encode_bare(parsed->call), bytes);
}

TEST(Extrinsic, VersionFiveIsUnsupported) {
    CLOISTER_SHARED_JSON(file, "extrinsic/bare.json");
    expect_error(hex_bytes(file.at("v5")), ExtrinsicError::UnsupportedVersion);
}

TEST(Extrinsic, AnAddressOtherThanIdIsUnsupported) {
    Bytes bytes = encode_signed(call_bytes(), some_part());
    bytes.at(3) = 1;  // after two length bytes and the version
    expect_error(bytes, ExtrinsicError::UnsupportedAddress);
}

TEST(Extrinsic, OneByteAboveTheLimitIsTooLarge) {
    expect_error(Bytes(extrinsic_bytes_max + 1), ExtrinsicError::TooLarge);
}

TEST(Extrinsic, ATrailingByteIsMalformed) {
    Bytes bytes = encode_bare(call_bytes());
    bytes.push_back(0);
    expect_error(bytes, ExtrinsicError::Malformed);
}

TEST(Extrinsic, ACallOfOneByteIsMalformed) {
    expect_error(encode_bare(Bytes{0}), ExtrinsicError::Malformed);
}

TEST(Extrinsic, EveryPrefixIsMalformed) {
    const Bytes bytes = encode_signed(call_bytes(), some_part());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        expect_error(ByteView(bytes).first(size), ExtrinsicError::Malformed);
    }
}

TEST(Extrinsic, EveryShorterBodyUnderAFittingLengthIsMalformed) {
    const Bytes bytes = encode_signed(call_bytes(), some_part());
    const ByteView body = ByteView(bytes).subspan(2);
    for (std::size_t size = 0; size + 2 < body.size(); ++size) {
        scale::Encoder encoder;
        encoder.write(to_bytes(body.first(size)));
        expect_error(encoder.bytes(), ExtrinsicError::Malformed);
    }
}

TEST(Extrinsic, AFlippedBitIsRefusedOrReadAsWhatItSays) {
    const Bytes bytes = encode_signed(call_bytes(), some_part());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            Bytes flipped = bytes;
            flipped[at] ^= static_cast<std::uint8_t>(1 << bit);
            const auto parsed = parse_extrinsic(flipped);
            if (!parsed) continue;
            const Bytes again = parsed->signed_part
                                    ? encode_signed(parsed->call, *parsed->signed_part)
                                    : encode_bare(parsed->call);
            EXPECT_EQ(again, flipped) << at;
        }
    }
}

TEST(Extrinsic, WhatWeSignVerifiesUnderBothSchemes) {
    for (const crypto::Scheme scheme : {crypto::Scheme::Ed25519, crypto::Scheme::Sr25519}) {
        const auto key = crypto::KeyPair::from_suri(scheme, "//Alice");
        const Extra extra{.era = Era::mortal(64, BlockNumber(100)), .nonce = 7, .tip = 1};
        const ChainContext context{
            .spec_version = 1, .transaction_version = 1, .genesis = {}, .era_block = {}};
        const Bytes bytes = sign_extrinsic(*key, call_bytes(), extra, context);
        const auto parsed = parse_extrinsic(bytes);
        ASSERT_TRUE(parsed.has_value());
        EXPECT_EQ(parsed->signed_part->extra, extra);
        EXPECT_TRUE(crypto::verify(parsed->signed_part->signer,
                                   signing_payload(call_bytes(), extra, context),
                                   parsed->signed_part->signature));
    }
}

TEST(Extrinsic, EveryPartOfContextAndExtraIsSigned) {
    const ChainContext context{
        .spec_version = 1, .transaction_version = 1, .genesis = {}, .era_block = {}};
    const Extra extra{.era = Era::mortal(64, BlockNumber(5))};
    const Bytes payload = signing_payload(call_bytes(), extra, context);
    ChainContext other = context;
    other.era_block = BlockHash(Bytes(32, 1));
    EXPECT_NE(signing_payload(call_bytes(), extra, other), payload);
    EXPECT_EQ(signing_payload(call_bytes(), {}, other), signing_payload(call_bytes(), {}, context))
        << "an immortal one names genesis alone";
    other = context;
    other.genesis = BlockHash(Bytes(32, 1));
    EXPECT_NE(signing_payload(call_bytes(), extra, other), payload);
    Extra tipped = extra;
    tipped.tip = 1;
    EXPECT_NE(signing_payload(call_bytes(), tipped, context), payload);
}

TEST(Extrinsic, PayloadsAreHashedFrom257BytesOn) {
    const std::size_t fixed = signing_payload({}, {}, {}).size();
    EXPECT_EQ(signing_payload(Bytes(256 - fixed), {}, {}).size(), 256U);
    EXPECT_EQ(signing_payload(Bytes(257 - fixed), {}, {}).size(), 32U);
}

}  // namespace
}  // namespace cloister::protocol
