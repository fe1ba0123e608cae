#include "client/json_rpc.hpp"

#include "base/hex.hpp"
#include "codec/json/reader.hpp"

namespace cloister::client {

std::optional<std::string> member(std::string_view object, std::string_view name) {
    json::Reader reader(object);
    std::optional<std::string> value;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == name) value = std::string(reader.raw_value());
        }
    }
    if (!reader.finish() || value == "null") return std::nullopt;
    return value;
}

std::optional<std::string> text_value(std::string_view raw) {
    json::Reader reader(raw);
    std::string text = reader.string();
    if (!reader.finish()) return std::nullopt;
    return text;
}

std::optional<Bytes> hex_value(std::string_view raw) {
    const auto text = text_value(raw);
    return text ? base::from_hex(*text) : std::nullopt;
}

std::optional<Bytes> hex_member(std::string_view object, std::string_view name) {
    const auto raw = member(object, name);
    return raw ? hex_value(*raw) : std::nullopt;
}

std::optional<std::vector<Bytes>> hex_list(std::string_view raw) {
    json::Reader reader(raw);
    std::vector<Bytes> out;
    if (reader.enter_array()) {
        while (reader.next_element()) {
            auto bytes = base::from_hex(reader.string());
            if (!bytes) return std::nullopt;
            out.push_back(std::move(*bytes));
        }
    }
    if (!reader.finish()) return std::nullopt;
    return out;
}

std::optional<std::uint64_t> number_value(std::string_view raw) {
    json::Reader reader(raw);
    const std::uint64_t value = reader.unsigned_integer(~std::uint64_t{0});
    if (!reader.finish()) return std::nullopt;
    return value;
}

Result<std::string, Error> result_of(std::string_view body) {
    json::Reader reader(body);
    std::optional<std::string> result;
    std::optional<std::string> error;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "result") result = std::string(reader.raw_value());
            if (*key == "error") error = std::string(reader.raw_value());
        }
    }
    if (!reader.finish())
        return err(Error{Code::BadReply, "the node's reply is not JSON", "is this the RPC port?"});
    if (error && *error != "null") {
        const std::string message =
            text_value(member(*error, "message").value_or("")).value_or(*error);
        const std::string data = text_value(member(*error, "data").value_or("")).value_or("");
        return err(Error{Code::Refused, message, data});
    }
    if (!result)
        return err(Error{Code::BadReply, "the node's reply has neither result nor error", {}});
    return *result;
}

}  // namespace cloister::client
