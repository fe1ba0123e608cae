#include "trie/node.hpp"

#include <bit>

#include "codec/scale/scale.hpp"
#include "trie/look.hpp"

namespace cloister::trie {
namespace {

using Kind = ValueView::Kind;

// The five node kinds: leading bits of the first byte, and the bits left for the partial key's
// length.
struct Header {
    std::uint8_t prefix;
    std::uint8_t length_bits;
    bool branch;
    Kind value;
};
constexpr std::array<Header, 5> headers{{
    {0b0100'0000, 6, false, Kind::Inline},
    {0b0010'0000, 5, false, Kind::Hashed},
    {0b1000'0000, 6, true, Kind::None},
    {0b1100'0000, 6, true, Kind::Inline},
    {0b0001'0000, 4, true, Kind::Hashed},
}};

std::uint8_t length_mask(const Header& header) {
    return static_cast<std::uint8_t>((1U << header.length_bits) - 1);
}

std::optional<Header> header_of(std::uint8_t first) {
    for (const Header& header : headers) {
        if ((first & ~length_mask(header)) == header.prefix) return header;
    }
    return std::nullopt;
}

// The partial key's nibble count: the header's bits, then bytes of 255, then the rest below 255.
std::optional<std::size_t> read_partial_size(scale::Decoder& decoder, const Header& header,
                                             std::uint8_t first) {
    const std::uint8_t mask = length_mask(header);
    std::size_t size = first & mask;
    if (size < mask) return size;
    for (std::uint8_t more = 255; more == 255;) {
        more = decoder.byte();
        size += more;
        if (decoder.failed() || size > nibbles_max) return std::nullopt;
    }
    return size;
}

std::optional<NibbleView> read_partial(scale::Decoder& decoder, std::size_t size) {
    const ByteView packed = decoder.raw((size + 1) / 2);
    if (decoder.failed()) return std::nullopt;
    const bool odd = size % 2 == 1;
    if (odd && (packed[0] & 0xf0) != 0) return std::nullopt;
    return NibbleView(packed, odd ? 1 : 0);
}

bool read_value(scale::Decoder& decoder, ValueView& value) {
    if (value.kind == Kind::Hashed) value.bytes = decoder.raw(hash_size);
    if (value.kind == Kind::Inline) {
        value.bytes = decoder.raw(decoder.length(decoder.remaining(), 1));
    }
    return !decoder.failed();
}

// A child is a hash or a whole node of fewer bytes than a hash: that bounds the recursion.
bool read_child(scale::Decoder& decoder, ByteView& child) {
    child = decoder.raw(decoder.length(hash_size, 1));
    if (decoder.failed()) return false;
    return child.size() == hash_size || parse_node(child).has_value();
}

}  // namespace

bool NibbleView::starts_with(const NibbleView& prefix) const {
    if (prefix.size() > size()) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        if ((*this)[i] != prefix[i]) return false;
    }
    return true;
}

Bytes NibbleView::unpacked() const {
    Bytes out(count_);
    for (std::size_t i = 0; i < count_; ++i) out[i] = (*this)[i];
    return out;
}

std::optional<NodeView> parse_node(ByteView encoding) {
    scale::Decoder decoder(encoding);
    const std::uint8_t first = decoder.byte();
    const auto header = header_of(first);
    if (decoder.failed() || !header) return std::nullopt;
    const auto partial_size = read_partial_size(decoder, *header, first);
    if (!partial_size) return std::nullopt;
    const auto partial = read_partial(decoder, *partial_size);
    if (!partial) return std::nullopt;

    NodeView node{
        .partial = *partial, .value = {.kind = header->value, .bytes = {}}, .children = {}};
    const std::uint16_t bitmap = header->branch ? decoder.read<std::uint16_t>() : std::uint16_t{0};
    // A branch with one child and no value, or without children, has a shorter form.
    const int children_min = header->value == Kind::None ? 2 : 1;
    if (header->branch && std::popcount(bitmap) < children_min) return std::nullopt;
    if (!read_value(decoder, node.value)) return std::nullopt;
    for (std::size_t i = 0; i < 16; ++i) {
        if ((bitmap >> i & 1) == 1 && !read_child(decoder, node.children[i])) return std::nullopt;
    }
    if (decoder.failed() || decoder.remaining() != 0) return std::nullopt;
    return node;
}

Bytes encode_node(ByteView partial, const ValueView& value, const ChildViews& children) {
    std::uint16_t bitmap = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (!children[i].empty()) bitmap = static_cast<std::uint16_t>(bitmap | 1U << i);
    }
    const auto header = std::ranges::find_if(headers, [&](const Header& h) {
        return h.branch == (bitmap != 0) && h.value == value.kind;
    });
    CLOISTER_ASSERT(header != headers.end());
    CLOISTER_ASSERT(partial.size() <= nibbles_max);

    scale::Encoder encoder;
    const std::uint8_t mask = length_mask(*header);
    encoder.byte(
        static_cast<std::uint8_t>(header->prefix | std::min<std::size_t>(partial.size(), mask)));
    if (partial.size() >= mask) {
        std::size_t rest = partial.size() - mask;
        for (; rest >= 255; rest -= 255) encoder.byte(255);
        encoder.byte(static_cast<std::uint8_t>(rest));
    }
    std::size_t at = partial.size() % 2;
    if (at == 1) encoder.byte(partial[0]);
    for (; at < partial.size(); at += 2) {
        encoder.byte(static_cast<std::uint8_t>(partial[at] << 4 | partial[at + 1]));
    }
    if (bitmap != 0) encoder.write(bitmap);
    if (value.kind == Kind::Inline) encoder.compact(value.bytes.size());
    encoder.raw(value.bytes);
    for (const ByteView child : children) {
        if (child.empty()) continue;
        encoder.compact(child.size());
        encoder.raw(child);
    }
    return std::move(encoder).take();
}

Result<Bytes, Error> fetch_bytes(const FetchNode& fetch, ByteView hash, std::size_t size_min) {
    auto bytes = fetch(Hash256(hash));
    if (!bytes) return err(Error::MissingNode);
    if (bytes->size() < size_min) return err(Error::MalformedNode);
    return std::move(*bytes);
}

Result<ByteView, Error> look_at(const LookAtNode& look, ByteView hash, std::size_t size_min) {
    const auto bytes = look(Hash256(hash));
    if (!bytes) return err(Error::MissingNode);
    if (bytes->size() < size_min) return err(Error::MalformedNode);
    return *bytes;
}

}  // namespace cloister::trie
