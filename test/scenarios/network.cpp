#include "network.hpp"

#include <fstream>
#include <sstream>

#include "finality/grandpa.hpp"
#include "node/development.hpp"

namespace cloister::scenarios {

Bytes contract_code(std::string_view name) {
    std::ifstream in(std::string(CLOISTER_CONTRACTS "/") + std::string(name) + ".wasm",
                     std::ios::binary);
    CLOISTER_ASSERT(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    return to_bytes(view_of(text.str()));
}

Network::Network(std::uint64_t seed)
    : world({.seed = seed}),
      alice(world, "//Alice"),
      charlie(world, "//Charlie"),
      dave(world, "//Dave"),
      eve(world, "//Eve") {
    CLOISTER_ASSERT(ready());
    trouble = sim::deploy(alice, contract_code("trouble"), "scenario", message("new")).get();
}

bool Network::ready(std::uint64_t within_ms) {
    const auto caught_up = [this] {
        for (std::size_t i = 0; i < world.members(); ++i) {
            if (world.agent(i).status().followed < world.node().newest().number) return false;
        }
        return world.ready();
    };
    return world.run_until(caught_up, within_ms);
}

void Network::mend() {
    world.hooks = {};
    for (std::size_t i = 0; i < world.members(); ++i) world.thaw(i);
}

testing::AssertionResult Network::works(std::size_t asked) {
    const std::uint64_t to = ++last_value_;
    const auto done = sim::command(alice, trouble, message("set", to));
    if (ending(done) != "Ok") return testing::AssertionFailure() << "set: " << ending(done);
    const auto answer = sim::query(alice, asked, trouble, message("get"));
    if (!answer) return testing::AssertionFailure() << "get: " << answer.error().message;
    const Bytes expected = concat(Bytes{0}, scale::encode(to));
    if (answer->output != expected) return testing::AssertionFailure() << "get: another value";
    return testing::AssertionSuccess();
}

std::uint64_t Network::value() {
    const auto answer = sim::query(alice, 1, trouble, message("get"));
    CLOISTER_ASSERT(answer && answer->output.size() == 9);
    return scale::decode<std::uint64_t>(ByteView(answer->output).subspan(1)).get();
}

std::size_t Network::member_of(const WorkerId& worker) const {
    for (std::size_t i = 0; i < world.members(); ++i) {
        if (world.agent(i).worker() == worker) return i;
    }
    return world.members();
}

AccountId Network::operator_of(std::size_t member) const {
    return node::development_operator(member - 1).account();
}

finality::Header Network::newest_header() const {
    return *world.node().store().header(world.node().newest().hash);
}

protocol::HostInput Network::relayed(const finality::Header& header,
                                     const crypto::Ed25519Key& signer) const {
    const finality::Target target{.hash = finality::hash_of(header), .number = header.number};
    const std::array<const crypto::Ed25519Key*, 1> signers{&signer};
    protocol::RelayedBlock block{.header = finality::encode_header(header), .justification = {}};
    block.justification = finality::encode_justification(finality::justify(target, 0, signers));
    return protocol::input::Blocks{.blocks = {std::move(block)}};
}

namespace {

Network& shared_network() {
    static Network network;
    return network;
}

}  // namespace

Shared::Shared() : net(shared_network()), world(net.world) {}

void Shared::TearDown() {
    net.mend();
    EXPECT_TRUE(net.ready()) << "the network goes on";
    EXPECT_TRUE(net.works()) << "the network goes on";
}

Watch::Watch(const sim::World& world)
    : world_(world), logs_(world.logs().size()), failures_(world.failures().size()) {}

std::size_t Watch::logs(std::size_t member, std::string_view enclave_code) const {
    const std::string code = "Enclave." + std::string(enclave_code);
    return static_cast<std::size_t>(std::ranges::count_if(
        std::span(world_.logs()).subspan(logs_),
        [&](const sim::LogLine& line) { return line.member == member && line.code == code; }));
}

bool Watch::logged(std::size_t member, std::string_view enclave_code) const {
    return logs(member, enclave_code) > 0;
}

bool Watch::failed(std::string_view error) const {
    return std::ranges::any_of(std::span(world_.failures()).subspan(failures_),
                               [&](const sim::Failure& failure) { return failure.error == error; });
}

std::string ending(const Result<sim::Done, Error>& done) {
    return done ? std::string(protocol::name_of(done->outcome)) : why(done);
}

}  // namespace cloister::scenarios
