// `cloister dev`: a whole development network on this machine, until Ctrl-C.
#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <memory>

#include "base/hex.hpp"
#include "client_shell.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "dev_approve.hpp"
#include "dev_network.hpp"
#include "io/clock.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t workers_max = 32;
constexpr std::size_t port_max = 65'535;
constexpr std::size_t socket_path_max = 107;  // sun_path

struct Flags {
    std::string base_path;
    std::uint16_t rpc_port = 9944;
    std::uint16_t worker_port = 8000;
    std::uint16_t gatekeeper_port = 0;
    std::size_t workers = 3;
    std::uint64_t block_time_ms = 0;
    bool reset = false;
    bool approve_measurement = false;
};

// What is on disk, and what this start changes.
struct Prepared {
    DevPlan plan;
    DevRecord record;
    Measurement measurement;  // of the enclave as it is built now
    bool approve = false;
};

Result<std::string, Problem> base_path_of(const Flags& flags) {
    std::string path = flags.base_path;
    if (path.empty()) {
        CLOISTER_TRY(path, default_base_path());
    }
    path = std::filesystem::absolute(path).lexically_normal().string();
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if ((path + "/platform.sock").size() > socket_path_max) {
        return err(Problem{"BasePathTooLong",
                           "no socket can be made in a directory with a name as long as " + path,
                           "choose a shorter one with --base-path"});
    }
    return path;
}

Problem rebuilt(const DevRecord& record, const Measurement& measurement) {
    return {"MeasurementChanged",
            "this network's state belongs to the enclave " +
                base::to_hex_0x(record.approved.back()) + ", and the one that is built now is " +
                base::to_hex_0x(measurement),
            "--approve-measurement lets the new one in and keeps the state; --reset starts a new "
            "network"};
}

// The gatekeeper's share opens for the program that sealed it, and for no other.
Result<std::string, Problem> gatekeeper_enclave(const std::string& base_path,
                                                const Prepared& prepared) {
    if (prepared.record.gatekeeper == prepared.measurement) return prepared.plan.programs.enclave;
    std::string kept = kept_enclave_path(base_path, prepared.record.gatekeeper);
    if (io::file_exists(kept)) return kept;
    return err(Problem{"EnclaveMissing",
                       "the gatekeeper's secret opens for the enclave " +
                           base::to_hex_0x(prepared.record.gatekeeper) +
                           " only, which is not kept in " + base_path,
                       "--reset starts a new network"});
}

Result<Prepared, Problem> prepare(const Flags& flags, const std::string& base_path) {
    Prepared prepared;
    CLOISTER_TRY(prepared.plan.programs, find_programs());
    CLOISTER_TRY(prepared.measurement, measure(prepared.plan.programs.enclave));
    if (flags.reset) CLOISTER_CHECK(reset_base_path(base_path));
    CLOISTER_TRY(std::optional<DevRecord> record, load_record(base_path));
    if (!record) {
        CLOISTER_TRY(record, make_network(base_path, prepared.plan.programs, prepared.measurement,
                                          flags.workers));
    }
    prepared.record = std::move(*record);
    const bool known = std::ranges::find(prepared.record.approved, prepared.measurement) !=
                       prepared.record.approved.end();
    if (!known && !flags.approve_measurement)
        return err(rebuilt(prepared.record, prepared.measurement));
    prepared.approve = !known;
    if (flags.workers > prepared.record.operators) {
        return err(Problem{"TooManyWorkers",
                           "this network has " + std::to_string(prepared.record.operators) +
                               " operators with a bond",
                           "--reset starts a new network with more"});
    }
    // Enclaves run from the kept copy: a rebuild changes neither a restart nor the next start.
    CLOISTER_CHECK(keep_enclave(base_path, prepared.plan.programs.enclave, prepared.measurement));
    prepared.plan.programs.enclave = kept_enclave_path(base_path, prepared.measurement);
    CLOISTER_TRY(prepared.plan.gatekeeper_enclave, gatekeeper_enclave(base_path, prepared));
    prepared.plan.base_path = base_path;
    prepared.plan.rpc_port = flags.rpc_port;
    prepared.plan.worker_port = flags.worker_port;
    prepared.plan.gatekeeper_port = flags.gatekeeper_port;
    prepared.plan.workers = flags.workers;
    prepared.plan.block_time_ms = flags.block_time_ms;
    return prepared;
}

void write_host(json::Writer& w, const DevHost& host) {
    w.begin_object().key("url").string(host.url).key("worker").string(host.worker);
    w.key("operator")
        .string(host.operator_uri)
        .key("pid")
        .number(static_cast<std::uint64_t>(host.child->pid()));
    w.key("enclave_pid").number(host.enclave_pid).end_object();
}

std::string ready_json(const DevNetwork& network, std::uint64_t ready_ms) {
    json::Writer w;
    w.begin_object().key("event").string("ready").key("rpc").string(network.rpc_url());
    w.key("genesis").string(network.genesis()).key("base_path").string(network.plan().base_path);
    w.key("workers").begin_array();
    for (const DevHost& worker : network.workers()) write_host(w, worker);
    w.end_array().key("gatekeeper");
    write_host(w, network.gatekeeper());
    w.key("pids").begin_object().key("dev").number(static_cast<std::uint64_t>(::getpid()));
    w.key("platform").number(static_cast<std::uint64_t>(network.platform_pid()));
    w.key("node").number(static_cast<std::uint64_t>(network.node_pid())).end_object();
    w.key("simulated").boolean(true).key("ready_ms").number(ready_ms).end_object();
    return std::move(w).take();
}

