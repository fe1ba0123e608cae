// The host's HTTP port: GET /session, POST /query, GET /status, GET /result/TASK, and POST /peer on
// gatekeepers.
#include <charconv>

#include "base/hex.hpp"
#include "codec/json/reader.hpp"
#include "codec/json/writer.hpp"
#include "http_front.hpp"
#include "protocol/storage.hpp"
#include "worker_shell.hpp"

namespace cloister::app {
namespace {

using Kind = worker::input::Http::Kind;

constexpr std::uint64_t answer_timeout_ms = 30'000;
constexpr std::size_t open_requests_max = 1024;
constexpr std::size_t peer_bytes_max = 65536;  // protocol::input::PeerRequest

std::string result_request(TaskId task) {
    json::Writer w;
    w.begin_array();
    std::uint64_t id = 1;
    for (const Bytes& key :
         {protocol::storage::tasks_result(task), protocol::storage::tasks_output(task)}) {
        w.begin_object().key("jsonrpc").string("2.0").key("id").number(id++);
        w.key("method").string("state_getStorage").key("params").begin_array().hex(key).end_array();
        w.end_object();
    }
    w.end_array();
    return std::move(w).take();
}

// The raw "result" of each reply of a batch, in order.
std::vector<std::string> results_of(std::string_view body) {
    std::vector<std::string> results;
    json::Reader r(body);
    if (r.enter_array()) {
        while (r.next_element() && r.enter_object()) {
            while (const auto key = r.next_member()) {
                if (*key == "result") {
                    results.emplace_back(r.raw_value());
                } else {
                    r.skip();
                }
            }
        }
    }
    return r.finish() ? results : std::vector<std::string>{};
}

// What the node says about a task, passed on: the client checks it against storage proofs of its
// own.
io::HttpResponse result_response(TaskId task, const Result<io::HttpResponse, io::Error>& done) {
    if (!done || done->status != 200)
        return json_error(502, "NodeUnreachable", "the node does not answer", {});
    const auto results = results_of(done->body);
    if (results.size() != 2)
        return json_error(502, "NodeReply", "the node's answer makes no sense", {});
    if (results[0] == "null")
        return json_error(404, "NoResult", "no result of this task is on the chain", {});
    json::Writer w;
    w.begin_object().key("task").number(task.value);
    w.key("result").raw(results[0]).key("output").raw(results[1]).end_object();
    return json_response(200, std::move(w).take(), {});
}

}  // namespace

void WorkerShell::on_request(io::HttpRequest request, io::Responder responder) {
    if (auto refused = front(request, Pages::Any)) return responder(std::move(*refused));
    const io::HttpHeaders headers = cors_headers(request.origin, Pages::Any);
    const std::string_view target =
        std::string_view(request.target).substr(0, request.target.find('?'));
    const bool get = request.method == "GET";
    const bool post = request.method == "POST";
    const bool gatekeeper = options_.agent.role == protocol::Role::Gatekeeper;
    if (open_.size() >= open_requests_max) {
        return responder(json_error(503, "TooBusy", "too many open requests: try again", headers));
    }
    if (get && target == "/status") return responder(json_response(200, status_json(), headers));
    if (get && target == "/session") return to_agent(Kind::Session, request, std::move(responder));
    if (post && target == "/query" && !gatekeeper)
        return to_agent(Kind::Query, request, std::move(responder));
    if (post && target == "/peer" && gatekeeper) {
        if (request.body.size() > peer_bytes_max)
            return responder(json_error(413, "TooLarge", "at most 64 KiB", headers));
        return to_agent(Kind::Peer, request, std::move(responder));
    }
    constexpr std::string_view result_prefix = "/result/";
    if (get && target.starts_with(result_prefix)) {
        return result_of_task(target.substr(result_prefix.size()), request.origin,
                              std::move(responder));
    }
    responder(
        json_error(404, "NoSuchPath", "GET /status, /session, /result/TASK; POST /query", headers));
}

void WorkerShell::to_agent(Kind kind, io::HttpRequest& request, io::Responder responder) {
    if (!launched_) {
        return responder(json_error(503, "NoEnclave", "the enclave is starting: try again",
                                    cors_headers(request.origin, Pages::Any)));
    }
    const std::uint64_t id = next_request_++;
    const io::TimerId timeout = loop_.call_after(answer_timeout_ms, [this, id] {
        answer(id, json_error(504, "NoAnswer", "the enclave did not answer in time", {}));
    });
    open_.emplace(
        id, Open{.responder = std::move(responder), .origin = request.origin, .timeout = timeout});
    step(worker::input::Http{
        .kind = kind, .id = id, .body = to_bytes(std::string_view(request.body))});
}

void WorkerShell::result_of_task(std::string_view digits, const std::string& origin,
                                 io::Responder responder) {
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
        return responder(
            json_error(400, "BadTask", "a task is a number", cors_headers(origin, Pages::Any)));
    }
    io::HttpCall call = options_.node;
    call.body = result_request(TaskId(number));
    // A slow node must not hold a client for ever; the client library answers or fails within this
    // time.
    call.timeout_ms = answer_timeout_ms;
    const std::uint64_t id = next_request_++;
    const io::TimerId timeout = loop_.call_after(answer_timeout_ms, [this, id] {
        answer(id, json_error(504, "NoAnswer", "the node did not answer in time", {}));
    });
    open_.emplace(id,
                  Open{.responder = std::move(responder), .origin = origin, .timeout = timeout});
    client_.request(std::move(call), [this, id, number](Result<io::HttpResponse, io::Error> done) {
        answer(id, result_response(TaskId(number), done));
    });
}

void WorkerShell::answer(std::uint64_t id, io::HttpResponse response) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    Open open = std::move(found->second);
    open_.erase(found);
    loop_.cancel(open.timeout);
    for (auto& header : cors_headers(open.origin, Pages::Any))
        response.headers.push_back(std::move(header));
    open.responder(std::move(response));
}

void WorkerShell::answer_all(int status) {
    while (!open_.empty()) {
        answer(open_.begin()->first,
               json_error(status, "NoEnclave", "the enclave ended: try again", {}));
    }
}

std::string WorkerShell::status_json() const {
    const auto status = agent_ ? agent_->status() : protocol::output::Status{};
    const auto worker = agent_ ? agent_->worker() : std::nullopt;
    json::Writer w;
    w.begin_object().key("role");
    w.string(options_.agent.role == protocol::Role::Gatekeeper ? "gatekeeper" : "worker");
    w.key("worker");
    worker ? w.hex(worker->view()) : w.null();
    w.key("operator").hex(operator_account_.view());
    w.key("enclave_pid");
    launched_ ? w.number(launched_->pid) : w.null();
    w.key("measurement");
    launched_ ? w.hex(launched_->measurement) : w.null();
    w.key("launches").number(life_);
    w.key("followed").number(status.followed.value).key("registered").boolean(status.registered);
    w.key("has_keys").boolean(status.has_keys).key("fresh").boolean(status.fresh);
    w.key("executed")
        .number(status.executed.value)
        .key("stopped")
        .boolean(agent_ && agent_->stopped());
    w.end_object();
    return std::move(w).take();
}

}  // namespace cloister::app
