#include "codec/json/reader.hpp"

#include "codec/json/utf8.hpp"

namespace cloister::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of the number at the start of `text` by the grammar of RFC 8259, 6; 0 when there is none.
std::size_t number_size(std::string_view text) {
    std::size_t i = 0;
    const auto digit_at = [&](std::size_t k) { return k < text.size() && is_digit(text[k]); };
    const auto skip_digits = [&] {
        while (digit_at(i)) ++i;
    };
    if (i < text.size() && text[i] == '-') ++i;
    if (!digit_at(i)) return 0;
    if (text[i] == '0') {
        ++i;
    } else {
        skip_digits();
    }
    if (digit_at(i)) return 0;
    if (i < text.size() && text[i] == '.') {
        if (!digit_at(++i)) return 0;
        skip_digits();
    }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
        if (!digit_at(i)) return 0;
        skip_digits();
    }
    return i;
}

std::optional<std::uint64_t> integer_of(std::string_view digits, std::uint64_t max) {
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (value > (max - std::min(digit, max)) / 10 || digit > max) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto push = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        push(point);
    } else if (point < 0x800) {
        push(0xc0 | (point >> 6));
        push(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        push(0xe0 | (point >> 12));
        push(0x80 | ((point >> 6) & 0x3f));
        push(0x80 | (point & 0x3f));
    } else {
        push(0xf0 | (point >> 18));
        push(0x80 | ((point >> 12) & 0x3f));
        push(0x80 | ((point >> 6) & 0x3f));
        push(0x80 | (point & 0x3f));
    }
}

}  // namespace

Reader::Reader(std::string_view text, Limits limits) : text_(text), limits_(limits) {
    if (text_.size() > limits_.bytes_max) fail(Error::TooLarge, 0);
}

void Reader::space() {
    while (at_ < text_.size() &&
           std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) {
        ++at_;
    }
}

bool Reader::take(char expected) {
    if (failed()) return false;
    if (at_ == text_.size()) {
        fail(Error::UnexpectedEnd);
        return false;
    }
    if (text_[at_] != expected) {
        fail(Error::UnexpectedCharacter);
        return false;
    }
    ++at_;
    return true;
}

Kind Reader::peek() {
    if (failed() || !value_pending_) return Kind::Invalid;
    space();
    switch (current()) {
        case '{': return Kind::Object;
        case '[': return Kind::Array;
        case '"': return Kind::String;
        case 't':
        case 'f': return Kind::Boolean;
        case 'n': return Kind::Null;
        default: return current() == '-' || is_digit(current()) ? Kind::Number : Kind::Invalid;
    }
}

// Every value starts here: at most one where one is due.
bool Reader::begin_value(Kind kind) {
    if (failed()) return false;
    const Kind found = peek();
    if (found == kind) {
        value_pending_ = false;
        return true;
    }
    if (found != Kind::Invalid || !value_pending_) {
        fail(Error::WrongType);
    } else {
        fail(at_ == text_.size() ? Error::UnexpectedEnd : Error::UnexpectedCharacter);
    }
    return false;
}

bool Reader::enter(Kind kind) {
    if (!begin_value(kind)) return false;
    if (levels_.size() >= limits_.depth_max) {
        fail(Error::TooDeep);
        return false;
    }
    ++at_;
    levels_.push_back(Level{.is_object = kind == Kind::Object, .first = true, .keys = {}});
    return true;
}

bool Reader::enter_object() { return enter(Kind::Object); }
bool Reader::enter_array() { return enter(Kind::Array); }

void Reader::skip_unread() {
    if (!failed() && value_pending_) skip();
}

// Steps to the next member or element; false at the end, which closes the container.
bool Reader::next_of(bool is_object) {
    skip_unread();
    if (failed()) return false;
    if (levels_.empty() || levels_.back().is_object != is_object) {
        fail(Error::WrongType);
        return false;
    }
    space();
    if (current() == (is_object ? '}' : ']')) {
        ++at_;
        levels_.pop_back();
        return false;
    }
    if (!levels_.back().first) {
        if (!take(',')) return false;
        space();
    }
    levels_.back().first = false;
    return true;
}

std::optional<std::string> Reader::next_member() {
    if (!next_of(true)) return std::nullopt;
    const std::size_t start = at_;
    std::string key = quoted();
    if (failed()) return std::nullopt;
    if (levels_.back().keys.size() >= limits_.members_max) {
        fail(Error::TooLarge, start);
        return std::nullopt;
    }
    if (!levels_.back().keys.insert(key).second) {
        fail(Error::DuplicateKey, start);
        return std::nullopt;
    }
    space();
    if (!take(':')) return std::nullopt;
    value_pending_ = true;
    return key;
}

bool Reader::next_element() {
    if (!next_of(false)) return false;
    value_pending_ = true;
    return true;
}

std::string Reader::string() {
    if (!begin_value(Kind::String)) return {};
    return quoted();
}

std::string Reader::quoted() {
    std::string out;
    if (!take('"')) return {};
    while (!failed()) {
        if (at_ == text_.size()) {
            fail(Error::UnexpectedEnd);
        } else if (text_[at_] == '"') {
            ++at_;
            return out;
        } else if (text_[at_] == '\\') {
            escape(out);
        } else if (static_cast<std::uint8_t>(text_[at_]) < 0x20) {
            fail(Error::ControlCharacter);
        } else {
            const std::size_t size = utf8_sequence_size(text_.substr(at_));
            if (size == 0) fail(Error::InvalidUtf8);
            out += text_.substr(at_, size);
            at_ += size;
        }
    }
    return {};
}

