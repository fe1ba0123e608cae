#include "worker/agent.hpp"

#include "crypto/hash.hpp"
#include "protocol/calls.hpp"
#include "protocol/extrinsic.hpp"
#include "protocol/gatekeeper.hpp"
#include "worker/rpc_text.hpp"

namespace cloister::worker {
namespace {

constexpr std::uint64_t retry_ms = 250;  // after the node did not answer
constexpr std::uint64_t long_poll_ms = 20'000;
constexpr std::uint32_t blocks_per_call = 128;
constexpr std::uint64_t transaction_period_blocks = 256;
constexpr std::size_t calls_waiting_max = 256;
constexpr Instant never(~std::uint64_t{0});

}  // namespace

struct Agent::Impl {
    // What an open RPC call was for.
    struct ForGenesis {};
    struct ForBlocks {
        BlockNumber after;
    };
    struct ForProof {
        BlockHash block;
    };
    struct ForNonce {};
    struct ForSubmit {
        std::string what;
    };
    using Purpose = std::variant<ForGenesis, ForBlocks, ForProof, ForNonce, ForSubmit>;

    Impl(Config c, crypto::KeyPair key)
        : config(std::move(c)), operator_key(std::move(key)), newest_hash(config.genesis) {}

    template <class Make>
    void rpc(Purpose purpose, std::vector<Output>& out, Make&& make) {
        const std::uint64_t id = next_rpc++;
        open.emplace(id, std::move(purpose));
        out.emplace_back(output::Rpc{.id = id, .body = make(id)});
    }
    void log(std::vector<Output>& out, std::string code, std::string message) const {
        out.emplace_back(output::Log{.code = std::move(code), .message = std::move(message)});
    }

    void enclave_started(std::vector<Output>& out);
    void from_enclave(const protocol::HostOutput& message, std::vector<Output>& out);
    void rpc_done(Instant now, const input::RpcDone& done, std::vector<Output>& out);
    void http(const input::Http& request, std::vector<Output>& out);
    void ask_blocks(std::vector<Output>& out);
    void submit_next(std::vector<Output>& out);
    void sign_and_submit(std::uint32_t nonce, std::vector<Output>& out);
    void got_genesis(Instant now, const std::string& body, std::vector<Output>& out);
    void got_blocks(Instant now, const std::string& body, std::vector<Output>& out);
    void publish_endpoint(std::vector<Output>& out);
    void answer(std::uint64_t id, int status_code, Bytes body, std::vector<Output>& out,
                bool json = false);

    Config config;
    crypto::KeyPair operator_key;
    std::uint64_t next_rpc = 1;
    std::map<std::uint64_t, Purpose> open;
    std::map<std::uint64_t, input::Http::Kind> open_http;

    bool started = false;  // Start was sent to this enclave process
    std::optional<BlockNumber> wanted_after;
    std::optional<BlockNumber>
        asked_after;         // of the open request for blocks; replies to others are late
    bool first_poll = true;  // of this enclave: answered at once, even with nothing
    std::optional<BlockNumber> asked_again;  // a NeedBlocks that may have crossed its answer
    BlockNumber newest;
    BlockHash newest_hash;  // for mortal eras; genesis until a block is relayed
    std::deque<protocol::output::SubmitCall> calls;
    bool submitting = false;
    Instant retry_at = never;
    bool endpoint_published = false;

