#include "protocol/extrinsic.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"

namespace cloister::protocol {
namespace {

Bytes call_bytes() { return {0, 0, 4, 0xab}; }

SignedPart some_part() {
    SignedPart part;
    part.signature.value = crypto::Ed25519Signature();
    part.extra.nonce = 3;
    return part;
}

void expect_error(ByteView bytes, ExtrinsicError expected) {
    const auto parsed = parse_extrinsic(bytes);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(name_of(parsed.error()), name_of(expected));
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