std::uint32_t Reader::hex4() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4 && !failed(); ++i) {
        const char c = current();
        std::uint32_t digit = 16;
        if (is_digit(c)) digit = static_cast<std::uint32_t>(c - '0');
        if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
        if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
        if (digit == 16) {
            fail(at_ == text_.size() ? Error::UnexpectedEnd : Error::InvalidEscape);
            return 0;
        }
        value = value * 16 + digit;
        ++at_;
    }
    return value;
}

void Reader::escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const std::size_t start = at_++;
    if (at_ == text_.size()) return fail(Error::UnexpectedEnd);
    const char name = text_[at_++];
    if (const std::size_t i = names.find(name); i != std::string_view::npos) {
        out.push_back(values[i]);
        return;
    }
    if (name != 'u') return fail(Error::InvalidEscape, start);
    std::uint32_t point = hex4();
    if (failed()) return;
    if (point >= 0xdc00 && point < 0xe000) return fail(Error::InvalidEscape, start);
    if (point >= 0xd800 && point < 0xdc00) {
        if (text_.substr(at_, 2) != "\\u") return fail(Error::InvalidEscape, start);
        at_ += 2;
        const std::uint32_t low = hex4();
        if (failed()) return;
        if (low < 0xdc00 || low >= 0xe000) return fail(Error::InvalidEscape, start);
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, point);
}

std::string_view Reader::number_text() {
    if (!begin_value(Kind::Number)) return {};
    const std::size_t size = number_size(text_.substr(at_));
    if (size == 0) {
        fail(Error::InvalidNumber);
        return {};
    }
    const std::string_view text = text_.substr(at_, size);
    at_ += size;
    return text;
}

std::uint64_t Reader::unsigned_integer(std::uint64_t max) {
    const std::string_view text = number_text();
    if (failed()) return 0;
    const auto value = integer_of(text, max);
    if (!value) fail(Error::NumberOutOfRange, at_ - text.size());
    return value.value_or(0);
}

std::int64_t Reader::signed_integer() {
    const std::string_view text = number_text();
    if (failed()) return 0;
    const bool negative = text.front() == '-';
    constexpr std::uint64_t top = 1ULL << 63;
    const auto size = integer_of(text.substr(negative ? 1 : 0), negative ? top : top - 1);
    if (!size) {
        fail(Error::NumberOutOfRange, at_ - text.size());
        return 0;
    }
    return static_cast<std::int64_t>(negative ? ~*size + 1 : *size);
}

bool Reader::literal(std::string_view word) {
    const std::string_view rest = text_.substr(at_);
    if (rest.substr(0, word.size()) == word) {
        at_ += word.size();
        return true;
    }
    const bool cut_short = word.substr(0, rest.size()) == rest;
    fail(cut_short ? Error::UnexpectedEnd : Error::UnexpectedCharacter);
    return false;
}

bool Reader::boolean() {
    if (!begin_value(Kind::Boolean)) return false;
    if (current() == 't') return literal("true");
    literal("false");
    return false;
}

void Reader::null() {
    if (begin_value(Kind::Null)) literal("null");
}

bool Reader::try_null() {
    if (peek() != Kind::Null) return false;
    null();
    return !failed();
}

std::string_view Reader::raw_value() {
    const Kind kind = peek();
    const std::size_t start = at_;
    switch (kind) {
        case Kind::Object:
            // The nesting, and so this recursion, is bounded by Limits::depth_max.
            if (enter_object()) {
                while (next_member()) raw_value();
            }
            break;
        case Kind::Array:
            if (enter_array()) {
                while (next_element()) raw_value();
            }
            break;
        case Kind::String: string(); break;
        case Kind::Number: number_text(); break;
        case Kind::Boolean: boolean(); break;
        default: null(); break;
    }
    return failed() ? std::string_view() : text_.substr(start, at_ - start);
}

Result<void, Failure> Reader::finish() {
    skip_unread();
    if (!failed() && !levels_.empty()) fail(Error::UnexpectedEnd);
    space();
    if (!failed() && at_ != text_.size()) fail(Error::TrailingBytes);
    if (failure_) return err(Failure(*failure_));
    return {};
}

std::string_view name_of(Error error) {
    switch (error) {
        case Error::UnexpectedEnd: return "UnexpectedEnd";
        case Error::UnexpectedCharacter: return "UnexpectedCharacter";
        case Error::InvalidNumber: return "InvalidNumber";
        case Error::InvalidEscape: return "InvalidEscape";
        case Error::ControlCharacter: return "ControlCharacter";
        case Error::InvalidUtf8: return "InvalidUtf8";
        case Error::DuplicateKey: return "DuplicateKey";
        case Error::TooDeep: return "TooDeep";
        case Error::TooLarge: return "TooLarge";
        case Error::WrongType: return "WrongType";
        case Error::NumberOutOfRange: return "NumberOutOfRange";
        case Error::TrailingBytes: return "TrailingBytes";
        case Error::UnknownMember: return "UnknownMember";
        case Error::MissingMember: return "MissingMember";
        case Error::InvalidValue: return "InvalidValue";
    }
    return "?";
}

}  // namespace cloister::json
