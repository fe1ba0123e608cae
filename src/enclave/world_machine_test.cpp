#include "enclave/world_test.hpp"
#include "protocol/domains.hpp"
#include "protocol/padding.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave::test {

namespace storage = protocol::storage;

Machine::Machine(std::uint8_t number, protocol::Role as, const contract::Engine& engine,
                 const platform::Platform& platform)
    : operator_account(account(number)), role(as) {
    measurement = Measurement(ByteView(Bytes(32, 7)));
    enclave = std::make_unique<Enclave>(
        Birth{secret_of(number), platform.seal_key(measurement), measurement}, engine);
}

void Machine::step(Instant now, Input input) { enclave->step(now, input, outbox); }

bool Machine::logged(std::string_view code) const {
    return std::ranges::find(logs, code) != logs.end();
}

World::World(std::uint32_t notice_blocks)
    : platform(secret_of(1), 1'600'000'000),
      engine(contract::Limits()),
      chain(platform, 0, notice_blocks) {
    chain.put(storage::attestation_approved(Measurement(ByteView(Bytes(32, 7)))),
              scale::encode(protocol::MeasurementApproval{"test", {}, {}}));
    chain.seal_block();
}

Machine& World::add(std::uint8_t number, protocol::Role role, std::uint8_t measurement) {
    machines.push_back(std::make_unique<Machine>(number, role, engine, platform));
    Machine& machine = *machines.back();
    machine.measurement = Measurement(ByteView(Bytes(32, measurement)));
    deliver(machine, chain.start(role, machine.operator_account));
    return machine;
}

void World::deliver(Machine& machine, protocol::HostInput message) {
    if (attack && !attack(machine, message)) return;
    machine.step(now, input::FromHost{std::move(message)});
}

void World::handle(Machine& machine, const Output& output) {
    if (const auto* host = std::get_if<output::ToHost>(&output)) {
        append(machine.transcript, scale::encode(host->message));
        handle_host(machine, host->message);
    } else if (const auto* need = std::get_if<output::NeedQuote>(&output)) {
        const platform::Report report{machine.measurement,
                                      platform::ReportData(need->report_data.view())};
        machine.step(now, input::Quoted{need->id, platform.quote(report)});
    } else {
        const auto& execution = std::get<output::Execute>(output).execution;
        machine.step(now, input::Executed{execution->id(), execution->run()});
    }
}

void World::handle_host(Machine& machine, const protocol::HostOutput& output) {
    namespace out = protocol::output;
    if (const auto* m = std::get_if<out::NeedBlocks>(&output)) {
        protocol::input::Blocks blocks;
        for (std::uint32_t n = m->after.value + 1; n <= chain.height(); ++n) {
            blocks.blocks.push_back(chain.block(n));
        }
        if (!blocks.blocks.empty()) deliver(machine, std::move(blocks));
    } else if (const auto* p = std::get_if<out::NeedProof>(&output)) {
        auto nodes = chain.prove(p->block, p->keys);
        if (nodes) deliver(machine, protocol::input::Proof{p->block, std::move(*nodes)});
    } else if (const auto* s = std::get_if<out::NeedSealed>(&output)) {
        protocol::input::Sealed sealed{s->name, std::nullopt};
        if (machine.disk.contains(s->name)) sealed.blob = machine.disk[s->name];
        deliver(machine, std::move(sealed));
    } else if (const auto* st = std::get_if<out::StoreSealed>(&output)) {
        machine.disk[st->name] = st->blob;
    } else if (const auto* c = std::get_if<out::SubmitCall>(&output)) {
        machine.calls.emplace_back(c->what, c->call);
        pool_.emplace_back(machine.operator_account, c->call);
    } else if (const auto* g = std::get_if<out::ToGatekeeper>(&output)) {
        machine.last_peer_request = g->bytes;
        const auto index = static_cast<std::uint64_t>(
            std::ranges::find_if(machines, [&](auto& x) { return x.get() == &machine; }) -
            machines.begin());
        deliver(*machines[0], protocol::input::PeerRequest{index, g->bytes});
    } else if (const auto* r = std::get_if<out::PeerReplyOut>(&output)) {
        machine.peer_replies.push_back(scale::decode<protocol::PeerReply>(r->bytes).get());
        if (r->id < machines.size())
            deliver(*machines[r->id], protocol::input::PeerReply{r->bytes});
    } else if (const auto* q = std::get_if<out::QueryReplyOut>(&output)) {
        machine.query_replies[q->id] = scale::decode<protocol::QueryReply>(q->bytes).get();
    } else if (const auto* status = std::get_if<out::Status>(&output)) {
        machine.status = *status;
    } else if (const auto* log = std::get_if<out::Log>(&output)) {
        machine.logs.push_back(log->code);
    } else if (const auto* stopped = std::get_if<out::Stopped>(&output)) {
        machine.stopped = *stopped;
    } else if (const auto* identity = std::get_if<out::Identity>(&output)) {
        machine.session = scale::decode<protocol::Session>(identity->session).get();
    }
}

void World::pump() {
    for (int round = 0; round < 10'000; ++round) {
        bool any = false;
        for (std::size_t i = 0; i < machines.size(); ++i) {
            std::vector<Output> outputs;
            std::swap(outputs, machines[i]->outbox);
            for (const Output& output : outputs) handle(*machines[i], output);
            any = any || !outputs.empty();
        }
        if (any) continue;
        if (pool_.empty() || !blocks_made) return;
        const auto calls = std::exchange(pool_, {});
        bool applied = false;
        for (const auto& [signer, call] : calls) applied = chain.apply(signer, call) || applied;
        if (!applied) return;
        chain.seal_block();
        for (auto& machine : machines) {
            deliver(*machine, protocol::input::Blocks{{chain.block(chain.height())}});
        }
    }
    ADD_FAILURE() << "the world never comes to rest";
}

bool World::until(const std::function<bool()>& holds, int steps) {
    for (int i = 0; i < steps; ++i) {
        pump();
        if (holds()) return true;
        now = Instant(now.value + 250);
        for (auto& machine : machines) {
            if (machine->enclave->next_wake() <= now) machine->step(now, input::Tick{});
        }
    }
    return false;
}

void World::idle(int steps) {
    static_cast<void>(until([] { return false; }, steps));
}

void World::start_network() {
    add(10, protocol::Role::Gatekeeper);
    add(20, protocol::Role::Worker);
    ASSERT_TRUE(until([&] {
        return machines[1]->status && machines[1]->status->has_keys &&
               chain.get<protocol::ClusterKey>(storage::registry_cluster_key(cluster));
    }));
}

ContractId World::deploy(std::uint8_t salt, std::uint8_t initial) {
    const ContractId id = chain.reserve(counter_wasm(), salt);
    chain.seal_block();
    EXPECT_TRUE(until([&] {
        return chain.get<protocol::ContractKey>(storage::registry_contract_key(id)).has_value();
    }));
    const TaskId task = chain.request(
        {protocol::RequestKind::Instantiate, id, Bytes{initial, 0, 0, 0, 1, 2, 3, 4}, {}});
    EXPECT_TRUE(run_task(task));
    return id;
}

bool World::run_task(TaskId task) {
    chain.seal_block();
    return until([&] { return chain.reply(task).has_value(); });
}

std::uint64_t World::query(Machine& machine, const Ask& ask) {
    const crypto::KeyPair caller(crypto::Scheme::Ed25519, secret_of(60));
    protocol::Query query;
    query.contract = ask.contract;
    query.caller = caller.account();
    query.nonce = ask.nonce;
    query.message = Bytes{1, 2, 3, 4};
    query.signature = caller.sign(protocol::signing_bytes(*machine.session, query));
    if (ask.distort) ask.distort(query);
    const std::uint64_t id = next_query_++;
    auto sender =
        *crypto::hpke_setup_sender(machine.session->session_key, view_of(protocol::domain::query),
                                   crypto::X25519Key(secret_of(static_cast<std::uint8_t>(id))));
    const SecretBytes plain = protocol::pad(scale::encode(query));
    const Bytes sealed =
        concat(sender.enc,
               sender.context.seal(protocol::associated_data(*machine.session), plain.reveal()));
    queries_.emplace(id, std::move(sender.context));
    deliver(machine, protocol::input::Query{id, sealed});
    return id;
}

std::optional<protocol::Answer> World::answer(std::uint64_t id) const {
    for (const auto& machine : machines) {
        const auto reply = machine->query_replies.find(id);
        if (reply == machine->query_replies.end() || reply->second.error) continue;
        const SecretBytes material =
            queries_.at(id).export_secret(view_of(protocol::domain::answer), 44);
        const auto padded = crypto::aead_open(crypto::Aead::Aes256Gcm, material.reveal().first(32),
                                              crypto::AeadNonce(material.reveal().subspan(32)), {},
                                              reply->second.sealed_answer);
        if (!padded) return std::nullopt;
        const auto plain = protocol::unpad(padded->reveal());
        return scale::decode<protocol::Answer>(plain->reveal()).get();
    }
    return std::nullopt;
}

}  // namespace cloister::enclave::test
