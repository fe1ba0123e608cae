// Reads DER (ITU-T X.690), strictly: definite minimal lengths, one identifier octet, canonical
// contents of every primitive type. Views into the input, no copies, no recursion, no allocation.
// Offsets count from the start of the outermost input, so that an error names a byte that a person
// can find.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/der/tags.hpp"

namespace cloister::der {

enum class Error : std::uint8_t {
    UnexpectedEnd,      // an element ends behind its container
    UnexpectedTag,      // another type than the structure has here
    UnsupportedTag,     // tag number above 30 (8.1.2.4); X.509 has none
    IndefiniteLength,   // 10.1
    NonMinimalLength,   // 10.1
    LengthTooLong,      // above 2^32-1
    TrailingBytes,      // bytes left after the last element of a container
    InvalidBoolean,     // 11.1
    InvalidInteger,     // 8.3.2: empty or not minimal
    IntegerOutOfRange,  // negative, or above what the field allows
    InvalidBitString,   // 11.2: unused bits
    InvalidNull,        // 8.8
    InvalidOid,         // 8.19.2
    InvalidText,        // an alphabet's violation
    InvalidTime,        // 11.7, 11.8 and RFC 5280, 4.1.2.5
};
std::string_view name_of(Error error);

struct Failure {
    Error error{};
    std::size_t offset = 0;
    friend bool operator==(const Failure&, const Failure&) = default;
};

struct Element {
    std::uint8_t tag = 0;
    ByteView content;
    ByteView whole;          // identifier and length octets included
    std::size_t offset = 0;  // of `whole`
    std::size_t content_offset() const { return offset + whole.size() - content.size(); }
};

struct BitString {
    ByteView octets;
    unsigned unused = 0;
    // Named bits count from the most significant bit of the first octet.
    bool bit(std::size_t index) const {
        return index / 8 < octets.size() && ((octets[index / 8] >> (7 - index % 8)) & 1) != 0;
    }
};

// The elements of one container, in order.
class Reader {
  public:
    explicit Reader(ByteView input, std::size_t offset = 0) : input_(input), offset_(offset) {}
    explicit Reader(const Element& e) : input_(e.content), offset_(e.content_offset()) {}

    bool at_end() const { return at_ == input_.size(); }
    std::size_t offset() const { return offset_ + at_; }
    // The next element's identifier octet; 0, which no element has, at the end.
    std::uint8_t peek() const { return at_end() ? std::uint8_t{0} : input_[at_]; }

    Result<Element, Failure> any();
    Result<Element, Failure> read(std::uint8_t tag);
    // Nothing when another element, or the end, comes next.
    Result<std::optional<Element>, Failure> read_optional(std::uint8_t tag);
    Result<Reader, Failure> enter(std::uint8_t tag);  // a constructed element's contents
    Result<Reader, Failure> sequence() { return enter(tag::sequence); }
    Result<void, Failure> finish() const;  // refuses bytes that were not read

    Result<bool, Failure> boolean();
    Result<void, Failure> null();
    // Contents octets of a non-negative INTEGER without the sign octet; one zero octet for zero.
    Result<ByteView, Failure> unsigned_integer();
    Result<std::uint64_t, Failure> small_integer(std::uint64_t max);
    Result<std::uint64_t, Failure> enumerated(std::uint64_t max);
    Result<ByteView, Failure> oid();  // contents octets
    Result<BitString, Failure> bit_string();
    Result<ByteView, Failure> octet_string();
    Result<std::string_view, Failure> text();  // UTF8String, PrintableString or IA5String
    Result<std::uint64_t, Failure> time();     // UTCTime or GeneralizedTime, seconds since 1970

  private:
    Err<Failure> fail(Error error, std::size_t at) const {
        return cloister::err(Failure{error, offset_ + at});
    }
    Result<std::uint64_t, Failure> bounded(const Element& element, std::uint64_t max) const;

    ByteView input_;
    std::size_t offset_ = 0;
    std::size_t at_ = 0;
};

// X.680, 41.4.
bool is_printable_string(std::string_view text);

// The 64 bytes r || s of an Ecdsa-Sig-Value whose integers have at most 32 bytes each.
Result<std::array<std::uint8_t, 64>, Failure> parse_ecdsa_signature(ByteView encoded,
                                                                    std::size_t offset = 0);

}  // namespace cloister::der
