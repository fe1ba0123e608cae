#include "codec/der/writer.hpp"

#include "codec/der/reader.hpp"
#include "codec/der/time.hpp"

namespace cloister::der {
namespace {

std::uint64_t number_of(std::string_view digits) {
    CLOISTER_ASSERT(!digits.empty() && digits.size() < 19);
    std::uint64_t value = 0;
    for (const char c : digits) {
        CLOISTER_ASSERT(c >= '0' && c <= '9');
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

void append_base128(Bytes& to, std::uint64_t value) {
    int shift = 63;
    while (shift > 0 && (value >> shift) == 0) shift -= 7;
    for (; shift > 0; shift -= 7) {
        to.push_back(static_cast<std::uint8_t>(0x80 | ((value >> shift) & 0x7f)));
    }
    to.push_back(static_cast<std::uint8_t>(value & 0x7f));
}

// YYYYMMDDHHMMSSZ.
std::string time_text(std::uint64_t unix_time) {
    std::string text;
    for (const char c : rfc3339_of(unix_time)) {
        if (c != '-' && c != ':' && c != 'T') text.push_back(c);
    }
    return text;
}

}  // namespace

void Writer::element(std::uint8_t tag, ByteView contents) {
    CLOISTER_ASSERT((tag & 0x1f) != 0x1f);
    out_.push_back(tag);
    const std::size_t size = contents.size();
    CLOISTER_ASSERT(size <= 0xffffffff);
    if (size < 0x80) {
        out_.push_back(static_cast<std::uint8_t>(size));
    } else {
        unsigned octets = 1;
        while (octets < 4 && (size >> (8 * octets)) != 0) ++octets;
        out_.push_back(static_cast<std::uint8_t>(0x80 | octets));
        for (; octets > 0; --octets) {
            out_.push_back(static_cast<std::uint8_t>((size >> (8 * (octets - 1))) & 0xff));
        }
    }
    append(out_, contents);
}

void Writer::sorted_set(ByteView elements) {
    std::vector<ByteView> parts;
    for (Reader reader(elements); !reader.at_end();) parts.push_back(reader.any().get().whole);
    std::ranges::sort(
        parts, [](ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); });
    Bytes sorted;
    for (const ByteView part : parts) append(sorted, part);
    element(tag::set, sorted);
}

void Writer::boolean(bool value) {
    const std::array<std::uint8_t, 1> contents = {static_cast<std::uint8_t>(value ? 0xff : 0x00)};
    element(tag::boolean, contents);
}

void Writer::integer(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>((value >> (8 * (7 - i))) & 0xff);
    }
    integer(ByteView(bytes));
}

void Writer::integer(ByteView big_endian) {
    while (!big_endian.empty() && big_endian.front() == 0) big_endian = big_endian.subspan(1);
    Bytes contents;
    if (big_endian.empty() || big_endian.front() >= 0x80) contents.push_back(0);
    append(contents, big_endian);
    element(tag::integer, contents);
}

void Writer::enumerated(std::uint8_t value) {
    CLOISTER_ASSERT(value < 0x80);
    const std::array<std::uint8_t, 1> contents = {value};
    element(tag::enumerated, contents);
}

void Writer::oid(std::string_view dotted) {
    std::vector<std::uint64_t> arcs;
    while (true) {
        const std::size_t dot = dotted.find('.');
        arcs.push_back(number_of(dotted.substr(0, dot)));
        if (dot == std::string_view::npos) break;
        dotted.remove_prefix(dot + 1);
    }
    CLOISTER_ASSERT(arcs.size() >= 2 && arcs[0] <= 2 && (arcs[0] == 2 || arcs[1] < 40));
    Bytes contents;
    append_base128(contents, arcs[0] * 40 + arcs[1]);
    for (std::size_t i = 2; i < arcs.size(); ++i) append_base128(contents, arcs[i]);
    element(tag::oid, contents);
}

void Writer::bit_string(ByteView octets) { bit_string(octets, 0); }

void Writer::bit_string(ByteView octets, unsigned unused) {
    CLOISTER_ASSERT(unused < 8 && (unused == 0 || !octets.empty()));
    CLOISTER_ASSERT(unused == 0 || (octets.back() & ((1U << unused) - 1)) == 0);
    Bytes contents = {static_cast<std::uint8_t>(unused)};
    append(contents, octets);
    element(tag::bit_string, contents);
}

void Writer::printable_string(std::string_view text) {
    CLOISTER_ASSERT(is_printable_string(text));
    element(tag::printable_string, view_of(text));
}

void Writer::utc_time(std::uint64_t unix_time) {
    const std::string text = time_text(unix_time);
    CLOISTER_ASSERT(civil_of(unix_time).year < 2050);
    element(tag::utc_time, view_of(std::string_view(text).substr(2)));
}

void Writer::generalized_time(std::uint64_t unix_time) {
    element(tag::generalized_time, view_of(time_text(unix_time)));
}

void Writer::time(std::uint64_t unix_time) {
    if (civil_of(unix_time).year < 2050) {
        utc_time(unix_time);
    } else {
        generalized_time(unix_time);
    }
}

Bytes ecdsa_signature(ByteView r_then_s) {
    CLOISTER_ASSERT(r_then_s.size() == 64);
    Writer writer;
    writer.sequence([&](Writer& s) {
        s.integer(r_then_s.first(32));
        s.integer(r_then_s.last(32));
    });
    return std::move(writer).take();
}

}  // namespace cloister::der
