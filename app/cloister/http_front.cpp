#include "http_front.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "codec/json/writer.hpp"

namespace cloister::app {
namespace {

bool is_loopback(std::string_view host) {
    // Whatever follows the name must be a port.
    for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
        if (!host.starts_with(name)) continue;
        const std::string_view rest = host.substr(name.size());
        if (rest.empty()) return true;
        if (rest[0] == ':' && rest.find_first_not_of("0123456789", 1) == rest.npos) return true;
    }
    return false;
}

bool may_read(std::string_view origin, Pages pages) {
    if (origin.empty()) return false;
    if (pages == Pages::Any || origin == "https://polkadot.js.org") return true;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme) && is_loopback(origin.substr(scheme.size()))) return true;
    }
    return false;
}

}  // namespace

io::HttpHeaders cors_headers(const std::string& origin, Pages pages) {
    if (!may_read(origin, pages)) return {{"Vary", "Origin"}};
    return {{"Access-Control-Allow-Origin", origin}, {"Vary", "Origin"}};
}

std::optional<io::HttpResponse> front(const io::HttpRequest& request, Pages pages) {
    if (!is_loopback(request.host)) {
        return json_error(403, "WrongHost", "this server answers to 127.0.0.1 and localhost only",
                          {});
    }
    if (!request.origin.empty() && !may_read(request.origin, pages)) {
        return json_error(403, "OriginRefused", "pages of this origin may not ask here", {});
    }
    if (request.method != "OPTIONS") return std::nullopt;
    io::HttpHeaders headers = cors_headers(request.origin, pages);
    headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    headers.emplace_back("Access-Control-Allow-Headers", "content-type");
    headers.emplace_back("Access-Control-Max-Age", "600");
    return io::HttpResponse{
        .status = 204, .body = {}, .content_type = "text/plain", .headers = std::move(headers)};
}

bool is_json(std::string_view content_type) {
    std::string type(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ') || type.ends_with('\t')) type.pop_back();
    std::ranges::transform(type, type.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return type == "application/json";
}

io::HttpResponse json_response(int status, std::string body, io::HttpHeaders headers) {
    return {.status = status,
            .body = std::move(body),
            .content_type = "application/json",
            .headers = std::move(headers)};
}

io::HttpResponse json_error(int status, std::string_view code, std::string_view message,
                            io::HttpHeaders headers) {
    json::Writer w;
    w.begin_object().key("error").begin_object();
    w.key("code")
        .string(code)
        .key("message")
        .string(message)
        .key("hint")
        .string("")
        .end_object()
        .end_object();
    return json_response(status, w.text(), std::move(headers));
}

}  // namespace cloister::app
