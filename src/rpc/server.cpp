#include "rpc/server.hpp"

#include "base/hex.hpp"
#include "codec/json/reader.hpp"
#include "rpc/subscriptions.hpp"

namespace cloister::rpc {
namespace {

constexpr std::size_t params_max = 16;
constexpr std::size_t id_bytes_max = 128;

// What a request asked, before anything is done: one call of a body.
struct Parsed {
    std::string id = "null";  // as raw JSON
    std::string method;
    std::vector<std::string_view> params;
    bool valid = false;
};

std::optional<std::vector<std::string_view>> elements(json::Reader& reader, std::size_t max);

// The specification allows a string, a number or null; it comes back in the answer, so it is short.
bool is_id(std::string_view raw) {
    if (raw.size() > id_bytes_max) return false;
    return raw == "null" || raw[0] == '"' || raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9');
}

Parsed parse_call(std::string_view text) {
    Parsed parsed;
    json::Reader reader(text);
    bool well_formed = true;
    bool has_method = false;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "id") {
                const std::string_view id = reader.raw_value();
                well_formed = well_formed && is_id(id);
                if (is_id(id)) parsed.id = std::string(id);
            } else if (*key == "method") {
                parsed.method = reader.string();
                has_method = true;
            } else if (*key == "params") {
                auto params = elements(reader, params_max);
                if (!params) return parsed;
                parsed.params = std::move(*params);
            }
        }
    }
    parsed.valid = reader.finish().has_value() && well_formed && has_method;
    return parsed;
}

std::string error_json(const std::string& id, const Error& error) {
    json::Writer w;
    w.begin_object().key("jsonrpc").string("2.0").key("id").raw(id).key("error").begin_object();
    w.key("code")
        .signed_number(static_cast<std::int32_t>(error.code))
        .key("message")
        .string(error.message);
    if (!error.data.empty()) w.key("data").string(error.data);
    w.end_object().end_object();
    return std::move(w).take();
}

std::string result_json(const std::string& id, std::string_view result) {
    json::Writer w;
    w.begin_object()
        .key("jsonrpc")
        .string("2.0")
        .key("id")
        .raw(id)
        .key("result")
        .raw(result)
        .end_object();
    return std::move(w).take();
}

Error submit_error(const node::SubmitError& error) {
    if (error.pool) {
        const auto code = *error.pool == node::PoolError::AlreadyKnown ? ErrorCode::AlreadyImported
                          : *error.pool == node::PoolError::PriorityTooLow
                              ? ErrorCode::PriorityTooLow
                              : ErrorCode::ImmediatelyDropped;
        return {.code = code,
                .message = "Transaction pool: " + std::string(name_of(error)),
                .data = {}};
    }
    using enum runtime::TransactionError;
    std::string words;
    switch (*error.invalid) {
        case Malformed: words = "Transaction does not decode as a call of this runtime"; break;
        case BadProof: words = "Transaction has a bad signature"; break;
        case Stale:
            words = "Transaction is outdated: its nonce was used, ask system_accountNextIndex";
            break;
        case Future:
            words = "Transaction will be valid in the future: its nonce is too high";
            break;
        case Payment: words = "Inability to pay some fees (e.g. account balance too low)"; break;
        case AncientBirthBlock:
            words = "Transaction's era is over: sign it again with a recent block";
            break;
        case ExhaustsResources: words = "Transaction would exhaust the block limits"; break;
        case BadMandatory: words = "Only block authors make this call"; break;
        case MetadataHashUnsupported: words = "CheckMetadataHash mode 1 is not supported"; break;
    }
    return {.code = ErrorCode::InvalidTransaction,
            .message = "Invalid Transaction: " + std::string(name_of(error)),
            .data = words};
}

// The elements of an array, up to `max`; nothing if there are more.
std::optional<std::vector<std::string_view>> elements(json::Reader& reader, std::size_t max) {
    std::vector<std::string_view> found;
    if (!reader.enter_array()) return found;
    while (reader.next_element()) {
        if (found.size() == max) return std::nullopt;
        found.push_back(reader.raw_value());
    }
    return found;
}

}  // namespace

struct Server::Impl {
    // Replies of one body, filled one by one; sent when none is missing.
    struct Body {
        std::optional<ConnectionId> connection;
        bool batch = false;
        std::size_t missing = 0;
        std::size_t bytes = 0;
        std::vector<std::string> replies;
    };
    struct Slot {
        RequestId request = 0;
        std::size_t index = 0;
        std::string id;
    };
    struct Submission {
        Slot slot;
        bool watch = false;
    };
    struct Waiting {
        Slot slot;
        WaitFor wait;
        Instant until;
    };

    Impl(const node::Node& served, ChainInfo about, Limits bounds)
        : node(served), info(std::move(about)), limits(bounds), subscriptions(node, limits) {}

