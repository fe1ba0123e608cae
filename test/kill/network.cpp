#include "network.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "base/hex.hpp"
#include "client/json_rpc.hpp"
#include "io/clock.hpp"
#include "io/file.hpp"
#include "node_genesis.hpp"
#include "protocol/storage.hpp"
#include "runtime/system/system.hpp"

namespace cloister::crash {
namespace {

constexpr std::uint64_t victim_ms_max = 60'000;
constexpr std::uint64_t release_ms_max = 10'000;
constexpr std::uint64_t command_line_bytes_max = 65'536;

struct Seen {
    int pid = 0;
    int parent = 0;
    std::string words;  // of the command line, each with a zero behind it
};

std::vector<Seen> processes() {
    std::vector<Seen> out;
    const auto names = io::list_directory("/proc");
    if (!names) return out;
    for (const std::string& name : *names) {
        if (name.find_first_not_of("0123456789") != name.npos) continue;
        const auto stat = io::read_file("/proc/" + name + "/stat", 4096);
        const auto words = io::read_file("/proc/" + name + "/cmdline", command_line_bytes_max);
        if (!stat || !words) continue;  // it has ended
        // "pid (name) state parent ...": a name may hold anything.
        const std::string text(text_of(*stat));
        const std::size_t behind = text.rfind(')');
        if (behind == text.npos || behind + 4 > text.size()) continue;
        out.push_back({.pid = std::stoi(name),
                       .parent = std::stoi(text.substr(behind + 4)),
                       .words = std::string(text_of(*words))});
    }
    return out;
}

bool has(const Seen& process, std::string_view word) {
    const std::string wanted = std::string(1, '\0') + std::string(word) + std::string(1, '\0');
    return process.words.find(wanted) != std::string::npos;
}

template <class T>
T value_at(const node::Replay& replay, const Bytes& key) {
    const auto bytes = replay.value(key);
    const auto value = bytes ? scale::decode<T>(*bytes) : Result<T, scale::Failure>(T{});
    return value ? *value : T{};
}

runtime::system::AccountInfo account_at(const node::Replay& replay, const AccountId& account) {
    return value_at<runtime::system::AccountInfo>(replay,
                                                  protocol::storage::system_account(account));
}

}  // namespace

std::string_view name_of(Victim victim) {
    switch (victim) {
        case Victim::Node: return "node";
        case Victim::WorkerHost: return "worker host";
        case Victim::Enclave: return "enclave";
        case Victim::GatekeeperHost: return "gatekeeper host";
        case Victim::Platform: return "platform";
        case Victim::Everything: return "everything";
    }
    std::unreachable();
}

Network::Network(const std::string& directory)
    : programs_(std::getenv("CLOISTER_BIN")), directory_(directory) {
    start();
    if (!dev_->ready()) return;
    genesis_ = *BlockHash::from(*base::from_hex((*dev_)["genesis"]));
    const auto config = app::load_genesis(app::genesis_path(directory_ + "/dev/node"));
    CLOISTER_ASSERT(config.has_value());
    replay_ = std::make_unique<node::Replay>(*config);
    hashes_.push_back(genesis_);
}

void Network::start() {
    dev_.reset();
    dev_ = std::make_unique<test::Dev>(programs_ + "/cloister", directory_ + "/dev",
                                       std::vector<std::string>{});
    where_.set((*dev_)["rpc"]);
}

std::optional<std::string> Network::cloister(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "--json");
    const std::string output = directory_ + "/output";
    if (!io::remove_file(output)) return std::nullopt;
    auto process = io::spawn(programs_ + "/cloister",
                             {.arguments = std::move(arguments),
                              .environment = {"XDG_STATE_HOME=" + directory_ + "/state"},
                              .output_path = output});
    if (!process || !process->wait().success()) return std::nullopt;
    const auto text = io::read_file(output, 1U << 20);
    if (!text || text->empty()) return std::nullopt;
    // Progress comes before it, on the same file.
    const std::string lines(text_of(*text));
    return lines.substr(lines.rfind('\n', lines.size() - 2) + 1);
}

bool Network::deploy() {
    const auto said = cloister({"contract", "deploy", programs_ + "/../contracts/counter.contract",
                                "--args", "00000000", "--suri", "//Alice", "--genesis",
                                (*dev_)["genesis"], "--rpc", where_.url()});
    const auto id = base::from_hex(test::members_of(said.value_or("{}"))["contract"]);
    const auto contract = id ? ContractId::from(*id) : std::nullopt;
    if (contract) contract_ = *contract;
    return contract.has_value();
}

std::string Network::query_total(std::uint32_t expected) {
    const auto said =
        cloister({"contract", "query", base::to_hex_0x(contract_.view()), "get", "--suri",
                  "//Alice", "--genesis", base::to_hex_0x(genesis_.view()), "--rpc", where_.url()});
    const auto output = base::from_hex(test::members_of(said.value_or("{}"))["output"]);
    if (!output || output->size() < 4) return "the query was not answered: " + said.value_or("-");
    const auto total = scale::decode<std::uint32_t>(ByteView(*output).last(4));
    if (*total == expected) return {};
    return "the contract counted " + std::to_string(*total) + " additions, its user " +
           std::to_string(expected);
}

