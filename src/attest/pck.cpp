#include "attest/pck.hpp"

namespace cloister::attest {
namespace {

// Contents octets of 1.2.840.113741.1.13.1, which every field's identifier begins with.
constexpr std::array<std::uint8_t, 9> oid_prefix = {0x2a, 0x86, 0x48, 0x86, 0xf8,
                                                    0x4d, 0x01, 0x0d, 0x01};

// The last arc of <prefix>.<arcs...>; 0, which is never assigned, when `oid` is none of these.
std::uint8_t last_arc(ByteView oid, std::size_t arcs) {
    if (oid.size() != oid_prefix.size() + arcs) return 0;
    if (!equal(oid.first(oid_prefix.size()), oid_prefix)) return 0;
    return oid.back() < 0x80 ? oid.back() : std::uint8_t{0};
}

Parsed<ByteView> read_octets(der::Reader& reader, std::size_t size) {
    const std::size_t at = reader.offset();
    CLOISTER_TRY(const ByteView octets, reader.octet_string());
    if (octets.size() != size) {
        return fault(Code::MalformedCertificate, at, "an octet string has the wrong length");
    }
    return octets;
}

Err<Fault> malformed(std::size_t at) {
    return fault(Code::MalformedCertificate, at, "an SGX field is unknown, repeated or absent");
}

// .2: the sixteen component SVNs (.1 to .16), PCESVN (.17) and CPUSVN (.18), each once.
Parsed<void> read_tcb(PckExtension& out, der::Reader& field) {
    CLOISTER_TRY(der::Reader list, field.sequence());
    std::uint32_t seen = 0;
    while (!list.at_end()) {
        const std::size_t at = list.offset();
        CLOISTER_TRY(der::Reader item, list.sequence());
        CLOISTER_TRY(const ByteView oid, item.oid());
        const std::uint8_t arc = last_arc(oid, 2);
        const bool is_tcb = oid.size() > oid_prefix.size() && oid[oid_prefix.size()] == 2;
        if (!is_tcb || arc < 1 || arc > 18 || ((seen >> arc) & 1) != 0) return malformed(at);
        seen |= 1U << arc;
        if (arc <= 16) {
            CLOISTER_TRY(const std::uint64_t svn, item.small_integer(255));
            out.component_svns[arc - 1U] = static_cast<std::uint8_t>(svn);
        } else if (arc == 17) {
            CLOISTER_TRY(const std::uint64_t svn, item.small_integer(65535));
            out.pce_svn = static_cast<std::uint16_t>(svn);
        } else {
            CLOISTER_CHECK(read_octets(item, 16));
        }
        CLOISTER_CHECK(item.finish());
    }
    if (seen != 0x7fffe) return malformed(list.offset());
    return {};
}

Parsed<void> read_field(PckExtension& out, std::uint8_t arc, der::Reader& field) {
    switch (arc) {
        case 1: {
            CLOISTER_TRY(const ByteView octets, read_octets(field, 16));
            out.ppid = decltype(out.ppid)(octets);
            break;
        }
        case 2: CLOISTER_CHECK(read_tcb(out, field)); break;
        case 3: {
            CLOISTER_TRY(const ByteView octets, read_octets(field, 2));
            std::ranges::copy(octets, out.pce_id.begin());
            break;
        }
        case 4: {
            CLOISTER_TRY(const ByteView octets, read_octets(field, 6));
            out.fmspc = decltype(out.fmspc)(octets);
            break;
        }
        case 6: {
            CLOISTER_TRY(const ByteView octets, read_octets(field, 16));
            out.instance.emplace(octets);
            break;
        }
        default: CLOISTER_CHECK(field.any()); break;  // SGX type, configuration: not appraised
    }
    CLOISTER_CHECK(field.finish());
    return {};
}

}  // namespace

Parsed<PckExtension> parse_pck_extension(ByteView encoded) {
    if (encoded.empty()) {
        return fault(Code::MalformedCertificate, 0, "the leaf has no SGX extension");
    }
    der::Reader outer(encoded);
    CLOISTER_TRY(der::Reader list, outer.sequence());
    CLOISTER_CHECK(outer.finish());
    PckExtension out;
    std::uint32_t seen = 0;
    while (!list.at_end()) {
        const std::size_t at = list.offset();
        CLOISTER_TRY(der::Reader field, list.sequence());
        CLOISTER_TRY(const ByteView oid, field.oid());
        const std::uint8_t arc = last_arc(oid, 1);
        if (arc < 1 || arc > 7 || ((seen >> arc) & 1) != 0) return malformed(at);
        seen |= 1U << arc;
        CLOISTER_CHECK(read_field(out, arc, field));
    }
    constexpr std::uint32_t required = 0x3e;  // .1 to .5
    if ((seen & required) != required) return malformed(list.offset());
    return out;
}

}  // namespace cloister::attest
