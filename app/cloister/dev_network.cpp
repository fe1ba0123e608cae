#include "dev_network.hpp"

#include <csignal>

#include "codec/json/reader.hpp"
#include "io/clock.hpp"
#include "io/http_server.hpp"
#include "node/development.hpp"

namespace cloister::app {
namespace {

constexpr std::uint64_t poll_ms = 15;
constexpr std::uint64_t start_ms_max = 60'000;
constexpr std::uint64_t stop_ms_max = 1'500;

// One flat object of strings, numbers and booleans; other members are skipped.
struct Line {
    std::string rpc;
    std::string genesis;
    std::string url;
    std::optional<Problem> error;
};
Line parse_line(const std::string& text) {
    Line line;
    json::Reader r(text);
    if (!r.enter_object()) return line;
    while (const auto key = r.next_member()) {
        if (*key == "rpc") line.rpc = r.string();
        if (*key == "genesis") line.genesis = r.string();
        if (*key == "url") line.url = r.string();
        if (*key != "error" || !r.enter_object()) continue;
        line.error.emplace();
        while (const auto name = r.next_member()) {
            if (*name == "code") line.error->code = r.string();
            if (*name == "message") line.error->message = r.string();
            if (*name == "hint") line.error->hint = r.string();
        }
    }
    return line;
}

std::uint16_t port_of(const std::string& url) {
    const auto call = io::parse_http_url(url);
    return call ? call->port : std::uint16_t{0};
}

// Says at once what a child would only say in its log.
Result<void, Problem> check_port(io::EventLoop& loop, std::uint16_t port, const std::string& flag) {
    if (port == 0) return {};
    const auto taken =
        io::HttpServer::listen(loop, "127.0.0.1", port, {}, [](io::HttpRequest, io::Responder) {});
    if (taken) return {};
    return err(Problem{"PortInUse",
                       "port " + std::to_string(port) + " cannot be used: " + taken.error().text,
                       "choose another with " + flag + ", or stop what listens there"});
}

}  // namespace

DevNetwork::DevNetwork(io::EventLoop& loop, DevPlan plan, Handlers handlers)
    : loop_(loop), plan_(std::move(plan)), handlers_(std::move(handlers)), client_(loop) {
    platform_ = make_child(
        {.name = "platform",
         .program = plan_.programs.platform,
         .arguments = {"--dir", plan_.base_path + "/platform", "--socket",
                       plan_.base_path + "/platform.sock", "--enclave-log", log_path("enclaves")},
         .log_path = log_path("platform")},
        [](const std::string&) {});
    node_ = make_child({.name = "node",
                        .program = plan_.programs.cloister,
                        .arguments = {"node", "--json", "--base-path", plan_.base_path + "/node",
                                      "--block-time-ms", std::to_string(plan_.block_time_ms),
                                      "--rpc-port", std::to_string(plan_.rpc_port)},
                        .log_path = log_path("node")},
                       [this](const std::string& line) { on_node_line(line); });
}

std::unique_ptr<Child> DevNetwork::make_child(ChildOptions options,
                                              std::function<void(const std::string&)> on_line) {
    auto slot = std::make_shared<Child*>(nullptr);
    auto child = std::make_unique<Child>(
        loop_, std::move(options),
        ChildHandlers{.on_line = std::move(on_line),
                      .on_exit = [this, slot](io::ExitStatus status) { on_exit(**slot, status); }});
    *slot = child.get();
    return child;
}

Result<void, Problem> DevNetwork::check_ports() {
    CLOISTER_CHECK(check_port(loop_, plan_.rpc_port, "--rpc-port"));
    CLOISTER_CHECK(check_port(loop_, plan_.gatekeeper_port, "--gatekeeper-port"));
    for (std::size_t i = 0; i < plan_.workers && plan_.worker_port != 0; ++i) {
        CLOISTER_CHECK(
            check_port(loop_, static_cast<std::uint16_t>(plan_.worker_port + i), "--worker-port"));
    }
    return {};
}

Result<void, Problem> DevNetwork::start() {
    CLOISTER_CHECK(check_ports());
    CLOISTER_CHECK(platform_->start());
    CLOISTER_CHECK(node_->start());
    loop_.call_after(start_ms_max, [this] {
        if (phase_ != Phase::Starting) return;
        std::string missing;
        for (const DevHost& host : hosts_) {
            if (!host.ready) missing += " " + host.child->options().name + " (" + host.state + ");";
        }
        fail({"NotReady", "the network is not ready after a minute:" + missing,
              "see the logs in " + plan_.base_path + "/logs"});
    });
    return {};
}

void DevNetwork::make_hosts() {
    const auto add = [this](const std::string& name, const std::string& role,
                            const std::string& uri, const std::string& folder, std::uint16_t port) {
        const bool gatekeeper = role == "gatekeeper";
        const std::size_t index = hosts_.size();
        DevHost host{.operator_uri = uri, .state = "not started"};
        host.child = make_child(
            {.name = name,
             .program = plan_.programs.cloister,
             .arguments = {"worker", "--json", "--rpc", rpc_url_, "--genesis", genesis_,
                           "--platform-socket", plan_.base_path + "/platform.sock", "--enclave",
                           gatekeeper ? plan_.gatekeeper_enclave : plan_.programs.enclave,
                           "--base-path", plan_.base_path + "/" + folder, "--operator", uri,
                           "--role", role, "--listen", std::to_string(port)},
             .log_path = log_path(gatekeeper ? role : role + "-" + std::to_string(index - 1))},
            [this, index](const std::string& line) { on_host_line(hosts_[index], line); });
        hosts_.push_back(std::move(host));
    };
    add("gatekeeper", "gatekeeper", "//Gatekeeper//0", "gatekeeper", plan_.gatekeeper_port);
    for (std::size_t i = 0; i < plan_.workers; ++i) {
        const auto port =
            static_cast<std::uint16_t>(plan_.worker_port == 0 ? 0 : plan_.worker_port + i);
        const std::string number = std::to_string(i);
        add("worker " + number, "worker", "//Operator//" + number, "workers/" + number, port);
    }
}

void DevNetwork::on_node_line(const std::string& text) {
    const Line line = parse_line(text);
    if (line.error) last_error_ = line.error;
    if (line.rpc.empty() || !hosts_.empty()) return;  // an error, or a later start
    rpc_url_ = line.rpc;
    genesis_ = line.genesis;
    node_->options().arguments.back() =
        std::to_string(port_of(rpc_url_));  // the same after a crash
    if (const auto done = handlers_.on_node(); !done) return fail(done.error());
    make_hosts();
    start_host(hosts_.front());
}

void DevNetwork::start_host(DevHost& host) {
    if (phase_ == Phase::Stopping) return;
    host.state = "its host is starting";
    if (const auto started = host.child->start(); !started) fail(started.error());
}

void DevNetwork::on_host_line(DevHost& host, const std::string& text) {
    const Line line = parse_line(text);
    if (line.error) last_error_ = line.error;
    const bool first = host.url.empty();
    if (line.url.empty() || !first) return;
    host.url = line.url;
    host.child->options().arguments.back() = std::to_string(port_of(host.url));
    if (&host != &hosts_.front()) return;
    // Now the gatekeeper's address is known.
    for (DevHost& worker : std::span(hosts_).subspan(1)) {
        auto& arguments = worker.child->options().arguments;
        const auto listen = arguments.end() - 2;
        const std::string cluster = std::to_string(node::development_cluster()[31]);
        arguments.insert(listen, {"--gatekeeper", host.url, "--cluster", cluster});
        start_host(worker);
    }
    ask_status();
}

void DevNetwork::on_exit(Child& child, io::ExitStatus status) {
    if (phase_ == Phase::Stopping) {
        if (std::ranges::none_of(children(), [](Child* c) { return c->running(); }))
            std::exchange(stopped_, [] {})();
        return;
    }
    const std::string& name = child.options().name;
    log_line("ChildEnded", name + " " + words_of(status));
    if (phase_ == Phase::Starting) {
        if (last_error_) return fail(*last_error_);
        return fail(
            {"ChildFailed", name + " " + words_of(status), "see " + child.options().log_path});
    }
    loop_.call_after(child.next_delay_ms(), [this, &child] {
        if (phase_ != Phase::Stopping && !child.running() && !child.start())
            log_line("ChildLost", child.options().name);
    });
}

void DevNetwork::ask_status() {
    if (phase_ != Phase::Starting) return;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        DevHost& host = hosts_[i];
        if (host.ready || host.asked || host.url.empty()) continue;
        host.asked = true;
        io::HttpCall call = *io::parse_http_url(host.url);
        call.method = "GET";
        call.target = "/status";
        client_.request(std::move(call), [this, i](Result<io::HttpResponse, io::Error> done) {
            hosts_[i].asked = false;
            if (done && done->status == 200) on_status(hosts_[i], done->body);
        });
    }
    loop_.call_after(poll_ms, [this] { ask_status(); });
}

