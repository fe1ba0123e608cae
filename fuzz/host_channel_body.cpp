// The host channel: a real enclave, born as the platform lets it be born, and a host that says what
// it likes in any order. The honest conversations of a worker and of a gatekeeper are recorded once
// and played again with the same birth, so that a mutation starts from deep inside.
//
// First byte: whose birth. Then parts: SCALE of a HostInput each; an empty part lets 250 ms pass.
#include <deque>

#include "bodies.hpp"
#include "enclave/gatekeeper.hpp"
#include "enclave/world_test.hpp"
#include "parts.hpp"
#include "protocol/domains.hpp"
#include "protocol/storage.hpp"

namespace cloister::fuzz {
namespace {

namespace et = enclave::test;

constexpr std::uint64_t pause_ms = 250;
constexpr std::uint8_t births[] = {20,
                                   10};  // the worker's and the gatekeeper's number in the world

const Bytes& marker() {
    static const Bytes text = to_bytes("what the user asked for, and nobody else may read");
    return text;
}

// One network from its start to an answered command and query.
struct Recording {
    et::World world;
    Bytes streams[2];
    std::vector<Bytes> secrets;  // that must never leave an enclave

    Recording() {
        std::uint64_t last[2] = {world.now.value, world.now.value};
        world.attack = [&](et::Machine& machine, protocol::HostInput& message) {
            const std::size_t which = machine.role == protocol::Role::Worker ? 0 : 1;
            for (; last[which] < world.now.value; last[which] += pause_ms) {
                append_part(streams[which], {});
            }
            append_part(streams[which], scale::encode(message));
            return true;
        };
        for (std::size_t i = 0; i < 2; ++i) streams[i].push_back(static_cast<std::uint8_t>(i));
        world.start_network();
        const ContractId contract = world.deploy();
        FUZZ_CHECK(world.run_task(
            world.chain.request({protocol::RequestKind::Call, contract, marker(), {}})));
        world.idle(8);
        const std::uint64_t query = world.query(*world.machines[1], {contract, {}, {}});
        FUZZ_CHECK(world.until([&] { return world.answer(query).has_value(); }));
        gather_secrets(contract);
        world.attack = nullptr;
    }

    void gather_secrets(const ContractId& contract) {
        const Measurement measurement = world.machines[0]->measurement;
        const Secret<32> seal_key = world.platform.seal_key(measurement);
        const BlockHash genesis = world.chain.hash(0);
        const auto share = enclave::open_share(seal_key, genesis, world.machines[0]->disk["share"]);
        FUZZ_CHECK(share.has_value());
        const auto seed = [&](const protocol::SeedSubject& subject) {
            const Bytes message = protocol::seed_message(genesis, enclave::current_epoch, subject);
            return enclave::seed_of(
                crypto::evaluate(*share, view_of(protocol::domain::seed), message).value);
        };
        const auto cluster = enclave::cluster_keys_of(seed(enclave::subject_of(et::cluster)));
        const auto keys = enclave::contract_keys_of(seed(enclave::subject_of(contract)));
        for (const Secret<32>* each :
             {&seal_key, &share->bytes(), &cluster.vrf.bytes(), &cluster.state, &cluster.commitment,
              &keys.request.secret, &keys.prf}) {
            secrets.push_back(to_bytes(each->reveal()));
        }
        for (std::size_t i = 0; i < 2; ++i) {  // identity, encryption and session keys
            crypto::Entropy entropy(et::secret_of(births[i]));
            const auto signing = entropy.bytes_32();
            secrets.push_back(to_bytes(signing.reveal()));
            const auto worker =
                WorkerId(crypto::Ed25519Key(signing.duplicate()).public_key().view());
            FUZZ_CHECK(world.machines[1 - i]->session->worker == worker);
            for (int key = 0; key < 2; ++key) {
                secrets.push_back(to_bytes(entropy.bytes_32().reveal()));
            }
        }
        secrets.push_back(marker());
        // The key is the one that is in use: its public side is what the chain was told.
        const auto published = world.chain.get<protocol::ContractKey>(
            protocol::storage::registry_contract_key(contract));
        FUZZ_CHECK(published && published->public_key == keys.request.public_key);
    }
};
Recording& recording() {
    static Recording made;
    return made;
}

// The enclave program's shell around the state machine, with the platform at hand.
class Shell {
  public:
    explicit Shell(std::uint8_t number)
        : enclave_({et::secret_of(number), recording().world.platform.seal_key(measurement()),
                    measurement()},
                   recording().world.engine) {}

