#include "codec/json/writer.hpp"

#include "base/hex.hpp"
#include "codec/json/utf8.hpp"

namespace cloister::json {
namespace {

void append_escaped(std::string& out, std::uint8_t c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    if (c >= 0x20) {
        out.push_back(static_cast<char>(c));
        return;
    }
    out += "\\u00";
    out.push_back(digits[c >> 4]);
    out.push_back(digits[c & 15]);
}

std::string digits_of(u128 value) {
    std::string text;
    do {
        text.push_back(static_cast<char>('0' + static_cast<unsigned>(value % 10)));
        value /= 10;
    } while (value != 0);
    std::ranges::reverse(text);
    return text;
}

}  // namespace

void Writer::quoted(std::string_view text) {
    out_.push_back('"');
    while (!text.empty()) {
        const std::size_t size = utf8_sequence_size(text);
        if (size == 0) {
            out_ += "\xef\xbf\xbd";
            text.remove_prefix(1);
        } else if (size == 1) {
            append_escaped(out_, static_cast<std::uint8_t>(text[0]));
            text.remove_prefix(1);
        } else {
            out_ += text.substr(0, size);
            text.remove_prefix(size);
        }
    }
    out_.push_back('"');
}

void Writer::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    CLOISTER_ASSERT(open_.empty() ? out_.empty() : open_.back() == Open::Array);
    if (!first_) out_.push_back(',');
    first_ = false;
}

Writer& Writer::begin_object() {
    before_value();
    out_.push_back('{');
    open_.push_back(Open::Object);
    first_ = true;
    return *this;
}

Writer& Writer::end_object() {
    CLOISTER_ASSERT(!open_.empty() && open_.back() == Open::Object && !after_key_);
    out_.push_back('}');
    open_.pop_back();
    first_ = false;
    return *this;
}

Writer& Writer::begin_array() {
    before_value();
    out_.push_back('[');
    open_.push_back(Open::Array);
    first_ = true;
    return *this;
}

Writer& Writer::end_array() {
    CLOISTER_ASSERT(!open_.empty() && open_.back() == Open::Array);
    out_.push_back(']');
    open_.pop_back();
    first_ = false;
    return *this;
}

Writer& Writer::key(std::string_view name) {
    CLOISTER_ASSERT(!open_.empty() && open_.back() == Open::Object && !after_key_);
    if (!first_) out_.push_back(',');
    first_ = false;
    quoted(name);
    out_.push_back(':');
    after_key_ = true;
    return *this;
}

Writer& Writer::string(std::string_view text) {
    before_value();
    quoted(text);
    return *this;
}

Writer& Writer::number(std::uint64_t value) {
    before_value();
    out_ += digits_of(value);
    return *this;
}

Writer& Writer::signed_number(std::int64_t value) {
    before_value();
    if (value < 0) out_.push_back('-');
    const auto bits = static_cast<std::uint64_t>(value);
    out_ += digits_of(value < 0 ? ~bits + 1 : bits);
    return *this;
}

Writer& Writer::boolean(bool value) {
    before_value();
    out_ += value ? "true" : "false";
    return *this;
}

Writer& Writer::null() {
    before_value();
    out_ += "null";
    return *this;
}

Writer& Writer::hex(ByteView bytes) { return string(base::to_hex_0x(bytes)); }

Writer& Writer::decimal(u128 value) { return string(digits_of(value)); }

Writer& Writer::raw(std::string_view value) {
    before_value();
    out_ += value;
    return *this;
}

const std::string& Writer::text() const& {
    CLOISTER_ASSERT(open_.empty());
    return out_;
}

std::string Writer::take() && {
    CLOISTER_ASSERT(open_.empty());
    return std::move(out_);
}

std::string quote(std::string_view text) {
    Writer writer;
    writer.string(text);
    return std::move(writer).take();
}

}  // namespace cloister::json
