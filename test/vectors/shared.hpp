// The files of $CLOISTER_SHARED/vectors and which tests judge them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "test/support/cases.hpp"

namespace cloister::vectors {

std::string shared_path(const std::string& name);

inline Bytes hex_bytes(const boost::json::value& text) {
    auto bytes = base::from_hex(std::string_view(text.as_string()));
    CLOISTER_ASSERT(bytes.has_value());
    return std::move(*bytes);
}

template <class Fixed>
Fixed hex_fixed(const boost::json::value& text) {
    return Fixed(hex_bytes(text));
}

// A file that the tests of this source judge. Declared once, at the top of the source, it enters
// the inventory; it is read, and unpacked, when a test first asks.
class SharedFile {
  public:
    explicit SharedFile(std::string name);
    const std::string& text() const;
    boost::json::value json() const { return boost::json::parse(text()); }
    // One JSON value per line.
    std::vector<boost::json::value> json_lines() const;
    const std::string& name() const { return name_; }
    bool was_read() const { return content_.has_value(); }

    static const std::vector<const SharedFile*>& all();

  private:
    std::string name_;
    mutable std::optional<std::string> content_;
};

// The rows of a JSON array; each counts as one case.
inline const boost::json::array& rows(const boost::json::value& table) {
    test::ran_cases(table.as_array().size());
    return table.as_array();
}

inline std::string text_of(const boost::json::value& value) {
    return std::string(value.as_string());
}

}  // namespace cloister::vectors
