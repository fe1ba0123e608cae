#include "protocol/extrinsic.hpp"

#include <bit>
#include <limits>

#include "crypto/hash.hpp"

namespace cloister::protocol {
namespace {

constexpr std::uint8_t version_signed = 0x84;
constexpr std::uint8_t version_bare = 0x04;

void write_era(scale::Encoder& encoder, const Era& era) {
    if (era.immortal()) return encoder.byte(0);
    encoder.write(era.encoded);
}

void write_extra(scale::Encoder& encoder, const Extra& extra) {
    write_era(encoder, extra.era);
    encoder.compact(extra.nonce);
    encoder.compact(extra.tip);
    encoder.byte(extra.metadata_mode);
}

Era read_era(scale::Decoder& decoder) {
    const std::uint8_t first = decoder.byte();
    if (first == 0) return {};
    const std::uint8_t second = decoder.byte();
    const Era era{.encoded = static_cast<std::uint16_t>(first | (second << 8))};
    // A phase at or above the period has no canonical meaning (sp_runtime Era::decode refuses it
    // too).
    const std::uint64_t quantum = std::max<std::uint64_t>(era.period() >> 12, 1);
    const std::uint64_t phase = (era.encoded >> 4) * quantum;
    if (era.period() < 4 || phase >= era.period()) decoder.fail(scale::Error::InvalidVariant);
    return era;
}

Bytes with_length(ByteView body) {
    scale::Encoder encoder;
    encoder.compact(body.size());
    encoder.raw(body);
    return std::move(encoder).take();
}

std::optional<ExtrinsicError> read_signed(scale::Decoder& decoder, SignedPart& part) {
    const std::uint8_t address_kind = decoder.byte();
    if (!decoder.failed() && address_kind != 0) return ExtrinsicError::UnsupportedAddress;
    decoder.read_into(part.signer);
    if (decoder.failed()) return std::nullopt;
    const scale::Failure no_scheme{scale::Error::InvalidVariant, decoder.offset()};
    decoder.read_into(part.signature);
    if (decoder.failure() == no_scheme) return ExtrinsicError::UnsupportedSignature;
    part.extra.era = read_era(decoder);
    part.extra.nonce =
        static_cast<std::uint32_t>(decoder.compact(std::numeric_limits<std::uint32_t>::max()));
    part.extra.tip = decoder.compact(~u128{0});
    part.extra.metadata_mode = decoder.byte();
    return std::nullopt;
}

}  // namespace

Era Era::mortal(std::uint64_t period, BlockNumber current) {
    const std::uint64_t p = std::bit_ceil(std::clamp<std::uint64_t>(period, 4, 65536));
    const std::uint64_t quantum = std::max<std::uint64_t>(p >> 12, 1);
    const std::uint64_t phase = current.value % p / quantum;
    const auto trailing = static_cast<std::uint64_t>(std::countr_zero(p));
    const std::uint64_t low = std::clamp<std::uint64_t>(trailing - 1, 1, 15);
    return {.encoded = static_cast<std::uint16_t>(low | (phase << 4))};
}

std::uint64_t Era::period() const {
    if (immortal()) return 0;
    return std::uint64_t{2} << (encoded & 15);
}

BlockNumber Era::birth(BlockNumber current) const {
    if (immortal()) return BlockNumber(0);
    const std::uint64_t p = period();
    const std::uint64_t phase = (encoded >> 4) * std::max<std::uint64_t>(p >> 12, 1);
    const std::uint64_t at = std::max<std::uint64_t>(current.value, phase);
    return BlockNumber(static_cast<std::uint32_t>((at - phase) / p * p + phase));
}

std::uint64_t Era::death(BlockNumber current) const {
    if (immortal()) return std::numeric_limits<std::uint64_t>::max();
    return birth(current).value + period();
}

std::string_view name_of(ExtrinsicError error) {
    switch (error) {
        case ExtrinsicError::Malformed: return "Malformed";
        case ExtrinsicError::UnsupportedVersion: return "UnsupportedVersion";
        case ExtrinsicError::UnsupportedAddress: return "UnsupportedAddress";
        case ExtrinsicError::UnsupportedSignature: return "UnsupportedSignature";
        case ExtrinsicError::TooLarge: return "TooLarge";
    }
    std::unreachable();
}

Result<Extrinsic, ExtrinsicError> parse_extrinsic(ByteView bytes) {
    if (bytes.size() > extrinsic_bytes_max) return err(ExtrinsicError::TooLarge);
    scale::Decoder decoder(bytes);
    const std::size_t length = decoder.length(extrinsic_bytes_max, 1);
    if (decoder.failed() || length != decoder.remaining()) return err(ExtrinsicError::Malformed);
    const std::uint8_t version = decoder.byte();
    if (decoder.failed()) return err(ExtrinsicError::Malformed);
    Extrinsic extrinsic;
    if (version == version_signed) {
        SignedPart part;
        if (const auto unsupported = read_signed(decoder, part)) return err(*unsupported);
        extrinsic.signed_part = part;
    } else if (version != version_bare) {
        return err(ExtrinsicError::UnsupportedVersion);
    }
    extrinsic.call = decoder.raw(decoder.remaining());
    if (decoder.failed() || extrinsic.call.size() < 2) return err(ExtrinsicError::Malformed);
    return extrinsic;
}

Bytes encode_bare(ByteView call) { return with_length(concat(Bytes{version_bare}, call)); }

Bytes encode_signed(ByteView call, const SignedPart& part) {
    scale::Encoder encoder;
    encoder.byte(version_signed);
    encoder.byte(0);  // MultiAddress::Id
    encoder.write(part.signer);
    encoder.write(part.signature);
    write_extra(encoder, part.extra);
    encoder.raw(call);
    return with_length(encoder.bytes());
}

Bytes signing_payload(ByteView call, const Extra& extra, const ChainContext& context) {
    scale::Encoder encoder;
    encoder.raw(call);
    write_extra(encoder, extra);
    encoder.write(context.spec_version);
    encoder.write(context.transaction_version);
    encoder.write(context.genesis);
    encoder.write(extra.era.immortal() ? context.genesis : context.era_block);
    encoder.byte(0);  // Option<metadata hash>::None
    if (encoder.bytes().size() > 256) return to_bytes(crypto::blake2b_256(encoder.bytes()).view());
    return std::move(encoder).take();
}

Bytes sign_extrinsic(const crypto::KeyPair& key, ByteView call, const Extra& extra,
                     const ChainContext& context) {
    const crypto::MultiSignature signature = key.sign(signing_payload(call, extra, context));
    return encode_signed(call, {.signer = key.account(), .signature = signature, .extra = extra});
}

}  // namespace cloister::protocol
