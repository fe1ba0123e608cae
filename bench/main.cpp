// The benchmark program: which groups there are, and how their lines are shown. Every figure is a
// median, measured in turns with what stands beside it.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "bench.hpp"
#include "codec/json/writer.hpp"
#include "io/process.hpp"

namespace cloister::bench {
namespace {

struct Group {
    std::string_view name;
    Result<Lines, std::string> (*measure)(const Places& places);
};
constexpr std::array<Group, 7> groups{{{"trie", measure_trie},
                                       {"signatures", measure_signatures},
                                       {"attest", measure_attestation},
                                       {"contract", measure_contracts},
                                       {"solo", measure_solo},
                                       {"growth", measure_growth},
                                       {"network", measure_network}}};

std::string number(double value) {
    std::ostringstream out;
    out.precision(value >= 1000 ? 0 : value >= 100 ? 1 : value >= 1 ? 2 : 5);
    out << std::fixed << value;
    return out.str();
}

// What the figures depend on besides the code.
std::string machine() {
    std::string model = "unknown processor";
    std::ifstream cpuinfo("/proc/cpuinfo");
    for (std::string line; std::getline(cpuinfo, line);) {
        if (!line.starts_with("model name")) continue;
        model = line.substr(line.find(':') + 2);
        break;
    }
    std::string load;
    std::ifstream("/proc/loadavg") >> load;
    return std::to_string(std::thread::hardware_concurrency()) + " x " + model + ", load " + load;
}

void print_table(const Lines& lines) {
    const auto padded = [](std::string text, std::size_t width) {
        text.resize(std::max(width, text.size()), ' ');
        return text;
    };
    const auto right = [](const std::string& text, std::size_t width) {
        return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
    };
    for (const Line& line : lines) {
        const std::string row = padded(line.what, 52) + right(number(line.value), 10) + ' ' +
                                padded(line.unit, 10) + padded(line.beside, 30) +
                                right(number(line.beside_value), 10) + "   x " +
                                number(line.ratio());
        std::puts(row.c_str());
    }
}

void print_json(const std::string& host, const std::vector<std::pair<std::string, Lines>>& all) {
    json::Writer w;
    w.begin_object().key("machine").string(host).key("lines").begin_array();
    for (const auto& [command, lines] : all) {
        for (const Line& line : lines) {
            w.begin_object().key("name").string(line.name).key("what").string(line.what);
            w.key("unit").string(line.unit).key("value").raw(number(line.value));
            w.key("beside").string(line.beside).key("beside_value").raw(number(line.beside_value));
            w.key("ratio").raw(number(line.ratio())).key("command").string(command).end_object();
        }
    }
    w.end_array().end_object();
    std::puts(w.text().c_str());
}

struct Arguments {
    bool json = false;
    std::vector<std::string> only{};  // groups; empty: all
    std::string programs{};           // directory; empty: where this program is
    bool valid = true;

    bool wants(std::string_view group) const {
        return only.empty() || std::ranges::find(only, group) != only.end();
    }
};

Arguments parse(const std::vector<std::string>& words) {
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--json") {
            arguments.json = true;
        } else if (words[i] == "--bin" && i + 1 < words.size()) {
            arguments.programs = words[++i];
        } else if (std::ranges::find(groups, words[i], &Group::name) != groups.end()) {
            arguments.only.push_back(words[i]);
        } else {
            arguments.valid = false;
        }
    }
    return arguments;
}

int run(const std::string& program, const Arguments& arguments) {
    const auto own_path = io::own_program_path();
    if (!own_path) return 1;
    const std::string own = own_path->substr(0, own_path->rfind('/'));
    const std::string host = machine();
    const Places places{.programs = arguments.programs.empty() ? own : arguments.programs,
                        .contracts = own + "/../contracts"};
    if (!arguments.json) std::puts(("machine: " + host).c_str());
    std::vector<std::pair<std::string, Lines>> all;
    int status = 0;
    for (const Group& group : groups) {
        if (!arguments.wants(group.name)) continue;
        const std::string command = program + ' ' + std::string(group.name);
        if (!arguments.json) std::puts(("\n$ " + command).c_str());
        const auto lines = group.measure(places);
        if (!lines) {
            std::fprintf(stderr, "cloister_bench: %s\n", lines.error().c_str());
            status = 1;
            continue;
        }
        if (!arguments.json) print_table(*lines);
        std::fflush(stdout);
        all.emplace_back(command, *lines);
    }
    if (arguments.json) print_json(host, all);
    return status;
}

}  // namespace
}  // namespace cloister::bench

int main(int count, char** words) {
    const std::vector<std::string> all(words, words + count);
    if (all.size() == 2 && all[1] == "echo-server") return cloister::bench::run_echo_server();
    if (all.size() == 4 && all[1] == "load-accounts") {
        return cloister::bench::run_load_accounts(all[2], std::stoul(all[3]));
    }
    const auto arguments = cloister::bench::parse({all.begin() + 1, all.end()});
    if (!arguments.valid) {
        std::fputs(
            "usage: cloister_bench [--json] [--bin DIR] [GROUP...]\n"
            "groups: trie signatures attest contract solo growth network\n",
            stderr);
        return 64;
    }
    return cloister::bench::run(all[0], arguments);
}