std::vector<int> Network::pids_of(Victim victim) const {
    const std::vector<Seen> all = processes();
    const int dev = dev_->pid();
    const auto platform = std::ranges::find_if(
        all, [&](const Seen& p) { return p.parent == dev && has(p, "--enclave-log"); });
    std::vector<int> out;
    for (const Seen& p : all) {
        const bool ours = p.parent == dev;
        const bool host = ours && has(p, "worker") && has(p, "--operator");
        const bool enclave = platform != all.end() && p.parent == platform->pid;
        bool wanted = false;
        switch (victim) {
            case Victim::Node: wanted = ours && has(p, "node"); break;
            case Victim::WorkerHost: wanted = host && !has(p, "gatekeeper"); break;
            case Victim::Enclave: wanted = enclave; break;
            case Victim::GatekeeperHost: wanted = host && has(p, "gatekeeper"); break;
            case Victim::Platform: wanted = ours && has(p, "--enclave-log"); break;
            case Victim::Everything: wanted = ours || enclave || p.pid == dev; break;
        }
        if (wanted) out.push_back(p.pid);
    }
    return out;
}

bool Network::kill(Victim victim, std::size_t choice) {
    if (victim == Victim::Everything) {
        for (const int pid : pids_of(victim)) ::kill(pid, SIGKILL);
        dev_->wait();
        return true;
    }
    return test::within(victim_ms_max, [&] {
        const std::vector<int> pids = pids_of(victim);
        return !pids.empty() && ::kill(pids[choice % pids.size()], SIGKILL) == 0;
    });
}

bool Network::is_up() {
    const auto host_is_up = [](const std::string& url, bool gatekeeper) {
        test::Members status =
            test::members_of(test::http(url + "/status", "GET", "").value_or("{}"));
        return status["registered"] == "true" && status["fresh"] == "true" &&
               (gatekeeper || status["has_keys"] == "true");
    };
    return host_is_up((*dev_)["gatekeeper.url"], true) &&
           host_is_up((*dev_)["workers.0.url"], false) &&
           host_is_up((*dev_)["workers.1.url"], false);
}

void Network::stop() { dev_->end(SIGTERM); }

std::string Network::catch_up(client::Chain& chain) {
    const auto head = chain.pin();
    if (!head) return "no newest block: " + head.error().message;
    while (replay_->newest().number < head->header.number) {
        const std::string after = std::to_string(replay_->newest().number.value);
        const auto next = block_after(chain, replay_->newest().number, 0);
        if (!next) return "no block after " + after;
        const BlockHash hash = finality::hash_of(next->header);
        const auto body = chain.call("chain_getBlock", "[\"" + base::to_hex_0x(hash) + "\"]");
        if (!body) return "no body after block " + after + ": " + body.error().message;
        const auto inner = client::member(*body, "block").value_or("{}");
        const auto extrinsics = client::hex_list(client::member(inner, "extrinsics").value_or(""));
        if (!extrinsics) return "no extrinsics after block " + after;
        const auto done = replay_->append({.header = next->header_bytes,
                                           .extrinsics = *extrinsics,
                                           .justification = next->justification});
        if (!done) {
            return "block " + std::to_string(done.error().block.value) + ": " +
                   std::string(node::name_of(done.error().error)) + ' ' + done.error().detail;
        }
        hashes_.push_back(hash);
    }
    return {};
}

std::string Network::compare(const Ledger& ledger) {
    const auto told = ledger.all();
    client::Chain chain = connect(where_, genesis_);
    if (std::string difference = catch_up(chain); !difference.empty()) return difference;
    for (const auto& [number, hash] : told) {
        if (number.value >= hashes_.size())
            return "block " + std::to_string(number.value) + " was final and is gone";
        if (hashes_[number.value] != hash)
            return "block " + std::to_string(number.value) + " was final and is another";
    }
    const auto sender = account_at(
        *replay_, crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Bob")->account());
    const u128 arrived = account_at(*replay_, transfer_destination()).free;
    if (arrived != transfer_amount * sender.nonce)
        return "transfers sent and transfers received differ";
    return {};
}

std::string Network::verify_database() {
    // Whoever died with its supervisor may take a moment to let go of the database.
    std::optional<std::string> said;
    test::within(release_ms_max, [&] {
        said = cloister({"node", "--verify", "--base-path", directory_ + "/dev/node"});
        return said.has_value();
    });
    test::Members members = test::members_of(said.value_or("{}"));
    if (members["event"] != "verified") return "node --verify: " + said.value_or("failed");
    return {};
}

}  // namespace cloister::crash
