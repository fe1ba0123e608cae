// ink!'s message selectors at compile time: the first four bytes of blake2b-256 of the name (RFC
// 7693).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace cloister {

using Selector = std::array<std::uint8_t, 4>;

namespace detail {

inline constexpr std::array<std::uint64_t, 8> blake2b_iv = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

inline constexpr std::uint8_t blake2b_sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

constexpr void blake2b_mix(std::array<std::uint64_t, 16>& v, int a, int b, int c, int d,
                           std::uint64_t x, std::uint64_t y) {
    v[a] += v[b] + x;
    v[d] = std::rotr(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = std::rotr(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 63);
}

// The first word of blake2b-256 of at most one block; names are short.
constexpr std::uint64_t blake2b_first_word(std::string_view text) {
    std::array<std::uint64_t, 16> m{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        m[i / 8] |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * (i % 8));
    }
    std::array<std::uint64_t, 16> v{};
    for (int i = 0; i < 8; ++i) v[i] = v[i + 8] = blake2b_iv[i];
    const std::uint64_t first = v[0] ^= 0x01010020;  // parameters: 32 bytes, no key, sequential
    v[12] ^= text.size();
    v[14] = ~v[14];
    for (int round = 0; round < 12; ++round) {
        const auto& s = blake2b_sigma[round % 10];
        for (int i = 0; i < 4; ++i) {
            blake2b_mix(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
        }
        for (int i = 0; i < 4; ++i) {
            blake2b_mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]],
                        m[s[9 + 2 * i]]);
        }
    }
    return first ^ v[0] ^ v[8];
}

}  // namespace detail

// Precondition: at most 128 characters.
constexpr Selector selector_of(std::string_view name) {
    const std::uint64_t word = detail::blake2b_first_word(name);
    return {static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(word >> 8),
            static_cast<std::uint8_t>(word >> 16), static_cast<std::uint8_t>(word >> 24)};
}

// ink!'s selectors of `new` and `flip`.
static_assert(selector_of("new") == Selector{0x9b, 0xae, 0x9d, 0x5e});
static_assert(selector_of("flip") == Selector{0x63, 0x3a, 0xa5, 0x51});

}  // namespace cloister
