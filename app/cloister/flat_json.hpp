// One JSON object of one line, as programs of ours say it to each other: members by name, missing
// ones empty.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace cloister::app {

class FlatJson {
  public:
    // Nothing unless `text` is one object.
    static std::optional<FlatJson> parse(std::string_view text);

    bool has(const std::string& name) const { return members_.contains(name); }
    std::string raw(const std::string& name) const;  // as written; "null" if it is missing
    std::string text(const std::string& name) const;
    std::uint64_t number(const std::string& name) const;
    Bytes bytes(const std::string& name) const;  // from hexadecimal text
    bool boolean(const std::string& name) const { return raw(name) == "true"; }
    FlatJson object(const std::string& name) const;
    std::vector<std::string> elements(const std::string& name) const;  // of an array, as written

  private:
    std::map<std::string, std::string> members_;
};

}  // namespace cloister::app
