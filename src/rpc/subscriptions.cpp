#include "rpc/subscriptions.hpp"

#include <array>
#include <charconv>

#include "base/hex.hpp"
#include "crypto/hash.hpp"

namespace cloister::rpc {
namespace {

// What polkadot-js and its kin route by; they know no other names.
std::string_view notification_name(std::optional<Topic> topic) {
    if (!topic) return "author_extrinsicUpdate";
    switch (*topic) {
        case Topic::AllHeads: return "chain_allHead";
        case Topic::NewHeads: return "chain_newHead";
        case Topic::FinalizedHeads: return "chain_finalizedHead";
        case Topic::Justifications: return "grandpa_justifications";
        case Topic::Runtime: return "state_runtimeVersion";
        case Topic::Storage: return "state_storage";
    }
    std::unreachable();
}

std::string status_at(std::string_view status, const BlockHash& block) {
    json::Writer w;
    w.begin_object().key(status).hex(block.view()).end_object();
    return std::move(w).take();
}

std::string change_json(const Bytes& key, const std::optional<Bytes>& value) {
    json::Writer w;
    w.begin_array().hex(key);
    value ? w.hex(*value) : w.null();
    w.end_array();
    return std::move(w).take();
}

std::optional<Hash256> print_of(const std::optional<Bytes>& value) {
    return value ? std::optional(crypto::blake2b_256(*value)) : std::nullopt;
}

}  // namespace

Result<void, Error> Subscriptions::room(ConnectionId connection, std::size_t keys) const {
    const auto own = connections_.find(connection);
    const std::size_t own_count = own == connections_.end() ? 0 : own->second.ids.size();
    const std::size_t own_keys = own == connections_.end() ? 0 : own->second.keys;
    if (own_count >= limits_.subscriptions_per_connection_max ||
        own_keys + keys > limits_.storage_keys_per_connection_max) {
        return err(Error{.code = ErrorCode::TooManySubscriptions,
                         .message = "Too many subscriptions on the connection",
                         .data = "end some, or open another connection"});
    }
    if (all_.size() >= limits_.subscriptions_max || keys_ + keys > limits_.storage_keys_max) {
        return err(Error{.code = ErrorCode::TooBusy,
                         .message = "Too many subscriptions",
                         .data = "the node serves no more of them: try again"});
    }
    return {};
}

Result<std::string, Error> Subscriptions::subscribe(ConnectionId connection, RequestId request,
                                                    Subscribe subscribe) {
    CLOISTER_CHECK(room(connection, subscribe.keys.size()));
    Subscription made{.connection = connection,
                      .born_in = request,
                      .topic = subscribe.topic,
                      .active = false,
                      .told = {},
                      .values = {},
                      .transaction = {},
                      .future = false,
                      .early = {}};
    for (Bytes& key : subscribe.keys) made.values.emplace(std::move(key), std::nullopt);
    return '"' + std::to_string(add(std::move(made))) + '"';
}

std::string Subscriptions::watch(ConnectionId connection, RequestId request,
                                 const Hash256& transaction) {
    const bool future = is_future(transaction);
    const Id id = add({.connection = connection,
                       .born_in = request,
                       .topic = {},
                       .active = false,
                       .told = {},
                       .values = {},
                       .transaction = transaction,
                       .future = future,
                       .early = {future ? R"("future")" : R"("ready")"}});
    return '"' + std::to_string(id) + '"';
}

Subscriptions::Id Subscriptions::add(Subscription subscription) {
    const Id id = next_++;
    Connection& own = connections_[subscription.connection];
    own.ids.insert(id);
    own.keys += subscription.values.size();
    keys_ += subscription.values.size();
    if (subscription.topic) by_topic_.emplace(*subscription.topic, id);
    if (!subscription.topic) watched_.emplace(subscription.transaction, id);
    waking_.emplace(subscription.born_in, id);
    all_.emplace(id, std::move(subscription));
    return id;
}

void Subscriptions::remove(Id id) {
    const auto found = all_.find(id);
    CLOISTER_ASSERT(found != all_.end());
    const Subscription& gone = found->second;
    const auto own = connections_.find(gone.connection);
    own->second.ids.erase(id);
    own->second.keys -= gone.values.size();
    if (own->second.ids.empty()) connections_.erase(own);
    keys_ -= gone.values.size();
    if (gone.topic) by_topic_.erase({*gone.topic, id});
    if (!gone.topic) watched_.erase({gone.transaction, id});
    waking_.erase({gone.born_in, id});
    all_.erase(found);
}

bool Subscriptions::unsubscribe(ConnectionId connection, std::string_view id) {
    Id number = 0;
    const auto parsed = std::from_chars(id.data(), id.data() + id.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != id.data() + id.size()) return false;
    const auto found = all_.find(number);
    if (found == all_.end() || found->second.connection != connection) return false;
    remove(number);
    return true;
}

void Subscriptions::closed(ConnectionId connection) {
    const auto own = connections_.find(connection);
    if (own == connections_.end()) return;
    for (const Id id : std::set<Id>(own->second.ids)) remove(id);
}

void Subscriptions::tell(Id id, std::string_view result, std::vector<Output>& out) const {
    const Subscription& to = all_.at(id);
    json::Writer w;
    w.begin_object().key("jsonrpc").string("2.0");
    w.key("method").string(notification_name(to.topic)).key("params").begin_object();
    w.key("subscription").string(std::to_string(id)).key("result").raw(result);
    w.end_object().end_object();
    out.emplace_back(output::Notify{.connection = to.connection, .body = std::move(w).take()});
}

void Subscriptions::tell_status(Id id, std::string status, std::vector<Output>& out) {
    Subscription& to = all_.at(id);
    if (to.active) return tell(id, status, out);
    to.early.push_back(std::move(status));
}

void Subscriptions::activate(RequestId request, std::vector<Output>& out) {
    while (true) {
        const auto next = waking_.lower_bound({request, 0});
        if (next == waking_.end() || next->first != request) return;
        const Id id = next->second;
        waking_.erase(next);
        begin(id, out);
    }
}

// A subscription's first word: how things stand.
void Subscriptions::begin(Id id, std::vector<Output>& out) {
    Subscription& s = all_.at(id);
    s.active = true;
    if (!s.topic) {
        for (const std::string& status : s.early) tell(id, status, out);
        s.early.clear();
        // It may have ended before its client knew of it.
        if (!watched_.contains({s.transaction, id})) remove(id);
        return;
    }
    const node::Newest newest = node_.newest();
    switch (*s.topic) {
        case Topic::AllHeads:
        case Topic::NewHeads:
        case Topic::FinalizedHeads:
            s.told = newest.number;
            return tell(id, header_json(*node_.store().header(newest.hash)), out);
        case Topic::Justifications: s.told = newest.number; return;
        case Topic::Runtime: return tell(id, runtime_version_json(), out);
        case Topic::Storage: break;
    }
    Prints read;
    // What cannot be is compared with, so that every key counts as changed.
    for (auto& [key, value] : s.values) value = Hash256{};
    tell_storage(id, newest.hash, node_.newest_state(), read, out);
}

void Subscriptions::tell_storage(Id id, const BlockHash& hash, const runtime::StateView& view,
                                 Prints& read, std::vector<Output>& out) {
    Subscription& s = all_.at(id);
    std::vector<std::string> changes;
    std::size_t bytes = 0;
    for (auto& [key, before] : s.values) {
        auto print = read.find(key);
        if (print == read.end()) print = read.emplace(key, print_of(view(key))).first;
        if (print->second == before) continue;
        before = print->second;
        changes.push_back(change_json(key, view(key)));
        bytes += changes.back().size();
        if (bytes > limits_.reply_bytes_max) {
            out.emplace_back(output::Drop{.connection = s.connection,
                                          .reason = "too much storage changed at once"});
            return;
        }
    }
    if (changes.empty()) return;
    json::Writer w;
    w.begin_object().key("block").hex(hash.view()).key("changes").begin_array();
    for (const std::string& change : changes) w.raw(change);
    w.end_array().end_object();
    tell(id, w.text(), out);
}

void Subscriptions::on_finalised(Instant now, const node::output::Finalised& block,
                                 std::vector<Output>& out) {
    const auto header = node_.store().header(block.hash);
    CLOISTER_ASSERT(header.has_value());
    const std::string head = by_topic_.empty() ? "" : header_json(*header);
    const auto view = node_.store().state(block.hash);
    CLOISTER_ASSERT(view.has_value());
    Prints read;
    // In the order of Topic: some clients need a block in allHead before finalizedHead.
    for (const auto& [topic, id] : by_topic_) {
        Subscription& s = all_.at(id);
        if (!s.active || topic == Topic::Runtime) continue;
        if (topic == Topic::Storage) {
            tell_storage(id, block.hash, *view, read, out);
            continue;
        }
        if (block.number <= s.told) continue;
        s.told = block.number;
        if (topic != Topic::Justifications) {
            tell(id, head, out);
            continue;
        }
        const auto stored = node_.store().block(block.hash);
        tell(id, '"' + base::to_hex_0x(stored->justification) + '"', out);
    }
    for (const Hash256& transaction : block.transactions) {
        for (const Id id : watching(transaction)) {
            tell_status(id, status_at("inBlock", block.hash), out);
            finals_.push_back({.due = Instant(now.value + limits_.finalized_delay_ms),
                               .id = id,
                               .block = block.hash});
        }
    }
}

std::vector<Subscriptions::Id> Subscriptions::watching(const Hash256& transaction) const {
    std::vector<Id> ids;
    for (auto at = watched_.lower_bound({transaction, 0});
         at != watched_.end() && at->first == transaction; ++at) {
        ids.push_back(at->second);
    }
    return ids;
}

void Subscriptions::end_watch(Id id, const std::string& status, std::vector<Output>& out) {
    tell_status(id, status, out);
    const Subscription& s = all_.at(id);
    // One that its client does not know yet still has its words to say.
    if (s.active) return remove(id);
    watched_.erase({s.transaction, id});
}

void Subscriptions::on_dropped(const Hash256& transaction, std::vector<Output>& out) {
    for (const Id id : watching(transaction)) end_watch(id, R"("invalid")", out);
}

bool Subscriptions::is_future(const Hash256& transaction) const {
    const node::PooledTransaction* pooled = node_.pool().find(transaction);
    return pooled != nullptr && pooled->nonce >= node_.next_nonce(pooled->signer);
}

void Subscriptions::tick(Instant now, std::vector<Output>& out) {
    while (!finals_.empty() && finals_.front().due <= now) {
        const Final final = finals_.front();
        finals_.pop_front();
        // Its client may be gone, or have had enough.
        if (all_.contains(final.id)) end_watch(final.id, status_at("finalized", final.block), out);
    }
    if (watched_.empty() || now < next_sweep_) return;
    sweep(out);
    next_sweep_ = Instant(now.value + limits_.sweep_ms);
}

Instant Subscriptions::next_wake() const {
    Instant wake(~std::uint64_t{0});
    if (!finals_.empty()) wake = finals_.front().due;
    return watched_.empty() ? wake : std::min(wake, next_sweep_);
}

void Subscriptions::sweep(std::vector<Output>& out) {
    for (const auto& [transaction, id] : std::set<std::pair<Hash256, Id>>(watched_)) {
        Subscription& s = all_.at(id);
        if (node_.pool().contains(transaction)) {
            if (!s.future || is_future(transaction)) continue;
            s.future = false;
            tell_status(id, R"("ready")", out);
        } else if (!node_.store().transaction(transaction)) {
            end_watch(id, R"("dropped")", out);
        }
    }
}

}  // namespace cloister::rpc
