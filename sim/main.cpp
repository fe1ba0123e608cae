// cloister-sim: the demo's whole flow in one process on virtual time. The same seed gives the same
// bytes.
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/hex.hpp"
#include "codec/json/writer.hpp"
#include "sim/flow.hpp"
#include "sim/swarm_main.hpp"

namespace {

using namespace cloister;

constexpr std::string_view usage =
    "usage: cloister-sim [--seed N] [--data breast_cancer.csv] [--json] [--trace]\n"
    "       cloister-sim swarm ...: many seeds with faults; `swarm --help` tells\n"
    "Plays deploy, train, score, query and proof on a simulated network; without --data on "
    "made-up\n"
    "patients. --json prints one object instead of the story. --trace shows every message between "
    "hosts and enclaves on standard error.\n";

struct Arguments {
    std::uint64_t seed = 1;
    std::string data;
    bool json = false;
    bool trace = false;
};

std::optional<Arguments> parse(std::span<char*> words) {
    Arguments arguments;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word == "--json") {
            arguments.json = true;
        } else if (word == "--trace") {
            arguments.trace = true;
        } else if (word == "--seed" && i + 1 < words.size()) {
            const std::string_view text = words[++i];
            const auto end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, arguments.seed);
            if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
        } else if (word == "--data" && i + 1 < words.size()) {
            arguments.data = words[++i];
        } else {
            return std::nullopt;
        }
    }
    return arguments;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

constexpr std::array input_names{"Start", "Blocks",      "Proof",    "Sealed",
                                 "Query", "PeerRequest", "PeerReply"};
constexpr std::array output_names{"Identity",    "NeedBlocks", "NeedProof",    "NeedSealed",
                                  "StoreSealed", "SubmitCall", "ToGatekeeper", "PeerReply",
                                  "QueryReply",  "Status",     "Log",          "Stopped"};

void trace(sim::World& world) {
    const auto line = [&world](std::size_t member) -> std::ostream& {
        return std::cerr << world.now().value << " ms, member " << member;
    };
    world.hooks.to_enclave = [line](std::size_t member, protocol::HostInput& message) {
        line(member) << " <- " << input_names.at(message.index()) << '\n';
        return sim::Fate::Deliver;
    };
    world.hooks.from_enclave = [line](std::size_t member, protocol::HostOutput& message) {
        line(member) << " -> " << output_names.at(message.index());
        if (const auto* call = std::get_if<protocol::output::SubmitCall>(&message)) {
            std::cerr << ' ' << call->what;
        } else if (const auto* log = std::get_if<protocol::output::Log>(&message)) {
            std::cerr << ' ' << log->code << ' ' << log->message;
        }
        std::cerr << '\n';
        return sim::Fate::Deliver;
    };
}

int fail(const std::string& message) {
    std::cerr << "cloister-sim: " << message << '\n';
    return 1;
}

void print_json(std::uint64_t seed, const sim::FlowReport& report) {
    json::Writer w;
    w.begin_object().key("seed").number(seed);
    w.key("contract").hex(report.contract.view());
    w.key("trained").number(report.trained);
    w.key("right_per_million").number(static_cast<std::uint64_t>(report.accuracy * 1e6 + 0.5));
    w.key("proof_bytes").number(report.proof_bytes);
    w.key("simulated").boolean(report.simulated);
    w.key("virtual_ms").number(report.virtual_ms);
    w.key("transcript").hex(report.transcript.view()).end_object();
    std::cout << std::move(w).take() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::cout << usage;
        return 0;
    }
    if (argc >= 2 && std::string_view(argv[1]) == "swarm")
        return sim::swarm_main(std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
    const auto arguments = parse({argv, static_cast<std::size_t>(argc)});
    if (!arguments) {
        std::cerr << usage;
        return 64;  // sysexits.h, EX_USAGE
    }
    const auto program = std::filesystem::canonical("/proc/self/exe");
    const auto wasm_path = program.parent_path().parent_path() / "contracts" / "diagnosis.wasm";
    const auto wasm = read_file(wasm_path);
    if (!wasm) return fail("cannot read " + wasm_path.string());
    sim::FlowOptions options{.wasm = to_bytes(view_of(*wasm)), .patients = {}, .print = {}};
    if (arguments->data.empty()) {
        options.patients = sim::made_up_patients();
    } else {
        const auto text = read_file(arguments->data);
        auto table = text ? client::diagnosis::parse_table(*text) : std::nullopt;
        if (!table) return fail(arguments->data + " is not the breast cancer table");
        options.patients = std::move(*table);
    }
    if (!arguments->json) options.print = [](std::string_view line) { std::cout << line << '\n'; };
    sim::World world({.seed = arguments->seed});
    if (arguments->trace) trace(world);
    const auto report = sim::play(world, options);
    if (!report) {
        for (const auto& line : world.logs()) {
            std::cerr << line.member << ' ' << line.code << ' ' << line.message << '\n';
        }
        for (const auto& failure : world.failures()) {
            std::cerr << "block " << failure.block.value << ": " << failure.error << '\n';
        }
        return fail(std::string(client::name_of(report.error().code)) + ": " +
                    report.error().message);
    }
    if (arguments->json) {
        print_json(arguments->seed, *report);
    } else {
        std::cout << "transcript 0x" << base::to_hex(report->transcript.view()) << '\n';
    }
    return 0;
}
