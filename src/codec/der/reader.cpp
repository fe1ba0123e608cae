#include "codec/der/reader.hpp"

#include "codec/der/time.hpp"

namespace cloister::der {
namespace {

// Non-empty, and without an octet that the sign of the next one makes superfluous.
bool is_minimal_integer(ByteView c) {
    if (c.empty()) return false;
    return c.size() == 1 || !((c[0] == 0x00 && c[1] < 0x80) || (c[0] == 0xff && c[1] >= 0x80));
}

bool is_valid_oid(ByteView c) {
    if (c.empty() || c.back() >= 0x80) return false;
    bool first_of_arc = true;
    for (const std::uint8_t octet : c) {
        if (first_of_arc && octet == 0x80) return false;  // a leading zero group
        first_of_arc = octet < 0x80;
    }
    return true;
}

bool is_utf8(ByteView s) {
    for (std::size_t i = 0; i < s.size();) {
        const std::uint8_t lead = s[i];
        const std::size_t more = lead < 0x80   ? 0
                                 : lead < 0xc2 ? 9
                                 : lead < 0xe0 ? 1
                                 : lead < 0xf0 ? 2
                                 : lead < 0xf5 ? 3
                                               : 9;
        if (more > 3 || i + more >= s.size()) return false;
        for (std::size_t k = 1; k <= more; ++k) {
            if ((s[i + k] & 0xc0) != 0x80) return false;
        }
        if ((lead == 0xe0 && s[i + 1] < 0xa0) || (lead == 0xed && s[i + 1] > 0x9f)) return false;
        if ((lead == 0xf0 && s[i + 1] < 0x90) || (lead == 0xf4 && s[i + 1] > 0x8f)) return false;
        i += more + 1;
    }
    return true;
}

}  // namespace

Result<Element, Failure> Reader::any() {
    const std::size_t start = at_;
    const ByteView rest = input_.subspan(start);
    if (rest.size() < 2) return fail(Error::UnexpectedEnd, start);
    if ((rest[0] & 0x1f) == 0x1f) return fail(Error::UnsupportedTag, start);
    std::size_t header = 2;
    std::size_t size = rest[1];
    if (size == 0x80) return fail(Error::IndefiniteLength, start + 1);
    if (size > 0x80) {
        const std::size_t octets = size & 0x7f;
        if (octets > 4) return fail(Error::LengthTooLong, start + 1);
        if (rest.size() < 2 + octets) return fail(Error::UnexpectedEnd, start + 1);
        size = 0;
        for (std::size_t i = 0; i < octets; ++i) size = (size << 8) | rest[2 + i];
        if (rest[2] == 0 || size < 0x80) return fail(Error::NonMinimalLength, start + 1);
        header += octets;
    }
    if (rest.size() - header < size) return fail(Error::UnexpectedEnd, start);
    at_ = start + header + size;
    return Element{.tag = rest[0],
                   .content = rest.subspan(header, size),
                   .whole = rest.first(header + size),
                   .offset = offset_ + start};
}

Result<Element, Failure> Reader::read(std::uint8_t tag) {
    if (at_end()) return fail(Error::UnexpectedEnd, at_);
    if (peek() != tag) return fail(Error::UnexpectedTag, at_);
    return any();
}

Result<std::optional<Element>, Failure> Reader::read_optional(std::uint8_t tag) {
    if (peek() != tag || at_end()) return std::optional<Element>();
    CLOISTER_TRY(Element element, any());
    return std::optional<Element>(element);
}

Result<Reader, Failure> Reader::enter(std::uint8_t tag) {
    CLOISTER_TRY(const Element element, read(tag));
    return Reader(element);
}

Result<void, Failure> Reader::finish() const {
    if (!at_end()) return fail(Error::TrailingBytes, at_);
    return {};
}

Result<bool, Failure> Reader::boolean() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, read(tag::boolean));
    if (e.content.size() != 1 || (e.content[0] != 0x00 && e.content[0] != 0xff)) {
        return fail(Error::InvalidBoolean, start);
    }
    return e.content[0] == 0xff;
}

Result<void, Failure> Reader::null() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, read(tag::null));
    if (!e.content.empty()) return fail(Error::InvalidNull, start);
    return {};
}

Result<ByteView, Failure> Reader::unsigned_integer() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, read(tag::integer));
    if (!is_minimal_integer(e.content)) return fail(Error::InvalidInteger, start);
    if (e.content[0] >= 0x80) return fail(Error::IntegerOutOfRange, start);
    const bool has_sign_octet = e.content.size() > 1 && e.content[0] == 0;
    return e.content.subspan(has_sign_octet ? 1 : 0);
}

