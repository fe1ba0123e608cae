#include "crypto/ss58.hpp"

#include "crypto/hash.hpp"

namespace cloister::crypto {
namespace {

constexpr std::string_view alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t checksum_bytes = 2;  // for payloads of 32 bytes
constexpr std::uint16_t prefix_max = 16383;
constexpr std::uint16_t one_byte_prefixes = 64;
// Two bytes of prefix, 32 of account, 2 of checksum: 36 bytes never make more digits.
constexpr std::size_t text_chars_max = 50;

std::array<std::uint8_t, checksum_bytes> checksum_of(ByteView payload) {
    const Hash512 hash = blake2b_512(concat(view_of("SS58PRE"), payload));
    return {hash[0], hash[1]};
}

// Multiplies a little-endian number of digits in `base` by `factor` and adds `carry`.
void multiply_add(Bytes& digits, unsigned base, unsigned factor, unsigned carry) {
    for (std::uint8_t& digit : digits) {
        const unsigned value = digit * factor + carry;
        digit = static_cast<std::uint8_t>(value % base);
        carry = value / base;
    }
    for (; carry != 0; carry /= base) digits.push_back(static_cast<std::uint8_t>(carry % base));
}

std::string to_base58(ByteView bytes) {
    Bytes digits;
    for (const std::uint8_t b : bytes) multiply_add(digits, 58, 256, b);
    const auto zeros = std::ranges::find_if(bytes, [](std::uint8_t b) { return b != 0; });
    std::string out(static_cast<std::size_t>(zeros - bytes.begin()), alphabet[0]);
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) out += alphabet[*digit];
    return out;
}

std::optional<Bytes> from_base58(std::string_view text) {
    if (text.size() > text_chars_max) return std::nullopt;
    Bytes digits;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        multiply_add(digits, 256, 58, static_cast<unsigned>(value));
    }
    const std::size_t zeros = std::min(text.find_first_not_of(alphabet[0]), text.size());
    Bytes out(zeros, 0);
    out.insert(out.end(), digits.rbegin(), digits.rend());
    return out;
}

Bytes encode_prefix(std::uint16_t prefix) {
    if (prefix < one_byte_prefixes) return {static_cast<std::uint8_t>(prefix)};
    return {static_cast<std::uint8_t>(0x40 | ((prefix & 0xfc) >> 2)),
            static_cast<std::uint8_t>((prefix >> 8) | ((prefix & 3) << 6))};
}

}  // namespace

std::string encode_ss58(const Ss58Address& address) {
    CLOISTER_ASSERT(address.prefix <= prefix_max);
    const Bytes payload = concat(encode_prefix(address.prefix), address.account.view());
    return to_base58(concat(payload, checksum_of(payload)));
}

std::optional<Ss58Address> parse_ss58(std::string_view text) {
    const auto bytes = from_base58(text);
    if (!bytes || bytes->empty()) return std::nullopt;
    const std::size_t prefix_bytes = bytes->front() < one_byte_prefixes ? 1 : 2;
    if (bytes->size() != prefix_bytes + AccountId::size() + checksum_bytes) return std::nullopt;
    const ByteView payload = ByteView(*bytes).first(bytes->size() - checksum_bytes);
    if (!equal(checksum_of(payload), ByteView(*bytes).last(checksum_bytes))) return std::nullopt;

    unsigned prefix = payload[0];
    if (prefix_bytes == 2) {
        prefix = ((payload[0] & 0x3fu) << 2) | (payload[1] >> 6) | ((payload[1] & 0x3fu) << 8);
    }
    const Ss58Address address{static_cast<std::uint16_t>(prefix),
                              AccountId(payload.last(AccountId::size()))};
    // First bytes from 128 on are reserved, and a short prefix has no second form.
    if (!equal(encode_prefix(address.prefix), payload.first(prefix_bytes))) return std::nullopt;
    return address;
}

}  // namespace cloister::crypto