    void take(const enclave::Input& input) {
        std::deque<enclave::Output> waiting;
        step(input, waiting);
        for (; !waiting.empty(); waiting.pop_front()) answer(waiting.front(), waiting);
    }
    void pause() {
        now_ = Instant(now_.value + pause_ms);
        if (enclave_.next_wake() <= now_) take(enclave::input::Tick{});
    }
    const protocol::output::Status& status() const { return status_; }

  private:
    static Measurement measurement() { return Measurement(ByteView(Bytes(32, 7))); }

    void step(const enclave::Input& input, std::deque<enclave::Output>& waiting) {
        std::vector<enclave::Output> outputs;
        enclave_.step(now_, input, outputs);
        for (auto& output : outputs) waiting.push_back(std::move(output));
    }
    void answer(const enclave::Output& output, std::deque<enclave::Output>& waiting) {
        if (const auto* host = std::get_if<enclave::output::ToHost>(&output)) {
            leaves(host->message);
        } else if (const auto* need = std::get_if<enclave::output::NeedQuote>(&output)) {
            const auto quote = recording().world.platform.quote(
                {.measurement = measurement(),
                 .report_data = platform::ReportData(need->report_data.view())});
            step(enclave::input::Quoted{need->id, quote}, waiting);
        } else {
            const auto& execution = std::get<enclave::output::Execute>(output).execution;
            step(enclave::input::Executed{execution->id(), execution->run()}, waiting);
        }
    }
    void leaves(const protocol::HostOutput& message) {
        if (const auto* status = std::get_if<protocol::output::Status>(&message)) status_ = *status;
        const Bytes bytes = scale::encode(message);
        FUZZ_CHECK(scale::decode<protocol::HostOutput>(bytes).has_value());
        for (const Bytes& secret : recording().secrets) {
            FUZZ_CHECK(std::ranges::search(bytes, secret).empty());
        }
    }

    enclave::Enclave enclave_;
    Instant now_{1000};
    protocol::output::Status status_;
};

}  // namespace

int host_channel_body(ByteView input) {
    static_cast<void>(recording());
    Parts parts(input);
    Shell shell(births[parts.byte() % 2]);
    while (!parts.empty()) {
        const ByteView part = parts.take();
        if (part.empty()) {
            shell.pause();
            continue;
        }
        auto message = scale::decode<protocol::HostInput>(part);
        if (!message) continue;  // logged and passed over, as app/enclave/main.cpp does
        shell.take(enclave::input::FromHost{std::move(*message)});
    }
    return shell.status().fresh ? 1 : 0;
}

std::vector<Bytes> host_channel_seeds() {
    std::vector<Bytes> seeds = {recording().streams[0], recording().streams[1]};
    // Beginnings of each conversation, so that most inputs are short.
    for (const Bytes& whole : {seeds[0], seeds[1]}) {
        for (const std::size_t messages : {1U, 3U, 8U, 20U}) {
            Parts parts{ByteView(whole).subspan(1)};
            for (std::size_t i = 0; i < messages && !parts.empty(); ++i) parts.take();
            seeds.emplace_back(whole.begin(),
                               whole.end() - static_cast<std::ptrdiff_t>(parts.rest().size()));
        }
    }
    return seeds;
}

}  // namespace cloister::fuzz
