// The machines of a world: each a host's agent with its disk, its enclave, and what passes between
// them and the network.
#include "crypto/hash.hpp"
#include "node/development.hpp"
#include "sim/machine.hpp"

namespace cloister::sim {
namespace {

// What one unit of fuel takes on virtual time: 1 ns, as a compiled contract roughly does.
constexpr std::uint64_t gas_per_ms = 1'000'000;
constexpr Instant never(~std::uint64_t{0});

}  // namespace

World::~World() = default;

void World::start_member(std::size_t index) {
    members_.push_back(std::make_unique<Machine>());
    members_[index]->measurement = measurement_;
    load_agent(index);
    after(delay(), [this, index] { restart_enclave(index); });
}

void World::load_agent(std::size_t index) {
    const bool gatekeeper = index == gatekeeper_index;
    worker::Config config{.genesis = node_->genesis_hash(),
                          .role = gatekeeper ? protocol::Role::Gatekeeper : protocol::Role::Worker,
                          .cluster = gatekeeper ? ClusterId{} : cluster_,
                          .endpoint = "sim://" + std::to_string(index)};
    ++members_[index]->agent_life;
    members_[index]->agent = std::make_unique<worker::Agent>(
        std::move(config),
        gatekeeper ? node::development_gatekeeper() : node::development_operator(index - 1));
}

std::uint64_t World::start_process(std::size_t index) {
    Machine& machine = *members_[index];
    const std::uint64_t life = machine.births++;
    const Bytes birth = scale::encode(config_.seed, std::uint64_t{index}, life);
    enclave::Birth given{
        .entropy = Secret<32>(crypto::blake2b_256(concat(view_of("birth"), birth)).view()),
        .seal_key = platform_->seal_key(machine.measurement),
        .measurement = machine.measurement};
    if (hooks.born) hooks.born(index, given);
    machine.processes.push_back(
        {.life = life,
         .enclave = std::make_unique<enclave::Enclave>(std::move(given), *engine_),
         .measurement = machine.measurement});
    return life;
}

void World::restart_enclave(std::size_t member, std::optional<Measurement> measurement) {
    Machine& machine = *members_[member];
    if (!machine.up) return;
    if (measurement) machine.measurement = *measurement;
    machine.processes.clear();
    start_process(member);
    step_agent(member, worker::input::EnclaveStarted{});
}

void World::clone_enclave(std::size_t member) {
    Machine& machine = *members_[member];
    if (!machine.up || machine.processes.size() != 1 || !machine.start) return;
    const std::uint64_t life = start_process(member);
    after(delay(), [this, member, life, start = *machine.start] {
        step_enclave(member, life, enclave::input::FromHost{start});
    });
}

void World::crash_machine(std::size_t member) {
    Machine& machine = *members_[member];
    machine.up = false;
    machine.processes.clear();
    load_agent(member);
}

void World::start_machine(std::size_t member) {
    if (std::exchange(members_[member]->up, true)) return;
    restart_enclave(member);
}

bool World::is_up(std::size_t member) const { return members_[member]->up; }

void World::set_host_clock(std::size_t member, std::uint64_t ahead_ms) {
    members_[member]->clock_ahead_ms = ahead_ms;
}

bool World::ready() const {
    return std::ranges::all_of(members_, [](const auto& machine) {
        const protocol::output::Status& s = machine->agent->status();
        return machine->up && s.registered && s.has_keys && s.fresh;
    });
}

bool World::alive(std::size_t member, std::uint64_t life) const {
    return std::ranges::count(members_[member]->processes, life, &Process::life) > 0;
}

void World::wake_member(std::size_t index, Instant& first, std::function<void()>& act) {
    const Machine& machine = *members_[index];
    if (!machine.up) return;
    const Instant host = machine.agent->next_wake();
    if (host != never && host.value - machine.clock_ahead_ms < first.value) {
        first = Instant(host.value - machine.clock_ahead_ms);
        act = [this, index] { step_agent(index, worker::input::Tick{}); };
    }
    for (const Process& process : machine.processes) {
        if (process.enclave->next_wake() >= first) continue;
        first = process.enclave->next_wake();
        act = [this, index, life = process.life] {
            step_enclave(index, life, enclave::input::Tick{});
        };
    }
}

void World::step_agent(std::size_t index, const worker::Input& input) {
    const Machine& machine = *members_[index];
    if (!machine.up) return;
    std::vector<worker::Output> outputs;
    machine.agent->step(Instant(now_.value + machine.clock_ahead_ms), input, outputs);
    for (worker::Output& output : outputs) agent_output(index, output);
}

void World::inject(std::size_t member, protocol::HostInput message) {
    if (members_[member]->processes.empty()) return;
    after(delay(),
          [this, member, life = members_[member]->processes.front().life, m = std::move(message)] {
              step_enclave(member, life, enclave::input::FromHost{m});
          });
}

void World::to_enclave(std::size_t index, const protocol::HostInput& message) {
    Machine& machine = *members_[index];
    if (std::holds_alternative<protocol::input::Start>(message)) machine.start = message;
    const std::size_t processes = machine.processes.size();
    const Route route = processes > 1 && hooks.route ? hooks.route(index) : Route::First;
    for (std::size_t i = 0; i < processes; ++i) {
        if (route == (i == 0 ? Route::Second : Route::First)) continue;
        for (const std::uint64_t late : carry(Link::ToEnclave, index)) {
            after(delay() + late, [this, index, life = machine.processes[i].life, message] {
                step_enclave(index, life, enclave::input::FromHost{message});
            });
        }
    }
}

void World::ask_gatekeeper(std::size_t index, const Bytes& bytes) {
    for (const std::uint64_t late : carry(Link::Peer, index)) {
        after(delay() + late, [this, index, bytes] {
            const std::uint64_t id = next_http_++;
            http_open_.emplace(id, [this, index](worker::output::HttpReply reply) {
                if (hooks.from_gatekeeper && hooks.from_gatekeeper(index, reply.body) == Fate::Drop)
                    return;
                for (const std::uint64_t back : carry(Link::Peer, index)) {
                    after(delay() + back, [this, index, body = reply.body] {
                        step_agent(index, worker::input::GatekeeperDone{.reply = body});
                    });
                }
            });
            step_agent(gatekeeper_index,
                       worker::input::Http{
                           .kind = worker::input::Http::Kind::Peer, .id = id, .body = bytes});
        });
    }
}

void World::agent_output(std::size_t index, worker::Output& output) {
    namespace out = worker::output;
    Machine& machine = *members_[index];
    if (auto* message = std::get_if<out::ToEnclave>(&output)) {
        if (frozen_.contains(index)) return;
        if (hooks.to_enclave && hooks.to_enclave(index, message->message) == Fate::Drop) return;
        note("to enclave", scale::encode(message->message));
        to_enclave(index, message->message);
    } else if (const auto* call = std::get_if<out::Rpc>(&output)) {
        const auto done = [this, index, id = call->id,
                           life = machine.agent_life](std::optional<std::string> body) {
            if (members_[index]->agent_life != life) return;
            if (body && hooks.rpc_reply && hooks.rpc_reply(index, *body) == Fate::Drop) return;
            step_agent(index, worker::input::RpcDone{.id = id, .body = std::move(body)});
        };
        ask_rpc(call->body, {Link::Rpc, index}, done);
    } else if (auto* peer = std::get_if<out::ToGatekeeper>(&output)) {
        if (hooks.to_gatekeeper && hooks.to_gatekeeper(index, peer->bytes) == Fate::Drop) return;
        ask_gatekeeper(index, peer->bytes);
    } else if (auto* store = std::get_if<out::Store>(&output)) {
        note("store", store->blob);
        machine.blobs.insert_or_assign(store->name, std::move(store->blob));
    } else if (const auto* load = std::get_if<out::Load>(&output)) {
        std::optional<Bytes> blob;
        if (const auto found = machine.blobs.find(load->name); found != machine.blobs.end())
            blob = found->second;
        if (hooks.load) hooks.load(index, load->name, blob);
        after(delay(),
              [this, index, life = machine.agent_life, name = load->name, blob = std::move(blob)] {
                  if (members_[index]->agent_life != life) return;
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
    const auto& processes = members_[index]->processes;
    const auto process = std::ranges::find(processes, life, &Process::life);
    if (process == processes.end()) return;
    std::vector<enclave::Output> outputs;
    process->enclave->step(now_, input, outputs);
    for (enclave::Output& output : outputs) enclave_output(index, life, output);
}

void World::enclave_output(std::size_t index, std::uint64_t life, enclave::Output& output) {
    if (auto* to_host = std::get_if<enclave::output::ToHost>(&output)) {
        if (hooks.said) hooks.said(index, to_host->message);
        note("from enclave", scale::encode(to_host->message));
        if (frozen_.contains(index)) return;
        if (hooks.from_enclave && hooks.from_enclave(index, to_host->message) == Fate::Drop) return;
        for (const std::uint64_t late : carry(Link::FromEnclave, index)) {
            after(delay() + late, [this, index, life, m = to_host->message] {
                if (alive(index, life)) step_agent(index, worker::input::FromEnclave{m});
            });
        }
    } else if (const auto* need = std::get_if<enclave::output::NeedQuote>(&output)) {
        Bytes quote =
            platform_->quote({.measurement = members_[index]->measurement,
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

const worker::Agent& World::agent(std::size_t member) const { return *members_[member]->agent; }
std::map<std::string, Bytes>& World::blobs(std::size_t member) { return members_[member]->blobs; }

}  // namespace cloister::sim