    void start(Instant now, const Slot& slot, const Parsed& parsed, std::vector<Output>& out);
    void end(Instant now, const Slot& slot, Ending ending, std::vector<Output>& out);
    Result<std::string, Error> subscribe(const Slot& slot, Ending& ending);
    void submit(const Slot& slot, node::input::Submit submit, bool watch, std::vector<Output>& out);
    void submitted(const node::output::Submitted& submitted, std::vector<Output>& out);
    void wait(Instant now, const Slot& slot, const WaitFor& wait, std::vector<Output>& out);
    void finish(const Slot& slot, std::string reply, std::vector<Output>& out);
    void refuse(const Slot& slot, const Error& error, std::vector<Output>& out) {
        finish(slot, error_json(slot.id, error), out);
    }
    void wake(Instant now, std::vector<Output>& out);

    const node::Node& node;
    ChainInfo info;
    Limits limits;
    Subscriptions subscriptions;
    std::map<RequestId, Body> bodies;
    std::map<std::uint64_t, Submission> submissions;
    std::vector<Waiting> waiting;  // oldest first
    std::uint64_t next_submission = 1;
};

void Server::Impl::finish(const Slot& slot, std::string reply, std::vector<Output>& out) {
    const auto found = bodies.find(slot.request);
    if (found == bodies.end()) return;  // its connection is closed
    Body& body = found->second;
    if (reply.size() > limits.reply_bytes_max - std::min(limits.reply_bytes_max, body.bytes))
        reply = error_json(slot.id, reply_too_large(limits));
    body.bytes += reply.size();
    body.replies[slot.index] = std::move(reply);
    if (--body.missing > 0) return;
    std::string text;
    if (body.batch) {
        json::Writer w;
        w.begin_array();
        for (const std::string& one : body.replies) w.raw(one);
        w.end_array();
        text = std::move(w).take();
    } else {
        text = std::move(body.replies[0]);
    }
    out.emplace_back(output::Reply{.request = slot.request, .body = std::move(text)});
    bodies.erase(found);
    subscriptions.activate(slot.request, out);
}

void Server::Impl::start(Instant now, const Slot& slot, const Parsed& parsed,
                         std::vector<Output>& out) {
    if (!parsed.valid) {
        return refuse(
            slot,
            {.code = ErrorCode::InvalidRequest,
             .message = "Invalid Request",
             .data = "a JSON-RPC 2.0 object with method and, if any, an id that is a string or a "
                     "number and an array of params"},
            out);
    }
    const MethodEntry* entry = find_method(parsed.method);
    if (entry == nullptr) {
        return refuse(slot,
                      {.code = ErrorCode::MethodNotFound,
                       .message = "Method not found",
                       .data = "rpc_methods lists what this node serves"},
                      out);
    }
    // What an earlier call of the batch used up is not worth the work.
    if (bodies.at(slot.request).bytes >= limits.reply_bytes_max)
        return refuse(slot, reply_too_large(limits), out);
    Call call(node, info, limits, parsed.params);
    Ending ending = entry->method(call);
    if (call.bad_params()) return refuse(slot, call.bad_params_error(), out);
    end(now, slot, std::move(ending), out);
}

void Server::Impl::end(Instant now, const Slot& slot, Ending ending, std::vector<Output>& out) {
    if (auto* result = std::get_if<std::string>(&ending))
        return finish(slot, result_json(slot.id, *result), out);
    if (auto* error = std::get_if<Error>(&ending)) return refuse(slot, *error, out);
    if (auto* submission = std::get_if<node::input::Submit>(&ending))
        return submit(slot, std::move(*submission), false, out);
    if (auto* until = std::get_if<WaitFor>(&ending)) return wait(now, slot, *until, out);
    if (!bodies.at(slot.request).connection) {
        return refuse(slot,
                      {.code = ErrorCode::MethodNotFound,
                       .message = "Subscriptions need a WebSocket",
                       .data = "connect to ws:// on this port, or poll cloister_finalizedBlocks"},
                      out);
    }
    auto result = subscribe(slot, ending);
    if (!result) return refuse(slot, result.error(), out);
    if (auto* watch = std::get_if<Watch>(&ending))
        return submit(slot, std::move(watch->submit), true, out);
    finish(slot, result_json(slot.id, result.get()), out);
}

// The result of a call that begins or ends a subscription; of a watched submission, none yet.
Result<std::string, Error> Server::Impl::subscribe(const Slot& slot, Ending& ending) {
    const ConnectionId connection = *bodies.at(slot.request).connection;
    if (auto* begun = std::get_if<Subscribe>(&ending))
        return subscriptions.subscribe(connection, slot.request, std::move(*begun));
    if (const auto* ended = std::get_if<Unsubscribe>(&ending))
        return std::string(subscriptions.unsubscribe(connection, ended->id) ? "true" : "false");
    CLOISTER_CHECK(subscriptions.room(connection, 0));
    return std::string{};
}

void Server::Impl::submit(const Slot& slot, node::input::Submit submit, bool watch,
                          std::vector<Output>& out) {
    if (submissions.size() >= limits.waiting_max) {
        return refuse(
            slot,
            {.code = ErrorCode::TooBusy, .message = "Too many open requests", .data = "try again"},
            out);
    }
    submit.id = next_submission++;
    submissions.emplace(submit.id, Submission{.slot = slot, .watch = watch});
    out.emplace_back(output::Submit{std::move(submit)});
}