void DevNetwork::on_status(DevHost& host, const std::string& body) {
    bool registered = false;
    bool has_keys = false;
    bool fresh = false;
    json::Reader r(body);
    if (r.enter_object()) {
        while (const auto key = r.next_member()) {
            if (*key == "worker" && !r.try_null()) host.worker = r.string();
            if (*key == "enclave_pid" && !r.try_null())
                host.enclave_pid = r.unsigned_integer(1U << 30);
            if (*key == "registered") registered = r.boolean();
            if (*key == "has_keys") has_keys = r.boolean();
            if (*key == "fresh") fresh = r.boolean();
        }
    }
    const bool gatekeeper = &host == &hosts_.front();
    if (!r.finish()) return;
    if (host.enclave_pid == 0) host.state = "its enclave has not started";
    if (host.enclave_pid != 0) host.state = "its enclave is not registered";
    if (registered)
        host.state = gatekeeper ? "its enclave holds no share" : "its enclave has no keys";
    if (registered && has_keys) host.state = "its enclave holds no fresh ticket";
    host.ready = registered && fresh && (has_keys || gatekeeper);
    if (host.ready) check_ready();
}

void DevNetwork::check_ready() {
    if (phase_ != Phase::Starting || !std::ranges::all_of(hosts_, &DevHost::ready)) return;
    phase_ = Phase::Running;
    handlers_.on_ready();
}

void DevNetwork::fail(Problem problem) {
    if (phase_ == Phase::Starting) handlers_.on_failure(problem);
}

std::vector<Child*> DevNetwork::children() {
    std::vector<Child*> all{platform_.get(), node_.get()};
    for (DevHost& host : hosts_) all.push_back(host.child.get());
    return all;
}

void DevNetwork::stop(std::function<void()> done) {
    if (phase_ == Phase::Stopping) return;
    phase_ = Phase::Stopping;
    stopped_ = std::move(done);
    bool any = false;
    for (Child* child : children()) {
        any = any || child->running();
        child->kill(SIGTERM);
    }
    if (!any) return std::exchange(stopped_, [] {})();
    loop_.call_after(stop_ms_max, [this] {
        for (Child* child : children()) child->kill(SIGKILL);
        std::exchange(stopped_, [] {})();
    });
}

}  // namespace cloister::app