    protocol::output::Status status;
    std::optional<WorkerId> worker;
    Bytes session;
    bool stopped = false;
};

void Agent::Impl::enclave_started(std::vector<Output>& out) {
    started = false;
    wanted_after.reset();
    asked_after.reset();
    asked_again.reset();
    first_poll = true;
    worker.reset();
    session.clear();
    status = {};
    endpoint_published = false;
    calls.clear();
    // What the enclave before was asked or had asked for: replies to it would only mislead this
    // one.
    open.clear();
    submitting = false;
    retry_at = never;
    while (!open_http.empty()) answer(open_http.begin()->first, 503, {}, out);
    rpc(ForGenesis{}, out, [](std::uint64_t id) { return call_genesis(id); });
}

void Agent::Impl::got_genesis(Instant now, const std::string& body, std::vector<Output>& out) {
    std::string error;
    auto reply = parse_genesis(body, error);
    if (!reply) {
        retry_at = Instant(now.value + retry_ms);
        return log(out, "NodeReply", "cloister_genesis: " + error);
    }
    started = true;
    out.emplace_back(
        output::ToEnclave{protocol::input::Start{.genesis = config.genesis,
                                                 .genesis_header = std::move(reply->header),
                                                 .genesis_proof = std::move(reply->proof),
                                                 .role = config.role,
                                                 .operator_account = operator_key.account(),
                                                 .cluster = config.cluster}});
}

void Agent::Impl::ask_blocks(std::vector<Output>& out) {
    if (!wanted_after || asked_after == wanted_after || retry_at != never) return;
    asked_after = wanted_after;
    rpc(ForBlocks{.after = *wanted_after}, out, [this](std::uint64_t id) {
        return call_blocks(id, *wanted_after, blocks_per_call, first_poll ? 0 : long_poll_ms);
    });
}

void Agent::Impl::got_blocks(Instant now, const std::string& body, std::vector<Output>& out) {
    std::string error;
    auto replies = parse_blocks(body, error);
    if (!replies) {
        log(out, "NodeReply", "cloister_finalizedBlocks: " + error);
        retry_at = Instant(now.value + retry_ms);
        return;
    }
    // An empty first answer is passed on as well: it tells a new enclave that it has caught up with
    // a young chain.
    if (std::exchange(first_poll, false) || !replies->empty()) {
        protocol::input::Blocks message;
        BlockNumber last = newest;
        for (BlockReply& reply : *replies) {
            last = reply.number;
            // A stretch may be served again; transactions are signed at the newest block all the
            // same.
            if (reply.number >= newest) {
                newest = reply.number;
                newest_hash = reply.hash;
            }
            message.blocks.push_back(std::move(reply.block));
        }
        out.emplace_back(output::ToEnclave{std::move(message)});
        if (!replies->empty()) wanted_after = last;
    }
    ask_blocks(out);
}

void Agent::Impl::submit_next(std::vector<Output>& out) {
    if (submitting || calls.empty()) return;
    submitting = true;
    rpc(ForNonce{}, out,
        [this](std::uint64_t id) { return call_next_nonce(id, operator_key.account()); });
}

void Agent::Impl::sign_and_submit(std::uint32_t nonce, std::vector<Output>& out) {
    if (calls.empty()) {
        submitting = false;
        return;
    }
    const protocol::output::SubmitCall call = std::move(calls.front());
    calls.pop_front();
    const protocol::Extra extra{.era = protocol::Era::mortal(transaction_period_blocks, newest),
                                .nonce = nonce,
                                .tip = 0,
                                .metadata_mode = 0};
    const protocol::ChainContext context{.spec_version = config.spec_version,
                                         .transaction_version = config.transaction_version,
                                         .genesis = config.genesis,
                                         .era_block = newest_hash};
    const Bytes extrinsic = protocol::sign_extrinsic(operator_key, call.call, extra, context);
    rpc(ForSubmit{.what = call.what}, out,
        [&extrinsic](std::uint64_t id) { return call_submit(id, extrinsic); });
}

void Agent::Impl::rpc_done(Instant now, const input::RpcDone& done, std::vector<Output>& out) {
    const auto found = open.find(done.id);
    if (found == open.end()) return;
    const Purpose purpose = std::move(found->second);
    open.erase(found);
    const auto* for_blocks = std::get_if<ForBlocks>(&purpose);
    const bool for_call =
        std::holds_alternative<ForNonce>(purpose) || std::holds_alternative<ForSubmit>(purpose);
    if (for_blocks && asked_after != for_blocks->after) return;  // another stretch is wanted by now
    if (for_blocks) asked_after.reset();
    if (for_call) submitting = false;
    if (!done.body) {
        retry_at = Instant(now.value + retry_ms);
        return;
    }
    std::string error;
    if (std::holds_alternative<ForGenesis>(purpose)) return got_genesis(now, *done.body, out);
    if (for_blocks) return got_blocks(now, *done.body, out);
    if (const auto* proof = std::get_if<ForProof>(&purpose)) {
        auto nodes = parse_read_proof(*done.body, error);
        if (!nodes) return log(out, "NodeReply", "state_getReadProof: " + error);
        out.emplace_back(output::ToEnclave{
            protocol::input::Proof{.block = proof->block, .nodes = std::move(*nodes)}});
        return;
    }
    if (std::holds_alternative<ForNonce>(purpose)) {
        const auto nonce = parse_nonce(*done.body, error);
        if (!nonce) {
            retry_at = Instant(now.value + retry_ms);
            return log(out, "NodeReply", "system_accountNextIndex: " + error);
        }
        submitting = true;
        return sign_and_submit(*nonce, out);
    }
    const auto& submit = std::get<ForSubmit>(purpose);
    if (!parse_submit(*done.body, error)) log(out, "CallRefused", submit.what + ": " + error);
    submit_next(out);
}

void Agent::Impl::publish_endpoint(std::vector<Output>& out) {
    if (endpoint_published || !status.registered || !worker || config.endpoint.empty()) return;
    endpoint_published = true;
    calls.push_back({.call = protocol::encode_call(
                         protocol::UpdateWorkerEndpoint{.worker = *worker, .url = config.endpoint}),
                     .what = "endpoint"});
    submit_next(out);
}

void Agent::Impl::from_enclave(const protocol::HostOutput& message, std::vector<Output>& out) {
    namespace from = protocol::output;
    if (const auto* identity = std::get_if<from::Identity>(&message)) {
        worker = identity->worker;
        session = identity->session;
    } else if (const auto* need_blocks = std::get_if<from::NeedBlocks>(&message)) {
        // Asked for what was relayed just now: the two crossed on the way, unless it is asked
        // again.
        const bool crossed = wanted_after && need_blocks->after < *wanted_after;
        if (crossed && asked_again != need_blocks->after) {
            asked_again = need_blocks->after;
            return;
        }
        asked_again.reset();
        wanted_after = need_blocks->after;
        ask_blocks(out);
    } else if (const auto* need_proof = std::get_if<from::NeedProof>(&message)) {
        rpc(ForProof{.block = need_proof->block}, out, [need_proof](std::uint64_t id) {
            return call_read_proof(id, need_proof->keys, need_proof->block);
        });
    } else if (const auto* need_sealed = std::get_if<from::NeedSealed>(&message)) {
        out.emplace_back(output::Load{.name = need_sealed->name});
    } else if (const auto* store_sealed = std::get_if<from::StoreSealed>(&message)) {
        out.emplace_back(output::Store{.name = store_sealed->name, .blob = store_sealed->blob});
    } else if (const auto* submit_call = std::get_if<from::SubmitCall>(&message)) {
        const auto same = [submit_call](const from::SubmitCall& waiting) {
            return waiting.call == submit_call->call;
        };
        if (calls.size() < calls_waiting_max && std::ranges::none_of(calls, same))
            calls.push_back(*submit_call);
        submit_next(out);
    } else if (const auto* to_gatekeeper = std::get_if<from::ToGatekeeper>(&message)) {
        out.emplace_back(output::ToGatekeeper{.bytes = to_gatekeeper->bytes});
    } else if (const auto* peer_reply_out = std::get_if<from::PeerReplyOut>(&message)) {
        answer(peer_reply_out->id, 200, peer_reply_out->bytes, out);
    } else if (const auto* query_reply_out = std::get_if<from::QueryReplyOut>(&message)) {
        answer(query_reply_out->id, 200, query_reply_out->bytes, out);
    } else if (const auto* news = std::get_if<from::Status>(&message)) {
        status = *news;
        publish_endpoint(out);
    } else if (const auto* line = std::get_if<from::Log>(&message)) {
        log(out, "Enclave." + line->code, line->message);
    } else if (std::holds_alternative<from::Stopped>(message)) {
        stopped = true;
        log(out, "ConflictingFinality",
            "the enclave saw two finality proofs for one height and has stopped for ever");
    }
}

void Agent::Impl::answer(std::uint64_t id, int status_code, Bytes body, std::vector<Output>& out,
                         bool json) {
    if (open_http.erase(id) == 0) return;
    out.emplace_back(
        output::HttpReply{.id = id, .status = status_code, .json = json, .body = std::move(body)});
}

void Agent::Impl::http(const input::Http& request, std::vector<Output>& out) {
    using Kind = input::Http::Kind;
    const bool busy = open_http.size() >= config.open_requests_max;
    open_http.emplace(request.id, request.kind);
    if (busy) return answer(request.id, 503, {}, out);
    switch (request.kind) {
        case Kind::Session:
            return session.empty() ? answer(request.id, 503, {}, out)
                                   : answer(request.id, 200, session, out);
        case Kind::Query:
            out.emplace_back(output::ToEnclave{
                protocol::input::Query{.id = request.id, .sealed = request.body}});
            return;
        case Kind::Peer:
            out.emplace_back(output::ToEnclave{
                protocol::input::PeerRequest{.id = request.id, .bytes = request.body}});
            return;
        case Kind::Status: return answer(request.id, 200, scale::encode(status), out);
    }
}

Agent::Agent(Config config, crypto::KeyPair operator_key)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(operator_key))) {}
Agent::~Agent() = default;

