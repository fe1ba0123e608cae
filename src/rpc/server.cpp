#include "rpc/server.hpp"

#include "base/hex.hpp"
#include "codec/json/reader.hpp"
#include "rpc/call.hpp"

namespace cloister::rpc {
namespace {

// What a request asked, before anything is done: one call of a body.
struct Parsed {
    std::string id = "null";  // as raw JSON
    std::string method;
    std::vector<std::string_view> params;
    bool valid = false;
};

Parsed parse_call(std::string_view text) {
    Parsed parsed;
    json::Reader reader(text);
    bool has_method = false;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "id") {
                parsed.id = std::string(reader.raw_value());
            } else if (*key == "method") {
                parsed.method = reader.string();
                has_method = true;
            } else if (*key == "params" && reader.enter_array()) {
                while (reader.next_element()) parsed.params.push_back(reader.raw_value());
            }
        }
    }
    parsed.valid = reader.finish().has_value() && has_method && parsed.params.size() <= 16;
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

const MethodEntry* find_method(std::string_view name) {
    for (const auto table : {system_methods(), chain_methods(), state_methods(), author_methods(),
                             cloister_methods()}) {
        for (const MethodEntry& entry : table) {
            if (entry.name == name) return &entry;
        }
    }
    return nullptr;
}

}  // namespace

struct Server::Impl {
    // Replies of one body, filled one by one; sent when none is missing.
    struct Body {
        bool batch = false;
        std::size_t missing = 0;
        std::vector<std::string> replies;
    };
    struct Slot {
        RequestId request = 0;
        std::size_t index = 0;
        std::string id;
    };
    struct Waiting {
        Slot slot;
        WaitFor wait;
        Instant until;
    };

    void start(Instant now, const Slot& slot, const Parsed& parsed, std::vector<Output>& out);
    void finish(const Slot& slot, std::string reply, std::vector<Output>& out);
    void wake(Instant now, std::vector<Output>& out);

    const node::Node& node;
    ChainInfo info;
    Limits limits;
    std::map<RequestId, Body> bodies;
    std::map<std::uint64_t, Slot> submissions;
    std::vector<Waiting> waiting;
    std::uint64_t next_submission = 1;
};

void Server::Impl::finish(const Slot& slot, std::string reply, std::vector<Output>& out) {
    const auto found = bodies.find(slot.request);
    CLOISTER_ASSERT(found != bodies.end());
    Body& body = found->second;
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
}

void Server::Impl::start(Instant now, const Slot& slot, const Parsed& parsed,
                         std::vector<Output>& out) {
    const auto refuse = [&](const Error& error) { finish(slot, error_json(slot.id, error), out); };
    if (!parsed.valid) {
        return refuse(
            {.code = ErrorCode::InvalidRequest,
             .message = "Invalid Request",
             .data = "a JSON-RPC 2.0 object with method and, if any, an array of params"});
    }
    const MethodEntry* entry = find_method(parsed.method);
    if (entry == nullptr) {
        return refuse({.code = ErrorCode::MethodNotFound,
                       .message = "Method not found",
                       .data = "rpc_methods lists what this node serves"});
    }
    Call call(node, info, parsed.params);
    Ending ending = entry->method(call);
    if (call.bad_params()) return refuse(call.bad_params_error());
    if (auto* result = std::get_if<std::string>(&ending)) {
        return finish(slot, result_json(slot.id, *result), out);
    }
    if (auto* error = std::get_if<Error>(&ending)) return refuse(*error);
    if (submissions.size() + waiting.size() >= limits.waiting_max) {
        return refuse(
            {.code = ErrorCode::TooBusy, .message = "Too many open requests", .data = "try again"});
    }
    if (auto* submit = std::get_if<node::input::Submit>(&ending)) {
        submit->id = next_submission++;
        submissions.emplace(submit->id, slot);
        out.emplace_back(output::Submit{std::move(*submit)});
        return;
    }
    const WaitFor wait = std::get<WaitFor>(ending);
    const Instant until(now.value + std::min(wait.wait_ms, limits.wait_ms_max));
    waiting.push_back({.slot = slot, .wait = wait, .until = until});
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
    : impl_(std::make_unique<Impl>(Impl{.node = node,
                                        .info = std::move(info),
                                        .limits = limits,
                                        .bodies = {},
                                        .submissions = {},
                                        .waiting = {}})) {}
Server::~Server() = default;

void Server::handle(Instant now, RequestId request, std::string_view body,
                    std::vector<Output>& out) {
    const auto refuse = [&](ErrorCode code, std::string message, std::string data) {
        out.emplace_back(output::Reply{
            .request = request,
            .body = error_json(
                "null", {.code = code, .message = std::move(message), .data = std::move(data)})});
    };
    if (body.size() > impl_->limits.body_bytes_max) {
        return refuse(ErrorCode::InvalidRequest, "Request too large", "");
    }
    json::Reader reader(body);
    std::vector<std::string_view> calls;
    const bool batch = reader.peek() == json::Kind::Array;
    if (batch && reader.enter_array()) {
        while (reader.next_element()) calls.push_back(reader.raw_value());
    } else {
        calls.push_back(reader.raw_value());
    }
    if (const auto done = reader.finish(); !done) {
        return refuse(ErrorCode::ParseError, "Parse error",
                      std::string(json::name_of(done.error().error)) + " at byte " +
                          std::to_string(done.error().offset));
    }
    if (calls.empty() || calls.size() > impl_->limits.batch_max) {
        return refuse(ErrorCode::InvalidRequest, "Invalid Request",
                      "a batch of 1 to " + std::to_string(impl_->limits.batch_max) + " calls");
    }
    impl_->bodies.insert_or_assign(request,
                                   Impl::Body{.batch = batch,
                                              .missing = calls.size(),
                                              .replies = std::vector<std::string>(calls.size())});
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const Parsed parsed = parse_call(calls[i]);
        impl_->start(now, {.request = request, .index = i, .id = parsed.id}, parsed, out);
    }
}

void Server::on_node_output(const node::Output& output, std::vector<Output>& out) {
    if (const auto* submitted = std::get_if<node::output::Submitted>(&output)) {
        const auto slot = impl_->submissions.find(submitted->id);
        if (slot == impl_->submissions.end()) return;
        const Impl::Slot open = slot->second;
        impl_->submissions.erase(slot);
        impl_->finish(
            open,
            submitted->error
                ? error_json(open.id, submit_error(*submitted->error))
                : result_json(open.id, '"' + base::to_hex_0x(submitted->hash.view()) + '"'),
            out);
    } else if (std::holds_alternative<node::output::Finalised>(output)) {
        impl_->wake(Instant(0), out);
    }
}

void Server::tick(Instant now, std::vector<Output>& out) { impl_->wake(now, out); }

Instant Server::next_wake() const {
    Instant wake(~std::uint64_t{0});
    for (const auto& w : impl_->waiting) wake = std::min(wake, w.until);
    return wake;
}

}  // namespace cloister::rpc