void print_summary(const DevNetwork& network, std::uint64_t ready_ms) {
    print_line("Cloister development network, ready after " + std::to_string(ready_ms) +
               " ms. Ctrl-C stops it.");
    print_line("SIMULATED enclaves: nothing is hidden from the owner of this machine.");
    print_line("");
    print_line("  node        " + network.rpc_url());
    print_line("  genesis     " + network.genesis());
    for (const DevHost& worker : network.workers()) {
        print_line("  " + worker.child->options().name + "    " + worker.url + "  " +
                   worker.worker);
    }
    print_line("  gatekeeper  " + network.gatekeeper().url);
    print_line("  accounts    //Alice //Bob //Charlie //Dave //Eve //Ferdie");
    print_line("  state       " + network.plan().base_path +
               " (logs in logs/; --reset starts anew)");
    print_line("");
    print_line("Try, in another terminal:");
    print_line("  export CLOISTER_GENESIS=" + network.genesis());
    const bool usual = network.rpc_url() == NodeFlags{}.rpc;
    print_line("  cloister contract deploy build/contracts/diagnosis.contract --suri //Alice" +
               (usual ? std::string() : " --rpc " + network.rpc_url()));
    print_line("  curl " + network.workers().front().url + "/status");
}

int run_network(Form form, Prepared prepared, Instant started) {
    io::EventLoop loop;
    std::optional<Problem> failure;
    const std::string base_path = prepared.plan.base_path;
    std::optional<DevNetwork> network;
    const auto stop = [&] { network->stop([&loop] { loop.stop(); }); };
    const auto on_node = [&]() -> Result<void, Problem> {
        if (!prepared.approve) return {};
        const auto genesis = BlockHash::from(base::from_hex(network->genesis()).value_or(Bytes{}));
        CLOISTER_ASSERT(genesis.has_value());
        CLOISTER_CHECK(approve_measurement(network->rpc_url(), *genesis, prepared.measurement));
        prepared.record.approved.push_back(prepared.measurement);
        return save_record(base_path, prepared.record);
    };
    const auto on_ready = [&] {
        const std::uint64_t ready_ms = io::steady_now().value - started.value;
        if (form == Form::Json) {
            print_line(ready_json(*network, ready_ms));
        } else {
            print_summary(*network, ready_ms);
        }
    };
    const auto on_failure = [&](const Problem& problem) {
        failure = problem;
        stop();
    };
    network.emplace(
        loop, prepared.plan,
        DevNetwork::Handlers{.on_node = on_node, .on_ready = on_ready, .on_failure = on_failure});
    loop.on_signal(SIGINT, [&](int) { stop(); });
    loop.on_signal(SIGTERM, [&](int) { stop(); });
    if (const auto begun = network->start(); !begun) return print_error(form, begun.error());
    loop.run();
    return failure ? print_error(form, *failure) : exit_ok;
}

int run(Form form, const Flags& flags) {
    const Instant started = io::steady_now();
    if (flags.worker_port + flags.workers - 1 > port_max) {
        return print_usage_error(form,
                                 "there are not as many ports as workers from " +
                                     std::to_string(flags.worker_port) + " on",
                                 "choose a lower --worker-port, or fewer --workers");
    }
    const auto base_path = base_path_of(flags);
    if (!base_path) return print_error(form, base_path.error());
    const auto lock = lock_base_path(*base_path);
    if (!lock) return print_error(form, lock.error());
    auto prepared = prepare(flags, *base_path);
    if (!prepared) return print_error(form, prepared.error());
    return run_network(form, std::move(*prepared), started);
}

}  // namespace

void add_dev(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* command =
        app.add_subcommand("dev", "run a whole development network on this machine");
    command->add_option("--base-path", flags->base_path,
                        "where its state is kept; default: ~/.local/share/cloister/dev");
    command->add_option("--rpc-port", flags->rpc_port, "0 lets the system choose")
        ->capture_default_str();
    command
        ->add_option("--worker-port", flags->worker_port,
                     "of worker 0; worker i has this + i; 0 lets the system choose")
        ->capture_default_str();
    command->add_option("--gatekeeper-port", flags->gatekeeper_port, "0 lets the system choose")
        ->capture_default_str();
    command->add_option("--workers", flags->workers, "how many")
        ->check(CLI::Range(std::size_t{1}, workers_max))
        ->capture_default_str();
    command
        ->add_option("--block-time-ms", flags->block_time_ms,
                     "0: a block whenever there is something to put in it")
        ->capture_default_str();
    auto* reset =
        command->add_flag("--reset", flags->reset, "forget the old network and start a new one");
    command
        ->add_flag("--approve-measurement", flags->approve_measurement,
                   "after a rebuild: let the new enclave in")
        ->excludes(reset);
    command->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] { return run(form_of(invocation.json), *flags); };
    });
}

}  // namespace cloister::app
