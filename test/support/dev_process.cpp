#include "test/support/dev_process.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "codec/json/reader.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"

namespace cloister::test {
namespace {

constexpr std::uint64_t start_ms_max = 65'000;  // `cloister dev` gives up after a minute

void flatten(json::Reader& r, const std::string& path, Members& out) {
    const std::string prefix = path.empty() ? "" : path + ".";
    if (r.peek() == json::Kind::Object && r.enter_object()) {
        while (const auto key = r.next_member()) flatten(r, prefix + *key, out);
    } else if (r.peek() == json::Kind::Array && r.enter_array()) {
        for (std::size_t i = 0; r.next_element(); ++i) flatten(r, prefix + std::to_string(i), out);
    } else if (r.peek() == json::Kind::String) {
        out[path] = r.string();
    } else {
        out[path] = std::string(r.raw_value());
    }
}

}  // namespace

Members members_of(const std::string& text) {
    Members out;
    json::Reader r(text);
    flatten(r, "", out);
    return r.finish() ? out : Members{};
}

std::optional<std::string> http(const std::string& url, const std::string& method,
                                const std::string& body) {
    auto call = io::parse_http_url(url);
    if (!call) return std::nullopt;
    call->method = method;
    call->body = body;
    call->timeout_ms = 2'000;
    auto reply = io::http_request_blocking(std::move(*call));
    if (!reply || reply->status != 200) return std::nullopt;
    return reply->body;
}

bool within(std::uint64_t limit_ms, const std::function<bool()>& condition) {
    const std::uint64_t end = io::steady_now().value + limit_ms;
    while (io::steady_now().value < end) {
        if (condition()) return true;
        ::usleep(20'000);
    }
    return false;
}

Dev::Dev(const std::string& program, const std::string& base_path,
         const std::vector<std::string>& more) {
    auto pair = io::socket_pair();
    std::vector<std::string> arguments{"dev",        "--json", "--base-path",   base_path,
                                       "--rpc-port", "0",      "--worker-port", "0",
                                       "--workers",  "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto process = io::spawn(program, {.arguments = std::move(arguments),
                                       .descriptors = {{.ours = pair->second.get(), .theirs = 1}},
                                       .output_path = base_path + ".log"});
    if (!process) return;
    process_.emplace(std::move(*process));
    pair->second.reset();
    read_line(pair->first.get());
    output_ = std::move(pair->first);
}

io::ExitStatus Dev::end(int signal) {
    process_->kill(signal);
    return process_->wait();
}

void Dev::read_line(int fd) {
    std::string text;
    const std::uint64_t end = io::steady_now().value + start_ms_max;
    while (text.find('\n') == text.npos && io::steady_now().value < end) {
        pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
        if (::poll(&entry, 1, 100) <= 0) continue;
        std::array<char, 8192> part{};
        const ssize_t count = ::read(fd, part.data(), part.size());
        if (count <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    line_ = members_of(text);
}

}  // namespace cloister::test
