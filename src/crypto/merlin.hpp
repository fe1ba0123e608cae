// Merlin v1.0 transcripts (merlin.cool) over STROBE-128: what was said so far decides challenges.
// Only the operations that Merlin and schnorrkel use: AD, META-AD, KEY and PRF.
#pragma once

#include <string_view>

#include "base/secret.hpp"
#include "crypto/keccak.hpp"

namespace cloister::crypto {

// STROBE-128 (strobe.sourceforge.io, v1.0.2) without transport operations.
class Strobe128 {
  public:
    explicit Strobe128(ByteView protocol_label);
    Strobe128(const Strobe128&) = default;
    Strobe128& operator=(const Strobe128&) = delete;
    ~Strobe128() { base::wipe(&state_, sizeof state_); }

    enum class More : bool { No, Yes };  // whether this continues the operation before
    void meta_ad(ByteView data, More more);
    void ad(ByteView data, More more);
    void key(ByteView data, More more);
    void prf(std::span<std::uint8_t> out, More more);

  private:
    void begin(std::uint8_t flags, More more);
    void absorb(ByteView data);
    void run();
    std::uint8_t byte(std::size_t at) const;
    void set_byte(std::size_t at, std::uint8_t value);

    KeccakState state_{};
    std::uint8_t position_ = 0;
    std::uint8_t position_begin_ = 0;
    std::uint8_t flags_ = 0;
};

class Transcript {
  public:
    explicit Transcript(std::string_view label);

    void append(std::string_view label, ByteView message);
    void append(std::string_view label, std::string_view message) {
        append(label, view_of(message));
    }
    void challenge(std::string_view label, std::span<std::uint8_t> out);
    // Secret bytes bound to the transcript, to `secret` and to `entropy` (merlin's TranscriptRng
    // with one witness). The transcript does not advance.
    void witness(std::string_view label, ByteView secret, ByteView entropy,
                 std::span<std::uint8_t> out) const;

  private:
    Strobe128 strobe_;
};

}  // namespace cloister::crypto
