// The worker's agent between an enclave, a node and clients that all lie. Parts behind an operation
// byte: what the enclave says (SCALE HostOutput), the node's replies to open calls, and so on.
#include <deque>

#include "bodies.hpp"
#include "codec/json/reader.hpp"
#include "node/development.hpp"
#include "parts.hpp"
#include "sim/world.hpp"
#include "worker/agent.hpp"

namespace cloister::fuzz {
namespace {

enum Operation : std::uint8_t {
    FromEnclave,
    Started,
    RpcDone,
    NoReply,
    PeerDone,
    Loaded,
    Http,
    Tick
};
constexpr std::uint8_t operations = 8;

// What a worker's agent was told in the first minute of a network.
struct Recording {
    BlockHash genesis;
    Bytes stream;

    Recording() {
        sim::World world({.seed = 9, .workers = 1});
        genesis = world.node().genesis_hash();
        stream.push_back(Started);
        append_part(stream, {});
        world.hooks.from_enclave = [this](std::size_t member, protocol::HostOutput& message) {
            if (member == 1) add(FromEnclave, scale::encode(message));
            return sim::Fate::Deliver;
        };
        world.hooks.rpc_reply = [this](std::size_t member, std::string& body) {
            if (member == 1) add(RpcDone, view_of(body));
            return sim::Fate::Deliver;
        };
        world.hooks.from_gatekeeper = [this](std::size_t member, Bytes& reply) {
            if (member == 1) add(PeerDone, reply);
            return sim::Fate::Deliver;
        };
        FUZZ_CHECK(world.run_until([&world] { return world.ready(); }, 120'000));
    }
    void add(Operation operation, ByteView part) {
        stream.push_back(operation);
        append_part(stream, part);
    }
};
const Recording& recording() {
    static const Recording made;
    return made;
}

// The agent and what it has open.
class Host {
  public:
    Host()
        : agent_({.genesis = recording().genesis,
                  .role = protocol::Role::Worker,
                  .cluster = node::development_cluster(),
                  .endpoint = "http://127.0.0.1:1",
                  .open_requests_max = 16},
                 node::development_operator(0)) {}

    void take(std::uint8_t operation, ByteView part) {
        namespace in = worker::input;
        switch (operation % operations) {
            case FromEnclave:
                if (auto message = scale::decode<protocol::HostOutput>(part)) {
                    step(in::FromEnclave{std::move(*message)});
                }
                return;
            case Started: step(in::EnclaveStarted{}); return;
            case RpcDone: step(in::RpcDone{next_open(), std::string(text_of(part))}); return;
            case NoReply: step(in::RpcDone{next_open(), std::nullopt}); return;
            case PeerDone: step(in::GatekeeperDone{to_bytes(part)}); return;
            case Loaded: step(in::Loaded{"state", to_bytes(part)}); return;
            case Http: {
                const auto kind = static_cast<in::Http::Kind>(part.empty() ? 3 : part.front() % 4);
                step(in::Http{kind, ++http_, to_bytes(part)});
                return;
            }
            default: now_ = Instant(now_.value + 250); step(in::Tick{});
        }
    }
    bool named() const { return agent_.worker().has_value(); }

  private:
    std::uint64_t next_open() {
        if (open_.empty()) return 77'777;  // nobody asked
        const std::uint64_t id = open_.front();
        open_.pop_front();
        return id;
    }
    void step(const worker::Input& input) {
        std::vector<worker::Output> outputs;
        agent_.step(now_, input, outputs);
        for (const worker::Output& output : outputs) {
            if (const auto* call = std::get_if<worker::output::Rpc>(&output)) {
                open_.push_back(call->id);
                json::Reader reader(call->body);
                reader.skip();
                FUZZ_CHECK(reader.finish().has_value());
            } else if (const auto* reply = std::get_if<worker::output::HttpReply>(&output)) {
                FUZZ_CHECK(reply->id >= 1 && reply->id <= http_);
                FUZZ_CHECK(answered_.insert(reply->id).second);
            } else if (const auto* to = std::get_if<worker::output::ToEnclave>(&output)) {
                const Bytes bytes = scale::encode(to->message);
                FUZZ_CHECK(bytes.size() <= protocol::host_message_bytes_max);
                FUZZ_CHECK(scale::decode<protocol::HostInput>(bytes).has_value());
            }
        }
    }

    worker::Agent agent_;
    Instant now_{1000};
    std::deque<std::uint64_t> open_;
    std::uint64_t http_ = 0;
    std::set<std::uint64_t> answered_;
};

}  // namespace

int agent_body(ByteView input) {
    Host host;
    for (Parts parts(input); !parts.empty();) {
        const std::uint8_t operation = parts.byte();
        host.take(operation, parts.take());
    }
    return host.named() ? 1 : 0;
}

std::vector<Bytes> agent_seeds() {
    const Bytes& whole = recording().stream;
    std::vector<Bytes> seeds = {whole};
    Bytes with_clients;
    std::uint8_t kind = 0;
    for (Parts parts{ByteView(whole)}; !parts.empty();) {
        const std::uint8_t operation = parts.byte();
        with_clients.push_back(operation);
        append_part(with_clients, parts.take());
        if (with_clients.size() < 6000) {
            with_clients.push_back(Http);
            append_part(with_clients, Bytes(20, kind++));
        }
        if (with_clients.size() > 3000 && seeds.size() == 1) seeds.push_back(with_clients);
    }
    seeds.push_back(with_clients);
    return seeds;
}

}  // namespace cloister::fuzz