void Agent::step(Instant now, const Input& input, std::vector<Output>& out) {
    if (const auto* from_enclave = std::get_if<input::FromEnclave>(&input)) {
        impl_->from_enclave(from_enclave->message, out);
    } else if (std::holds_alternative<input::EnclaveStarted>(input)) {
        impl_->enclave_started(out);
    } else if (const auto* rpc_done = std::get_if<input::RpcDone>(&input)) {
        impl_->rpc_done(now, *rpc_done, out);
    } else if (const auto* gatekeeper_done = std::get_if<input::GatekeeperDone>(&input)) {
        if (gatekeeper_done->reply)
            out.emplace_back(
                output::ToEnclave{protocol::input::PeerReply{.bytes = *gatekeeper_done->reply}});
    } else if (const auto* loaded = std::get_if<input::Loaded>(&input)) {
        out.emplace_back(
            output::ToEnclave{protocol::input::Sealed{.name = loaded->name, .blob = loaded->blob}});
    } else if (const auto* http = std::get_if<input::Http>(&input)) {
        impl_->http(*http, out);
    } else if (now >= impl_->retry_at) {
        impl_->retry_at = never;
        if (!impl_->started) impl_->enclave_started(out);
        impl_->ask_blocks(out);
        impl_->submit_next(out);
    }
}

Instant Agent::next_wake() const { return impl_->retry_at; }
const protocol::output::Status& Agent::status() const { return impl_->status; }
const std::optional<WorkerId>& Agent::worker() const { return impl_->worker; }
bool Agent::stopped() const { return impl_->stopped; }

}  // namespace cloister::worker
