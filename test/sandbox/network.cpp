#include "network.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "io/clock.hpp"
#include "io/file.hpp"
#include "io/http_client.hpp"

namespace cloister::sandbox {

namespace {

constexpr std::uint64_t start_ms_max = 60'000;
constexpr std::uint64_t step_ms_max = 60'000;

std::optional<std::string> get(const std::string& url) {
    auto call = io::parse_http_url(url);
    if (!call) return std::nullopt;
    call->method = "GET";
    call->timeout_ms = 2'000;
    auto reply = io::http_request_blocking(std::move(*call));
    if (!reply || reply->status != 200) return std::nullopt;
    return reply->body;
}

}  // namespace

// `cloister dev` runs the programs that lie beside it.
Network::Network(const std::string& enclave) {
    const char* programs = std::getenv("CLOISTER_BIN");
    if (programs == nullptr) {
        problem_ = "CLOISTER_BIN is not set";
        return;
    }
    folder_ = io::make_temporary_directory("cloister-sandbox-").get();
    base_path_ = folder_ + "/dev";
    const std::string own = folder_ + "/bin";
    std::filesystem::create_directory(own);
    for (const char* name : {"cloister", "cloister-platform"}) {
        std::filesystem::copy(std::string(programs) + "/" + name, own + "/" + name);
    }
    std::filesystem::copy(enclave, own + "/cloister-enclave");
    auto dev = app::LineChild::start(
        {.name = "network",
         .program = own + "/cloister",
         .arguments = {"dev", "--json", "--base-path", base_path_, "--rpc-port", "0",
                       "--worker-port", "0", "--workers", "1"},
         .environment = {},
         .log_path = folder_ + "/dev.log"});
    if (!dev) {
        problem_ = dev.error().message;
        return;
    }
    dev_.emplace(std::move(*dev));
    const auto line = dev_->read_line(start_ms_max);
    const auto ready = line ? app::FlatJson::parse(*line) : std::nullopt;
    if (ready) ready_ = *ready;
    if (ready_.text("event") != "ready") problem_ = line ? *line : line.error().message;
}

Network::~Network() {
    if (dev_) dev_->stop();
    if (!folder_.empty()) static_cast<void>(io::remove_tree(folder_));
}

std::string Network::worker_url() const {
    const auto first = app::FlatJson::parse(ready_.elements("workers").front());
    return first ? first->text("url") : "";
}

app::FlatJson Network::status(const std::string& url) const {
    return app::FlatJson::parse(get(url + "/status").value_or("{}")).value_or(app::FlatJson());
}

bool Network::serves(const std::string& url) const {
    const app::FlatJson now = status(url);
    return now.boolean("registered") && now.boolean("has_keys") && now.boolean("fresh");
}

Bytes Network::session(const std::string& url) const {
    return to_bytes(view_of(get(url + "/session").value_or("")));
}

app::FlatJson Network::contract(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "contract");
    for (const std::string& more :
         {std::string("--json"), std::string("--suri"), std::string("//Alice"),
          std::string("--genesis"), ready_.text("genesis"), std::string("--rpc"),
          ready_.text("rpc")}) {
        arguments.push_back(more);
    }
    auto child = app::LineChild::start({.name = "cloister contract",
                                        .program = folder_ + "/bin/cloister",
                                        .arguments = std::move(arguments),
                                        .environment = {"HOME=" + folder_},
                                        .log_path = folder_ + "/contract.log"});
    if (!child) return {};
    const auto line = child->read_line(step_ms_max);
    child->wait();
    return app::FlatJson::parse(line ? *line : "{}").value_or(app::FlatJson());
}

bool within(std::uint64_t limit_ms, const std::function<bool()>& condition) {
    const std::uint64_t end = io::steady_now().value + limit_ms;
    while (io::steady_now().value < end) {
        if (condition()) return true;
        ::usleep(50'000);
    }
    return false;
}

}  // namespace cloister::sandbox
