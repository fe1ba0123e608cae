#include "flat_json.hpp"

#include "base/hex.hpp"
#include "codec/json/reader.hpp"

namespace cloister::app {

std::optional<FlatJson> FlatJson::parse(std::string_view text) {
    FlatJson parsed;
    json::Reader reader(text);
    if (reader.enter_object()) {
        while (const auto key = reader.next_member())
            parsed.members_.emplace(*key, reader.raw_value());
    }
    if (!reader.finish()) return std::nullopt;
    return parsed;
}

std::string FlatJson::raw(const std::string& name) const {
    const auto found = members_.find(name);
    return found == members_.end() ? "null" : found->second;
}

std::string FlatJson::text(const std::string& name) const {
    const std::string written = raw(name);
    json::Reader reader{std::string_view(written)};
    return reader.peek() == json::Kind::String ? reader.string() : std::string();
}

std::uint64_t FlatJson::number(const std::string& name) const {
    const std::string written = raw(name);
    json::Reader reader{std::string_view(written)};
    return reader.peek() == json::Kind::Number ? reader.unsigned_integer(~std::uint64_t{0}) : 0;
}

Bytes FlatJson::bytes(const std::string& name) const {
    return base::from_hex(text(name)).value_or(Bytes{});
}

FlatJson FlatJson::object(const std::string& name) const {
    return parse(raw(name)).value_or(FlatJson{});
}

std::vector<std::string> FlatJson::elements(const std::string& name) const {
    const std::string written = raw(name);
    json::Reader reader{std::string_view(written)};
    std::vector<std::string> out;
    if (reader.enter_array()) {
        while (reader.next_element()) out.emplace_back(reader.raw_value());
    }
    return reader.finish() ? out : std::vector<std::string>{};
}

}  // namespace cloister::app
