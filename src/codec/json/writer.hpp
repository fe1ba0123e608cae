// Writes JSON text (RFC 8259), append-only and compact. Needs nothing but memory; promises valid
// JSON whatever bytes the strings hold. For RPC and the programs; the enclave never includes this
// header.
//
//     json::Writer w;
//     w.begin_object();
//     w.key("jsonrpc").string("2.0");
//     w.key("result").begin_array().number(1).number(2).end_array();
//     w.end_object();
//
// A value without its key, or a container left open, is our own bug and asserts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace cloister::json {

class Writer {
  public:
    Writer& begin_object();
    Writer& end_object();
    Writer& begin_array();
    Writer& end_array();
    // The next member's name; exactly one value must follow.
    Writer& key(std::string_view name);

    // Bytes that are not UTF-8 become U+FFFD.
    Writer& string(std::string_view text);
    Writer& number(std::uint64_t value);
    Writer& signed_number(std::int64_t value);
    Writer& boolean(bool value);
    Writer& null();
    Writer& hex(ByteView bytes);  // "0x..." as a string
    Writer& decimal(u128 value);  // digits as a string: beyond what JSON numbers carry safely
    // Precondition: `value` is one valid JSON value.
    Writer& raw(std::string_view value);

    // The text; every container must be closed.
    const std::string& text() const&;
    std::string take() &&;

  private:
    enum class Open : std::uint8_t { Object, Array };
    void before_value();
    void quoted(std::string_view text);

    std::string out_;
    std::vector<Open> open_;
    bool first_ = true;  // nothing written yet in the innermost container
    bool after_key_ = false;
};

// `text` as a JSON string, quotation marks included.
std::string quote(std::string_view text);

}  // namespace cloister::json