Result<std::uint64_t, Failure> Reader::bounded(const Element& e, std::uint64_t max) const {
    if (!is_minimal_integer(e.content)) {
        return cloister::err(Failure{Error::InvalidInteger, e.offset});
    }
    std::uint64_t value = 0;
    if (e.content[0] >= 0x80 || e.content.size() > 9) {
        return cloister::err(Failure{Error::IntegerOutOfRange, e.offset});
    }
    for (const std::uint8_t octet : e.content) value = (value << 8) | octet;
    // Nine octets are a sign octet and eight: a first octet above zero does not fit.
    if (value > max || (e.content.size() == 9 && e.content[0] != 0)) {
        return cloister::err(Failure{Error::IntegerOutOfRange, e.offset});
    }
    return value;
}

Result<std::uint64_t, Failure> Reader::small_integer(std::uint64_t max) {
    CLOISTER_TRY(const Element e, read(tag::integer));
    return bounded(e, max);
}

Result<std::uint64_t, Failure> Reader::enumerated(std::uint64_t max) {
    CLOISTER_TRY(const Element e, read(tag::enumerated));
    return bounded(e, max);
}

Result<ByteView, Failure> Reader::oid() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, read(tag::oid));
    if (!is_valid_oid(e.content)) return fail(Error::InvalidOid, start);
    return e.content;
}

Result<BitString, Failure> Reader::bit_string() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, read(tag::bit_string));
    if (e.content.empty()) return fail(Error::InvalidBitString, start);
    const BitString bits{.octets = e.content.subspan(1), .unused = e.content[0]};
    if (bits.unused > 7 || (bits.unused > 0 && bits.octets.empty())) {
        return fail(Error::InvalidBitString, start);
    }
    if (bits.unused > 0 && (bits.octets.back() & ((1U << bits.unused) - 1)) != 0) {
        return fail(Error::InvalidBitString, start);
    }
    return bits;
}

Result<ByteView, Failure> Reader::octet_string() {
    CLOISTER_TRY(const Element e, read(tag::octet_string));
    return e.content;
}

Result<std::string_view, Failure> Reader::text() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, any());
    const std::string_view text = text_of(e.content);
    if (e.tag == tag::utf8_string) {
        if (is_utf8(e.content)) return text;
    } else if (e.tag == tag::printable_string) {
        if (is_printable_string(text)) return text;
    } else if (e.tag == tag::ia5_string) {
        if (std::ranges::all_of(e.content, [](std::uint8_t c) { return c < 0x80; })) return text;
    } else {
        return fail(Error::UnexpectedTag, start);
    }
    return fail(Error::InvalidText, start);
}

Result<std::uint64_t, Failure> Reader::time() {
    const std::size_t start = at_;
    CLOISTER_TRY(const Element e, any());
    const std::string_view text = text_of(e.content);
    std::optional<std::uint64_t> value;
    if (e.tag == tag::utc_time) {
        value = parse_utc_time(text);
    } else if (e.tag == tag::generalized_time) {
        value = parse_generalized_time(text);
    } else {
        return fail(Error::UnexpectedTag, start);
    }
    if (!value) return fail(Error::InvalidTime, start);
    return *value;
}

bool is_printable_string(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const bool alphanumeric =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return alphanumeric || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

Result<std::array<std::uint8_t, 64>, Failure> parse_ecdsa_signature(ByteView encoded,
                                                                    std::size_t offset) {
    Reader outer(encoded, offset);
    CLOISTER_TRY(Reader reader, outer.sequence());
    CLOISTER_CHECK(outer.finish());
    std::array<std::uint8_t, 64> out{};
    for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t at = reader.offset();
        CLOISTER_TRY(const ByteView number, reader.unsigned_integer());
        if (number.size() > 32) return err(Failure{Error::IntegerOutOfRange, at});
        std::ranges::copy(
            number, out.begin() + static_cast<std::ptrdiff_t>(half * 32 + 32 - number.size()));
    }
    CLOISTER_CHECK(reader.finish());
    return out;
}

std::string_view name_of(Error error) {
    switch (error) {
        case Error::UnexpectedEnd: return "UnexpectedEnd";
        case Error::UnexpectedTag: return "UnexpectedTag";
        case Error::UnsupportedTag: return "UnsupportedTag";
        case Error::IndefiniteLength: return "IndefiniteLength";
        case Error::NonMinimalLength: return "NonMinimalLength";
        case Error::LengthTooLong: return "LengthTooLong";
        case Error::TrailingBytes: return "TrailingBytes";
        case Error::InvalidBoolean: return "InvalidBoolean";
        case Error::InvalidInteger: return "InvalidInteger";
        case Error::IntegerOutOfRange: return "IntegerOutOfRange";
        case Error::InvalidBitString: return "InvalidBitString";
        case Error::InvalidNull: return "InvalidNull";
        case Error::InvalidOid: return "InvalidOid";
        case Error::InvalidText: return "InvalidText";
        case Error::InvalidTime: return "InvalidTime";
    }
    return "?";
}

}  // namespace cloister::der