void Server::Impl::submitted(const node::output::Submitted& submitted, std::vector<Output>& out) {
    const auto found = submissions.find(submitted.id);
    if (found == submissions.end()) return;
    const Submission open = std::move(found->second);
    submissions.erase(found);
    if (submitted.error) return refuse(open.slot, submit_error(*submitted.error), out);
    std::string result = '"' + base::to_hex_0x(submitted.hash.view()) + '"';
    if (open.watch) {
        const auto body = bodies.find(open.slot.request);
        if (body == bodies.end()) return;
        result = subscriptions.watch(*body->second.connection, open.slot.request, submitted.hash);
    }
    finish(open.slot, result_json(open.slot.id, result), out);
}

// A batch is not held up by one of its calls: a client would wait for all of its answers, and the
// node would hold them.
void Server::Impl::wait(Instant now, const Slot& slot, const WaitFor& wait,
                        std::vector<Output>& out) {
    const std::uint64_t wait_ms =
        bodies.at(slot.request).batch ? 0 : std::min(wait.wait_ms, limits.wait_ms_max);
    if (waiting.size() >= limits.waiting_max) waiting.front().until = now;
    waiting.push_back({.slot = slot, .wait = wait, .until = Instant(now.value + wait_ms)});
    wake(now, out);
}

void Server::Impl::wake(Instant now, std::vector<Output>& out) {
    std::vector<Waiting> still;
    std::vector<Waiting> due;
    for (Waiting& w : waiting) {
        const bool ready = node.newest().number > w.wait.after || now >= w.until;
        (ready ? due : still).push_back(std::move(w));
    }
    waiting = std::move(still);
    for (const Waiting& w : due) {
        finish(w.slot, result_json(w.slot.id, blocks_json(node, w.wait.after, w.wait.blocks_max)),
               out);
    }
}

Server::Server(const node::Node& node, ChainInfo info, Limits limits)
    : impl_(std::make_unique<Impl>(node, std::move(info), limits)) {}
Server::~Server() = default;

void Server::handle(Instant now, const Request& request, std::vector<Output>& out) {
    const std::string_view body = request.body;
    const Limits& limits = impl_->limits;
    const auto refuse = [&](ErrorCode code, std::string message, std::string data) {
        out.emplace_back(output::Reply{
            .request = request.id,
            .body = error_json(
                "null", {.code = code, .message = std::move(message), .data = std::move(data)})});
    };
    if (body.size() > limits.body_bytes_max) {
        return refuse(ErrorCode::InvalidRequest, "Request too large", "");
    }
    json::Reader reader(body);
    std::optional<std::vector<std::string_view>> calls;
    const bool batch = reader.peek() == json::Kind::Array;
    if (batch) {
        calls = elements(reader, limits.batch_max);
    } else {
        calls.emplace({reader.raw_value()});
    }
    if (calls) {
        if (const auto done = reader.finish(); !done) {
            return refuse(ErrorCode::ParseError, "Parse error",
                          std::string(json::name_of(done.error().error)) + " at byte " +
                              std::to_string(done.error().offset));
        }
    }
    if (!calls || calls->empty()) {
        return refuse(ErrorCode::InvalidRequest, "Invalid Request",
                      "a batch of 1 to " + std::to_string(limits.batch_max) + " calls");
    }
    impl_->bodies.insert_or_assign(request.id,
                                   Impl::Body{.connection = request.connection,
                                              .batch = batch,
                                              .missing = calls->size(),
                                              .bytes = 0,
                                              .replies = std::vector<std::string>(calls->size())});
    for (std::size_t i = 0; i < calls->size(); ++i) {
        const Parsed parsed = parse_call((*calls)[i]);
        impl_->start(now, {.request = request.id, .index = i, .id = parsed.id}, parsed, out);
    }
}

void Server::closed(ConnectionId connection) {
    impl_->subscriptions.closed(connection);
    std::erase_if(impl_->bodies,
                  [&](const auto& entry) { return entry.second.connection == connection; });
    std::erase_if(impl_->waiting,
                  [&](const auto& w) { return !impl_->bodies.contains(w.slot.request); });
}

void Server::on_node_output(Instant now, const node::Output& output, std::vector<Output>& out) {
    if (const auto* submitted = std::get_if<node::output::Submitted>(&output)) {
        impl_->submitted(*submitted, out);
    } else if (const auto* block = std::get_if<node::output::Finalised>(&output)) {
        impl_->wake(now, out);
        impl_->subscriptions.on_finalised(now, *block, out);
    } else if (const auto* dropped = std::get_if<node::output::Dropped>(&output)) {
        impl_->subscriptions.on_dropped(dropped->hash, out);
    }
}

void Server::tick(Instant now, std::vector<Output>& out) {
    impl_->wake(now, out);
    impl_->subscriptions.tick(now, out);
}

Instant Server::next_wake() const {
    Instant wake = impl_->subscriptions.next_wake();
    for (const auto& w : impl_->waiting) wake = std::min(wake, w.until);
    return wake;
}

std::size_t Server::subscription_count() const { return impl_->subscriptions.size(); }

}  // namespace cloister::rpc
