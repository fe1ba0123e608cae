#include "sim/machine.hpp"

#include "crypto/hash.hpp"
#include "node/development.hpp"

namespace cloister::sim {
namespace {

Secret<32> seed_of(std::uint64_t seed, std::string_view purpose) {
    return Secret<32>(crypto::blake2b_256(concat(view_of(purpose), scale::encode(seed))).view());
}

constexpr std::uint64_t http_wait_ms = 10'000;
constexpr std::uint64_t broken_ms = 2'000;  // until a sender learns that its connection is gone
constexpr Instant never(~std::uint64_t{0});

std::shared_ptr<const platform::Platform> platform_of(std::uint64_t seed, std::uint64_t unix_ms) {
    return std::make_shared<const platform::Platform>(seed_of(seed, "platform"),
                                                      unix_ms / 1000 - 3600);
}

std::shared_ptr<const contract::Engine> engine_with_limits() {
    return std::make_shared<const contract::Engine>(contract::Limits{});
}

}  // namespace

World::World(const WorldConfig& config)
    : config_(config),
      random_(seed_of(config.seed, "network")),
      platform_(config.fixtures.platform ? config.fixtures.platform
                                         : platform_of(config.seed, config.start_unix_ms)),
      engine_(config.fixtures.engine ? config.fixtures.engine : engine_with_limits()),
      measurement_(crypto::sha256(view_of("the enclave program of the simulator")).view()),
      cluster_(node::development_cluster()),
      authority_(seed_of(config.seed, "authority")) {
    load_node();
    for (std::size_t i = 0; i <= config.workers; ++i) start_member(i);
}

node::Now World::node_now() const {
    return {.steady = now_, .wall = UnixMillis(config_.start_unix_ms + now_.value)};
}

// From what the database holds, with nothing in memory.
void World::load_node() {
    const node::Config config{.solo = {},
                              .pool = {},
                              .genesis = node::development_genesis(
                                  {.authority = {.id = authority_.public_key(), .weight = 1},
                                   .measurement = measurement_,
                                   .simulated_root = platform_->root_fingerprint(),
                                   .collateral = platform_->collateral(),
                                   .workers = config_.workers})};
    const auto view = [this](ByteView key) -> std::optional<Bytes> {
        const auto found = database_.find(to_bytes(key));
        if (found == database_.end()) return std::nullopt;
        return found->second;
    };
    std::vector<node::Output> outputs;
    node_ = std::make_unique<node::Node>(config, crypto::Ed25519Key(authority_.seed().duplicate()),
                                         view, node_now(), outputs);
    rpc_ = std::make_unique<rpc::Server>(*node_, rpc::ChainInfo{});
    ++node_life_;
    node_outputs(std::move(outputs));
}

void World::crash_node(PowerCut where) {
    if (!node_up_) return;
    if (where != PowerCut::BetweenSteps) {
        power_cut_ = where;
        return;
    }
    node_up_ = false;
    power_cut_.reset();
    auto waiting = std::move(rpc_open_);
    rpc_open_.clear();
    for (auto& [id, done] : waiting) after(0, [d = std::move(done)] { d(std::nullopt); });
    load_node();
}

void World::start_node() {
    power_cut_.reset();
    if (node_up_) return;
    load_node();
    node_up_ = true;
}

void World::after(std::uint64_t delay_ms, std::function<void()> act) {
    events_.push({.at = Instant(now_.value + delay_ms), .order = order_++, .act = std::move(act)});
}

std::uint64_t World::delay() {
    std::array<std::uint8_t, 1> byte{};
    random_.fill(byte);
    return 1 + byte[0] % 4;
}

void World::note(std::string_view link, ByteView bytes) {
    if (hooks.crossed) hooks.crossed(link, bytes);
    const Bytes entry = concat(transcript_.view(), view_of(link), scale::encode(now_), bytes);
    transcript_ = crypto::blake2b_256(entry);
}

bool World::run_one() {
    schedule_wakes();
    if (events_.empty()) return false;
    const Event event = events_.top();
    events_.pop();
    now_ = std::max(now_, event.at);
    ++handled_;
    event.act();
    return true;
}

// Machines that want waking before the next event are woken then; one of each at a time keeps the
// order fixed.
void World::schedule_wakes() {
    const Instant next = events_.empty() ? Instant(~std::uint64_t{0}) : events_.top().at;
    Instant first = node_up_ ? node_->next_wake() : never;
    std::function<void()> act = [this] { step_node(node::input::Tick{}); };
    if (node_up_ && rpc_->next_wake() < first) {
        first = rpc_->next_wake();
        act = [this] {
            std::vector<rpc::Output> outputs;
            rpc_->tick(now_, outputs);
            rpc_outputs(std::move(outputs));
        };
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        wake_member(i, first, act);
    }
    if (first < next) {
        events_.push({.at = std::max(now_, first), .order = order_++, .act = std::move(act)});
    }
}

bool World::run_until(const std::function<bool()>& done, std::uint64_t limit_ms) {
    const std::uint64_t limit = now_.value + limit_ms;
    while (!done()) {
        if (now_.value > limit || !run_one()) return false;
    }
    return true;
}

void World::run_for(std::uint64_t milliseconds) {
    const Instant end(now_.value + milliseconds);
    bool over = false;
    after(milliseconds, [&over] { over = true; });
    while (!over && now_ <= end && run_one()) {
    }
}

void World::step_node(const node::Input& input) {
    if (!node_up_) return;
    std::vector<node::Output> outputs;
    node_->step(node_now(), input, outputs);
    node_outputs(std::move(outputs));
}

void World::node_outputs(std::vector<node::Output> outputs) {
    for (node::Output& output : outputs) {
        if (const auto* write = std::get_if<node::output::Write>(&output)) {
            if (power_cut_ == PowerCut::BeforeWrite) return crash_node(PowerCut::BetweenSteps);
            for (const auto& [key, value] : write->batch) database_.insert_or_assign(key, value);
            if (power_cut_) return crash_node(PowerCut::BetweenSteps);
        } else if (const auto* block = std::get_if<node::output::Finalised>(&output)) {
            note("block", block->hash.view());
            for (auto& outcome : runtime::outcomes(node_->newest_state())) {
                if (outcome.success) continue;
                failures_.push_back({.block = block->number, .error = std::move(outcome.error)});
            }
            if (hooks.finalised) hooks.finalised(*block);
        }
        std::vector<rpc::Output> replies;
        rpc_->on_node_output(now_, output, replies);
        rpc_outputs(std::move(replies));
    }
}

void World::rpc_outputs(std::vector<rpc::Output> outputs) {
    for (rpc::Output& output : outputs) {
        if (auto* submit = std::get_if<rpc::output::Submit>(&output)) {
            after(0, [this, s = submit->submit, life = node_life_] {
                if (life == node_life_) step_node(s);
            });
            continue;
        }
        auto& reply = std::get<rpc::output::Reply>(output);
        const auto open = rpc_open_.find(reply.request);
        if (open == rpc_open_.end()) continue;
        auto done = std::move(open->second);
        rpc_open_.erase(open);
        after(delay(), [done = std::move(done), body = std::move(reply.body)] { done(body); });
    }
}

Copies World::carry(Link link, std::size_t member) {
    return hooks.carry ? hooks.carry(link, member) : Copies{0};
}

// Whoever asks hears once: the first reply that gets through, or that there is none.
void World::ask_rpc(const std::string& body, Caller caller, RpcDone done) {
    const Copies there = carry(caller.link, caller.member);
    if (there.empty()) return after(broken_ms, [done = std::move(done)] { done(std::nullopt); });
    const RpcDone back = [this, caller, done = std::move(done),
                          heard = std::make_shared<bool>(false)](std::optional<std::string> reply) {
        if (std::exchange(*heard, true)) return;
        const Copies ways = carry(caller.link, caller.member);
        if (ways.empty()) reply.reset();
        after(ways.empty() ? broken_ms : ways.front(), [done, r = std::move(reply)] { done(r); });
    };
    for (const std::uint64_t late : there) {
        after(delay() + late, [this, body, back] { reach_rpc(body, back); });
    }
}

void World::reach_rpc(const std::string& body, const RpcDone& done) {
    if (!node_up_) return done(std::nullopt);
    note("rpc", view_of(body));
    const rpc::RequestId id = next_rpc_++;
    rpc_open_.emplace(id, done);
    std::vector<rpc::Output> outputs;
    rpc_->handle(now_, {.id = id, .connection = {}, .body = body}, outputs);
    rpc_outputs(std::move(outputs));
}

client::Transport World::transport() {
    return [this](const std::string& body) -> std::optional<std::string> {
        struct Heard {
            bool done = false;
            std::optional<std::string> reply;
        };
        auto heard = std::make_shared<Heard>();
        ask_rpc(body, {Link::ClientRpc, 0},
                [heard](std::optional<std::string> reply) { *heard = {true, std::move(reply)}; });
        if (!run_until([&heard] { return heard->done; }, 60'000)) return std::nullopt;
        return heard->reply;
    };
}

client::Clock World::clock() {
    return {.wall = [this] { return node_now().wall; },
            .sleep = [this](std::uint64_t milliseconds) { run_for(milliseconds); }};
}

client::Chain World::chain() { return client::Chain(transport(), clock(), node_->genesis_hash()); }

std::optional<Bytes> World::http(std::size_t member, worker::input::Http::Kind kind, Bytes body) {
    auto shared = std::make_shared<std::optional<Bytes>>();
    for (const std::uint64_t late : carry(Link::Client, member)) {
        const std::uint64_t id = next_http_++;
        http_open_.emplace(id, [this, member, shared](worker::output::HttpReply reply) {
            if (reply.status != 200) return;
            const Copies ways = carry(Link::Client, member);
            if (ways.empty()) return;
            after(delay() + ways.front(), [shared, b = std::move(reply.body)] { *shared = b; });
        });
        after(delay() + late, [this, member, kind, id, body] {
            step_agent(member, worker::input::Http{.kind = kind, .id = id, .body = body});
        });
    }
    if (!run_until([&shared] { return shared->has_value(); }, http_wait_ms)) return std::nullopt;
    return *shared;
}

crypto::Entropy World::client_entropy(std::string_view who) const {
    return crypto::Entropy(seed_of(config_.seed, std::string("client ") + std::string(who)));
}

bool World::logged(std::size_t member, std::string_view code) const {
    return std::ranges::any_of(
        logs_, [&](const LogLine& line) { return line.member == member && line.code == code; });
}

bool World::failed(std::string_view error) const {
    return std::ranges::any_of(failures_, [&](const Failure& f) { return f.error == error; });
}

}  // namespace cloister::sim
