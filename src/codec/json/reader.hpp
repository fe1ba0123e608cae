// A pull reader of JSON (RFC 8259), strict: no comments, no trailing commas, valid UTF-8, no lone
// surrogates, no duplicate keys in an object. No DOM: the caller walks the text in the document's
// order and can take any value as the exact bytes it was written in, which is what signatures
// cover.
//
//     json::Reader r(text);
//     if (r.enter_object()) {
//         while (const auto key = r.next_member()) {
//             if (*key == "height") height = r.unsigned_integer(max);
//             else if (*key == "body") body = r.raw_value();
//             else r.skip();  // or r.fail(json::Error::UnknownMember)
//         }
//     }
//     if (auto done = r.finish(); !done) ...
//
// The first failure sticks: later reads return empty values and loops end, and the caller asks
// `finish` once. Memory is bounded by a small multiple of the input.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cloister::json {

enum class Error : std::uint8_t {
    UnexpectedEnd,
    UnexpectedCharacter,
    InvalidNumber,     // RFC 8259, 6
    InvalidEscape,     // RFC 8259, 7; lone surrogates too
    ControlCharacter,  // RFC 8259, 7: unescaped below U+0020
    InvalidUtf8,       // RFC 8259, 8.1
    DuplicateKey,      // RFC 7493, 2.3
    TooDeep,           // nested deeper than Limits::depth_max
    TooLarge,          // above Limits::bytes_max or members_max
    WrongType,         // a value of another type than asked for
    NumberOutOfRange,  // not an integer, or above what the field allows
    TrailingBytes,     // anything but white space after the value
    UnknownMember,     // for callers that refuse members they do not know
    MissingMember,     // for callers that need one
    InvalidValue,      // for callers: a well-formed value that means nothing here
};
std::string_view name_of(Error error);

struct Failure {
    Error error{};
    std::size_t offset = 0;
    friend bool operator==(const Failure&, const Failure&) = default;
};

struct Limits {
    std::size_t depth_max = 32;
    std::size_t bytes_max = 32U << 20;
    std::size_t members_max = 1U << 16;  // of one object
};

enum class Kind : std::uint8_t { Object, Array, String, Number, Boolean, Null, Invalid };

class Reader {
  public:
    // `text` must outlive the reader and every span taken from it.
    explicit Reader(std::string_view text, Limits limits = {});
    explicit Reader(ByteView text, Limits limits = {}) : Reader(text_of(text), limits) {}

    Kind peek();  // of the next value

    // False when the next value is not an object (a failure).
    bool enter_object();
    // The next member's name, or nothing at the object's end, which closes it. A value that the
    // caller has not read since the last call is skipped (and checked).
    std::optional<std::string> next_member();
    bool enter_array();
    // True when an element follows; false at the array's end, which closes it. Skips like
    // next_member.
    bool next_element();

    std::string string();
    std::string_view number_text();  // as written
    std::uint64_t unsigned_integer(std::uint64_t max);
    std::int64_t signed_integer();
    bool boolean();
    void null();
    // Reads `null` if it comes next.
    bool try_null();

    // Checks any value and returns exactly its bytes, white space around it not included.
    std::string_view raw_value();
    void skip() { raw_value(); }

    std::size_t offset() const { return at_; }
    bool failed() const { return failure_.has_value(); }
    void fail(Error error) { fail(error, at_); }
    void fail(Error error, std::size_t offset) {
        if (!failure_) failure_ = Failure{error, offset};
    }
    // After the outermost value: only white space may remain. Returns the first failure.
    Result<void, Failure> finish();

  private:
    struct Level {
        bool is_object = false;
        bool first = true;
        std::set<std::string, std::less<>> keys;
    };

    void space();
    bool take(char expected);
    bool literal(std::string_view word);
    bool begin_value(Kind kind);
    bool enter(Kind kind);
    bool next_of(bool is_object);
    void close();
    void skip_unread();
    std::string quoted();
    void escape(std::string& out);
    std::uint32_t hex4();
    char current() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    std::string_view text_;
    Limits limits_;
    std::size_t at_ = 0;
    std::vector<Level> levels_;
    bool value_pending_ = true;  // a value is due and has not been read
    std::optional<Failure> failure_;
};

}  // namespace cloister::json
