#include "attest/pem.hpp"

namespace cloister::attest {
namespace {

constexpr std::string_view begin_line = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view end_line = "-----END CERTIFICATE-----";

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

int sextet_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<Bytes> decode_base64(std::string_view text) {
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    unsigned digits = 0;  // of the current group of four
    unsigned padding = 0;
    for (const char c : text) {
        if (is_line_end(c)) continue;
        if (c == '=') {
            if (digits + ++padding > 4 || digits < 2) return std::nullopt;
            continue;
        }
        const int sextet = sextet_of(c);
        if (sextet < 0 || padding > 0) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(sextet);
        if (++digits < 4) continue;
        for (int shift = 16; shift >= 0; shift -= 8) {
            out.push_back(static_cast<std::uint8_t>((bits >> shift) & 0xff));
        }
        bits = 0;
        digits = 0;
    }
    if (digits == 0) return padding == 0 ? std::optional(std::move(out)) : std::nullopt;
    // Two digits carry one octet and four zero bits, three carry two octets and two zero bits.
    if (digits + padding != 4 || (bits & (digits == 2 ? 0x0fU : 0x03U)) != 0) return std::nullopt;
    if (digits == 2) {
        out.push_back(static_cast<std::uint8_t>((bits >> 4) & 0xff));
    } else {
        out.push_back(static_cast<std::uint8_t>((bits >> 10) & 0xff));
        out.push_back(static_cast<std::uint8_t>((bits >> 2) & 0xff));
    }
    return out;
}

Parsed<std::vector<PemBlock>> parse_pem(ByteView input, std::size_t count_max) {
    const std::string_view text = text_of(input);
    std::string_view content = text;
    while (!content.empty() && content.back() == '\0') content.remove_suffix(1);
    std::vector<PemBlock> blocks;
    std::size_t at = 0;
    while (true) {
        while (at < content.size() && is_line_end(content[at])) ++at;
        if (at == content.size()) break;
        if (blocks.size() == count_max) {
            return fault(Code::WrongChain, at, "more certificates than a chain has");
        }
        const std::string_view rest = content.substr(at);
        if (!rest.starts_with(begin_line)) {
            return fault(Code::MalformedCertificate, at, "a PEM certificate must begin here");
        }
        const std::size_t end = rest.find(end_line);
        if (end == std::string_view::npos) {
            return fault(Code::MalformedCertificate, at, "a PEM certificate has no end");
        }
        auto der = decode_base64(rest.substr(begin_line.size(), end - begin_line.size()));
        if (!der) return fault(Code::MalformedCertificate, at, "base64 is not canonical");
        blocks.push_back(PemBlock{std::move(*der), at});
        at += end + end_line.size();
    }
    return blocks;
}

}  // namespace cloister::attest
