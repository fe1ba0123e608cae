// Extrinsics version 4 (substrate.md section 2): signed 0x84, bare 0x04. Extensions in this order:
// CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckGenesis, CheckMortality, CheckNonce,
// CheckWeight, ChargeTransactionPayment, CheckMetadataHash.
#pragma once

#include <optional>

#include "codec/scale/scale.hpp"
#include "crypto/keyring.hpp"

namespace cloister::protocol {

// A transaction's lifetime: immortal, or valid from `birth` for `period` blocks.
struct Era {
    std::uint16_t encoded = 0;  // 0: immortal; else the two bytes, little-endian
    bool immortal() const { return encoded == 0; }
    static Era immortal_era() { return {}; }
    // `period` is rounded up to a power of two in 4..65536.
    static Era mortal(std::uint64_t period, BlockNumber current);
    std::uint64_t period() const;                  // 0 for immortal
    BlockNumber birth(BlockNumber current) const;  // 0 for immortal
    std::uint64_t death(
        BlockNumber current) const;  // first block that refuses it; 2^64-1 for immortal
    friend bool operator==(const Era&, const Era&) = default;
};

struct Extra {
    Era era;
    std::uint32_t nonce = 0;
    u128 tip = 0;
    std::uint8_t metadata_mode =
        0;  // CheckMetadataHash: 0 disabled; 1 is refused (no metadata hash yet)
    friend bool operator==(const Extra&, const Extra&) = default;
};

// What the signature covers besides call and extra. `era_block` is genesis for immortal ones.
struct ChainContext {
    std::uint32_t spec_version = 0;
    std::uint32_t transaction_version = 0;
    BlockHash genesis;
    BlockHash era_block;
};

struct SignedPart {
    AccountId signer;
    crypto::MultiSignature signature;
    Extra extra;
};

struct Extrinsic {
    std::optional<SignedPart> signed_part;  // nothing: bare
    ByteView call;                          // into the parsed bytes
};

enum class ExtrinsicError : std::uint8_t {
    Malformed,             // truncated, wrong length prefix, trailing bytes
    UnsupportedVersion,    // neither 0x84 nor 0x04
    UnsupportedAddress,    // MultiAddress other than Id
    UnsupportedSignature,  // MultiSignature above ecdsa, the last
    TooLarge,              // above extrinsic_bytes_max
};
std::string_view name_of(ExtrinsicError error);
inline constexpr std::size_t extrinsic_bytes_max = 4U << 20;

// `bytes` as in a block body: with the compact length prefix.
Result<Extrinsic, ExtrinsicError> parse_extrinsic(ByteView bytes);
Bytes encode_bare(ByteView call);
Bytes encode_signed(ByteView call, const SignedPart& part);
// What is signed: call ++ extra ++ additional, blake2b-256 of it when longer than 256 bytes.
Bytes signing_payload(ByteView call, const Extra& extra, const ChainContext& context);
Bytes sign_extrinsic(const crypto::KeyPair& key, ByteView call, const Extra& extra,
                     const ChainContext& context);

}  // namespace cloister::protocol
