#include "sim/world.hpp"

#include "crypto/hash.hpp"
#include "node/development.hpp"

namespace cloister::sim {
namespace {

Secret<32> seed_of(std::uint64_t seed, std::string_view purpose) {
    return Secret<32>(crypto::blake2b_256(concat(view_of(purpose), scale::encode(seed))).view());
}

// What one unit of fuel takes on virtual time: 1 ns, as a compiled contract roughly does.
constexpr std::uint64_t gas_per_ms = 1'000'000;
constexpr std::uint64_t http_wait_ms = 10'000;

}  // namespace

struct World::Member {
    std::unique_ptr<worker::Agent> agent;
    std::unique_ptr<enclave::Enclave> enclave;
    std::uint64_t life = 0;  // which enclave process: messages of an earlier one are lost
    std::uint64_t births = 0;
    std::map<std::string, Bytes> blobs;
    Measurement measurement;
};

World::World(const WorldConfig& config)
    : config_(config),
      random_(seed_of(config.seed, "network")),
      platform_(seed_of(config.seed, "platform"), config.start_unix_ms / 1000 - 3600),
      engine_(contract::Limits{}),
      measurement_(crypto::sha256(view_of("the enclave program of the simulator")).view()),
      cluster_(node::development_cluster()),
      authority_(seed_of(config.seed, "authority")) {
    start_node();
    for (std::size_t i = 0; i <= config.workers; ++i) start_member(i);
}

World::~World() = default;

node::Now World::node_now() const {
    return {.steady = now_, .wall = UnixMillis(config_.start_unix_ms + now_.value)};
}

void World::start_node() {
    const node::Config config{.solo = {},
                              .pool = {},
                              .genesis = node::development_genesis(
                                  {.authority = {.id = authority_.public_key(), .weight = 1},
                                   .measurement = measurement_,
                                   .simulated_root = platform_.root_fingerprint(),
                                   .collateral = platform_.collateral(),
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
    node_outputs(std::move(outputs));
}

void World::start_member(std::size_t index) {
    members_.push_back(std::make_unique<Member>());
    const bool gatekeeper = index == gatekeeper_index;
    worker::Config config{.genesis = node_->genesis_hash(),
                          .role = gatekeeper ? protocol::Role::Gatekeeper : protocol::Role::Worker,
                          .cluster = gatekeeper ? ClusterId{} : cluster_,
                          .endpoint = "sim://" + std::to_string(index)};
    members_[index]->agent = std::make_unique<worker::Agent>(
        std::move(config),
        gatekeeper ? node::development_gatekeeper() : node::development_operator(index - 1));
    after(delay(), [this, index] { start_enclave(index, measurement_); });
}

void World::start_enclave(std::size_t index, const Measurement& measurement) {
    Member& member = *members_[index];
    ++member.life;
    member.measurement = measurement;
    const Bytes birth = scale::encode(config_.seed, std::uint64_t{index}, member.births++);
    enclave::Birth given{
        .entropy = Secret<32>(crypto::blake2b_256(concat(view_of("birth"), birth)).view()),
        .seal_key = platform_.seal_key(measurement),
        .measurement = measurement};
    member.enclave = std::make_unique<enclave::Enclave>(std::move(given), engine_);
    step_agent(index, worker::input::EnclaveStarted{});
}

void World::restart_enclave(std::size_t member, std::optional<Measurement> measurement) {
    start_enclave(member, measurement.value_or(members_[member]->measurement));
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
    const Bytes entry = concat(transcript_.view(), view_of(link), scale::encode(now_), bytes);
    transcript_ = crypto::blake2b_256(entry);
}

bool World::run_one() {
    schedule_wakes();
    if (events_.empty()) return false;
    const Event event = events_.top();
    events_.pop();
    now_ = std::max(now_, event.at);
    event.act();
    return true;
}

// Machines that want waking before the next event are woken then; one of each at a time keeps the
// order fixed.
void World::schedule_wakes() {
    const Instant next = events_.empty() ? Instant(~std::uint64_t{0}) : events_.top().at;
    Instant first = node_->next_wake();
    std::function<void()> act = [this] { step_node(node::input::Tick{}); };
    if (rpc_->next_wake() < first) {
        first = rpc_->next_wake();
        act = [this] {
            std::vector<rpc::Output> outputs;
            rpc_->tick(now_, outputs);
            rpc_outputs(std::move(outputs));
        };
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i]->agent->next_wake() < first) {
            first = members_[i]->agent->next_wake();
            act = [this, i] { step_agent(i, worker::input::Tick{}); };
        }
        if (members_[i]->enclave && members_[i]->enclave->next_wake() < first) {
            first = members_[i]->enclave->next_wake();
            act = [this, i, life = members_[i]->life] {
                step_enclave(i, life, enclave::input::Tick{});
            };
        }
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

bool World::ready() const {
    return std::ranges::all_of(members_, [](const auto& member) {
        const protocol::output::Status& s = member->agent->status();
        return s.registered && s.has_keys && s.fresh;
    });
}

void World::step_node(const node::Input& input) {
    std::vector<node::Output> outputs;
    node_->step(node_now(), input, outputs);
    node_outputs(std::move(outputs));
}

void World::node_outputs(std::vector<node::Output> outputs) {
    for (node::Output& output : outputs) {
        if (const auto* write = std::get_if<node::output::Write>(&output)) {
            for (const auto& [key, value] : write->batch) database_.insert_or_assign(key, value);
        } else if (const auto* block = std::get_if<node::output::Finalised>(&output)) {
            note("block", block->hash.view());
            for (auto& outcome : runtime::outcomes(node_->newest_state())) {
                if (outcome.success) continue;
                failures_.push_back({.block = block->number, .error = std::move(outcome.error)});
            }
        }
        std::vector<rpc::Output> replies;
        rpc_->on_node_output(output, replies);
        rpc_outputs(std::move(replies));
    }
}

void World::rpc_outputs(std::vector<rpc::Output> outputs) {
    for (rpc::Output& output : outputs) {
        if (auto* submit = std::get_if<rpc::output::Submit>(&output)) {
            after(0, [this, s = submit->submit] { step_node(s); });
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

void World::ask_rpc(const std::string& body, std::function<void(std::string)> done) {
    after(delay(), [this, body, done = std::move(done)] {
        note("rpc", view_of(body));
        const rpc::RequestId id = next_rpc_++;
        rpc_open_.emplace(id, done);
        std::vector<rpc::Output> outputs;
        rpc_->handle(now_, id, body, outputs);
        rpc_outputs(std::move(outputs));
    });
}

void World::step_agent(std::size_t index, const worker::Input& input) {
    std::vector<worker::Output> outputs;
    members_[index]->agent->step(now_, input, outputs);
    for (worker::Output& output : outputs) agent_output(index, output);
}

void World::inject(std::size_t member, protocol::HostInput message) {
    after(delay(), [this, member, life = members_[member]->life, m = std::move(message)] {
        step_enclave(member, life, enclave::input::FromHost{m});
    });
}

void World::agent_output(std::size_t index, worker::Output& output) {
    namespace out = worker::output;
    Member& member = *members_[index];
    if (auto* to_enclave = std::get_if<out::ToEnclave>(&output)) {
        if (frozen_.contains(index)) return;
        if (hooks.to_enclave && hooks.to_enclave(index, to_enclave->message) == Fate::Drop) return;
        note("to enclave", scale::encode(to_enclave->message));
        inject(index, std::move(to_enclave->message));
    } else if (const auto* call = std::get_if<out::Rpc>(&output)) {
        ask_rpc(call->body, [this, index, id = call->id](std::string body) {
            if (hooks.rpc_reply && hooks.rpc_reply(index, body) == Fate::Drop) return;
            step_agent(index, worker::input::RpcDone{.id = id, .body = std::move(body)});
        });
    } else if (auto* peer = std::get_if<out::ToGatekeeper>(&output)) {
        if (hooks.to_gatekeeper && hooks.to_gatekeeper(index, peer->bytes) == Fate::Drop) return;
        after(delay(), [this, index, bytes = peer->bytes] {
            const std::uint64_t id = next_http_++;
            http_open_.emplace(id, [this, index](worker::output::HttpReply reply) {
                if (hooks.from_gatekeeper && hooks.from_gatekeeper(index, reply.body) == Fate::Drop)
                    return;
                after(delay(), [this, index, body = std::move(reply.body)] {
                    step_agent(index, worker::input::GatekeeperDone{.reply = body});
                });
            });
            step_agent(gatekeeper_index,
                       worker::input::Http{
                           .kind = worker::input::Http::Kind::Peer, .id = id, .body = bytes});
        });
    } else if (auto* store = std::get_if<out::Store>(&output)) {
        note("store", store->blob);
        member.blobs.insert_or_assign(store->name, std::move(store->blob));
    } else if (const auto* load = std::get_if<out::Load>(&output)) {
        std::optional<Bytes> blob;
        if (const auto found = member.blobs.find(load->name); found != member.blobs.end())
            blob = found->second;
        if (hooks.load) hooks.load(index, load->name, blob);
        after(delay(), [this, index, name = load->name, blob = std::move(blob)] {
            step_agent(index, worker::input::Loaded{.name = name, .blob = blob});
        });
    } else if (auto* reply = std::get_if<out::HttpReply>(&output)) {
        const auto open = http_open_.find(reply->id);
        if (open == http_open_.end()) return;
        auto done = std::move(open->second);
        http_open_.erase(open);
        done(std::move(*reply));
    } else if (auto* line = std::get_if<out::Log>(&output)) {
        logs_.push_back({.member = index, .code = line->code, .message = line->message});
    }
}

void World::step_enclave(std::size_t index, std::uint64_t life, const enclave::Input& input) {
    Member& member = *members_[index];
    if (member.life != life || !member.enclave) return;
    std::vector<enclave::Output> outputs;
    member.enclave->step(now_, input, outputs);
    for (enclave::Output& output : outputs) enclave_output(index, life, output);
}

void World::enclave_output(std::size_t index, std::uint64_t life, enclave::Output& output) {
    if (auto* to_host = std::get_if<enclave::output::ToHost>(&output)) {
        if (frozen_.contains(index)) return;
        if (hooks.from_enclave && hooks.from_enclave(index, to_host->message) == Fate::Drop) return;
        note("from enclave", scale::encode(to_host->message));
        after(delay(), [this, index, life, m = std::move(to_host->message)] {
            if (members_[index]->life == life) step_agent(index, worker::input::FromEnclave{m});
        });
    } else if (const auto* need = std::get_if<enclave::output::NeedQuote>(&output)) {
        Bytes quote =
            platform_.quote({.measurement = members_[index]->measurement,
                             .report_data = platform::ReportData(need->report_data.view())});
        if (hooks.quote) hooks.quote(index, need->report_data, quote);
        after(delay(), [this, index, life, id = need->id, q = std::move(quote)] {
            step_enclave(index, life, enclave::input::Quoted{.id = id, .quote = q});
        });
    } else {
        const auto execution = std::get<enclave::output::Execute>(output).execution;
        auto run = std::make_shared<contract::Run>(execution->run());
        const std::uint64_t takes = 1 + run->gas_used.value / gas_per_ms;
        after(takes, [this, index, life, id = execution->id(), run] {
            step_enclave(index, life, enclave::input::Executed{.id = id, .run = *run});
        });
    }
}

client::Transport World::transport() {
    return [this](const std::string& body) -> std::optional<std::string> {
        auto shared = std::make_shared<std::optional<std::string>>();
        ask_rpc(body, [shared](std::string reply) { *shared = std::move(reply); });
        if (!run_until([&shared] { return shared->has_value(); }, 60'000)) return std::nullopt;
        return *shared;
    };
}

client::Clock World::clock() {
    return {.wall = [this] { return node_now().wall; },
            .sleep = [this](std::uint64_t milliseconds) { run_for(milliseconds); }};
}

client::Chain World::chain() { return client::Chain(transport(), clock(), node_->genesis_hash()); }

std::optional<Bytes> World::http(std::size_t member, worker::input::Http::Kind kind, Bytes body) {
    auto shared = std::make_shared<std::optional<Bytes>>();
    const std::uint64_t id = next_http_++;
    http_open_.emplace(id, [this, shared](worker::output::HttpReply reply) {
        if (reply.status == 200) {
            after(delay(), [shared, b = std::move(reply.body)] { *shared = b; });
        }
    });
    after(delay(), [this, member, kind, id, body = std::move(body)] {
        step_agent(member, worker::input::Http{.kind = kind, .id = id, .body = body});
    });
    if (!run_until([&shared] { return shared->has_value(); }, http_wait_ms)) return std::nullopt;
    return *shared;
}

crypto::Entropy World::client_entropy(std::string_view who) const {
    return crypto::Entropy(seed_of(config_.seed, std::string("client ") + std::string(who)));
}

const worker::Agent& World::agent(std::size_t member) const { return *members_[member]->agent; }
std::map<std::string, Bytes>& World::blobs(std::size_t member) { return members_[member]->blobs; }

bool World::logged(std::size_t member, std::string_view code) const {
    return std::ranges::any_of(
        logs_, [&](const LogLine& line) { return line.member == member && line.code == code; });
}

bool World::failed(std::string_view error) const {
    return std::ranges::any_of(failures_, [&](const Failure& f) { return f.error == error; });
}

}  // namespace cloister::sim
