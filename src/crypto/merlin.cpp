#include "crypto/merlin.hpp"

namespace cloister::crypto {
namespace {

constexpr std::uint8_t rate = 166;
constexpr std::uint8_t flag_inbound = 1;
constexpr std::uint8_t flag_application = 2;
constexpr std::uint8_t flag_cipher = 4;
constexpr std::uint8_t flag_meta = 16;

std::array<std::uint8_t, 4> little_endian_32(std::size_t value) {
    CLOISTER_ASSERT(value <= UINT32_MAX);
    return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
            static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

}  // namespace

Strobe128::Strobe128(ByteView protocol_label) {
    constexpr std::array<std::uint8_t, 6> parameters{1, rate + 2, 1, 0, 1, 96};
    const Bytes start = concat(parameters, view_of("STROBEv1.0.2"));
    for (std::size_t i = 0; i < start.size(); ++i) set_byte(i, start[i]);
    keccak_f1600(state_);
    meta_ad(protocol_label, More::No);
}

void Strobe128::meta_ad(ByteView data, More more) {
    begin(flag_meta | flag_application, more);
    absorb(data);
}

void Strobe128::ad(ByteView data, More more) {
    begin(flag_application, more);
    absorb(data);
}

void Strobe128::key(ByteView data, More more) {
    begin(flag_application | flag_cipher, more);
    for (const std::uint8_t b : data) {
        set_byte(position_, b);
        if (++position_ == rate) run();
    }
}

void Strobe128::prf(std::span<std::uint8_t> out, More more) {
    begin(flag_inbound | flag_application | flag_cipher, more);
    for (std::uint8_t& b : out) {
        b = byte(position_);
        set_byte(position_, 0);
        if (++position_ == rate) run();
    }
}

void Strobe128::begin(std::uint8_t flags, More more) {
    if (more == More::Yes) {
        CLOISTER_ASSERT(flags_ == flags);
        return;
    }
    const std::array<std::uint8_t, 2> frame{position_begin_, flags};
    position_begin_ = static_cast<std::uint8_t>(position_ + 1);
    flags_ = flags;
    absorb(frame);
    if ((flags & flag_cipher) != 0 && position_ != 0) run();
}

void Strobe128::absorb(ByteView data) {
    for (const std::uint8_t b : data) {
        set_byte(position_, static_cast<std::uint8_t>(byte(position_) ^ b));
        if (++position_ == rate) run();
    }
}

void Strobe128::run() {
    constexpr std::size_t last = rate + 1;
    const std::size_t at = position_;
    set_byte(at, static_cast<std::uint8_t>(byte(at) ^ position_begin_));
    set_byte(at + 1, static_cast<std::uint8_t>(byte(at + 1) ^ 0x04));
    set_byte(last, static_cast<std::uint8_t>(byte(last) ^ 0x80));
    keccak_f1600(state_);
    position_ = 0;
    position_begin_ = 0;
}

std::uint8_t Strobe128::byte(std::size_t at) const {
    return static_cast<std::uint8_t>(state_[at / 8] >> (8 * (at % 8)));
}

void Strobe128::set_byte(std::size_t at, std::uint8_t value) {
    const auto shift = 8 * (at % 8);
    std::uint64_t& lane = state_[at / 8];
    lane = (lane & ~(std::uint64_t{0xff} << shift)) | (std::uint64_t{value} << shift);
}

Transcript::Transcript(std::string_view label) : strobe_(view_of("Merlin v1.0")) {
    append("dom-sep", label);
}

void Transcript::append(std::string_view label, ByteView message) {
    strobe_.meta_ad(view_of(label), Strobe128::More::No);
    strobe_.meta_ad(little_endian_32(message.size()), Strobe128::More::Yes);
    strobe_.ad(message, Strobe128::More::No);
}

void Transcript::challenge(std::string_view label, std::span<std::uint8_t> out) {
    strobe_.meta_ad(view_of(label), Strobe128::More::No);
    strobe_.meta_ad(little_endian_32(out.size()), Strobe128::More::Yes);
    strobe_.prf(out, Strobe128::More::No);
}

void Transcript::witness(std::string_view label, ByteView secret, ByteView entropy,
                         std::span<std::uint8_t> out) const {
    Strobe128 fork = strobe_;
    fork.meta_ad(view_of(label), Strobe128::More::No);
    fork.meta_ad(little_endian_32(secret.size()), Strobe128::More::Yes);
    fork.key(secret, Strobe128::More::No);
    fork.meta_ad(view_of("rng"), Strobe128::More::No);
    fork.key(entropy, Strobe128::More::No);
    fork.meta_ad(little_endian_32(out.size()), Strobe128::More::No);
    fork.prf(out, Strobe128::More::No);
}

}  // namespace cloister::crypto
