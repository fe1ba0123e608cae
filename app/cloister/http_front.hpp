// What both HTTP servers do before a request counts: which pages of a browser may ask, and whether
// the request was meant for this machine at all.
#pragma once

#include <optional>

#include "io/http_server.hpp"

namespace cloister::app {

enum class Pages {
    Local,  // pages from this machine and polkadot.js.org: what a node without passwords can bear
    Any,    // everything behind it is sealed or public
};

// An answer to a preflight, or a refusal; nothing if the request goes on. A Host header that names
// no loopback address is a rebound DNS name.
std::optional<io::HttpResponse> front(const io::HttpRequest& request, Pages pages);
// Whether a Content-Type header says application/json, whatever parameters follow.
bool is_json(std::string_view content_type);
// What lets the asking page read the answer.
io::HttpHeaders cors_headers(const std::string& origin, Pages pages);

io::HttpResponse json_response(int status, std::string body, io::HttpHeaders headers);
io::HttpResponse json_error(int status, std::string_view code, std::string_view message,
                            io::HttpHeaders headers);

}  // namespace cloister::app
