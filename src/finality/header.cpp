#include "finality/header.hpp"

#include "crypto/hash.hpp"

namespace cloister::finality {
namespace {

using Kind = DigestItem::Kind;

bool has_engine(Kind kind) {
    return kind == Kind::Consensus || kind == Kind::Seal || kind == Kind::PreRuntime;
}

std::optional<Kind> kind_from(std::uint8_t index) {
    switch (static_cast<Kind>(index)) {
        case Kind::Other:
        case Kind::Consensus:
        case Kind::Seal:
        case Kind::PreRuntime:
        case Kind::RuntimeEnvironmentUpdated: return static_cast<Kind>(index);
    }
    return std::nullopt;
}

DigestItem read_item(scale::Decoder& decoder) {
    DigestItem item;
    // Looked at before it is consumed, so that the failure names the index's own offset.
    const auto kind = kind_from(scale::Decoder(decoder).byte());
    if (!kind) {
        decoder.fail(scale::Error::InvalidVariant);
        return item;
    }
    decoder.byte();
    item.kind = *kind;
    if (has_engine(item.kind)) decoder.read_into(item.engine);
    if (item.kind != Kind::RuntimeEnvironmentUpdated) {
        decoder.read_into(scale::bounded<Header::encoded_bytes_max>(item.data));
    }
    return item;
}

}  // namespace

EngineId engine_id(std::string_view four_letters) { return EngineId(view_of(four_letters)); }

Bytes encode_header(const Header& header) {
    scale::Encoder encoder;
    encoder.write(header.parent_hash);
    encoder.compact(header.number.value);
    encoder.write(header.state_root);
    encoder.write(header.extrinsics_root);
    encoder.compact(header.digest.size());
    for (const DigestItem& item : header.digest) {
        encoder.byte(static_cast<std::uint8_t>(item.kind));
        if (has_engine(item.kind)) encoder.write(item.engine);
        if (item.kind != Kind::RuntimeEnvironmentUpdated) encoder.write(item.data);
    }
    return std::move(encoder).take();
}

Header read_header(scale::Decoder& decoder) {
    const std::size_t start = decoder.offset();
    Header header;
    decoder.read_into(header.parent_hash);
    header.number = decoder.read<scale::Compact<BlockNumber>>().value;
    decoder.read_into(header.state_root);
    decoder.read_into(header.extrinsics_root);
    const std::size_t count = decoder.length(Header::digest_items_max, 1);
    for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
        header.digest.push_back(read_item(decoder));
        if (decoder.offset() - start > Header::encoded_bytes_max) {
            decoder.fail(scale::Error::LengthOverLimit);
        }
    }
    return decoder.failed() ? Header{} : header;
}

Result<Header, scale::Failure> parse_header(ByteView bytes) {
    scale::Decoder decoder(bytes);
    Header header = read_header(decoder);
    if (!decoder.failed() && decoder.remaining() != 0) decoder.fail(scale::Error::TrailingBytes);
    if (decoder.failed()) return err(*decoder.failure());
    return header;
}

BlockHash hash_of(const Header& header) {
    return BlockHash(crypto::blake2b_256(encode_header(header)).view());
}

}  // namespace cloister::finality
