// `cloister node`: one authority's node, until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "base/hex.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "node/replay.hpp"
#include "node_genesis.hpp"
#include "node_shell.hpp"

namespace cloister::app {
namespace {

void announce(Form form, const NodeShell& node) {
    const std::string url = "http://127.0.0.1:" + std::to_string(node.rpc_port());
    const std::string genesis = base::to_hex_0x(node.genesis());
    if (form == Form::Text) {
        return print_line("node at " + url + ", genesis " + genesis + ", block " +
                          std::to_string(node.newest().value));
    }
    json::Writer w;
    w.begin_object().key("event").string("ready").key("rpc").string(url);
    w.key("genesis").string(genesis).key("block").number(node.newest().value).end_object();
    print_line(w.text());
}

Problem problem_of(const node::ReplayFailure& failure) {
    return {std::string(node::name_of(failure.error)),
            "block " + std::to_string(failure.block.value) + ": " + failure.detail,
            "this database is not what an unbroken run leaves: keep it for a report, and start "
            "from a copy that verifies"};
}

Result<node::Newest, Problem> verify(const NodeOptions& options) {
    const std::string& genesis = options.genesis_config;
    CLOISTER_TRY(const runtime::GenesisConfig config,
                 load_genesis(genesis.empty() ? genesis_path(options.base_path) : genesis));
    const auto database = io::KeyValue::open(options.base_path + "/db");
    if (!database) return err(app::problem_of(database.error(), "is a node running on it?"));
    std::optional<io::Error> unreadable;
    const node::Store store([&](ByteView key) -> std::optional<Bytes> {
        auto value = database->get(key);
        if (value) return std::move(*value);
        if (!unreadable) unreadable = value.error();
        return std::nullopt;
    });
    const auto replay = node::verify_store(store, config);
    if (unreadable) return err(app::problem_of(*unreadable, "is the disk sound?"));
    if (!replay) return err(problem_of(replay.error()));
    return replay->newest();
}

int run_verify(Form form, const NodeOptions& options) {
    const auto newest = verify(options);
    if (!newest) return print_error(form, newest.error());
    const std::string hash = base::to_hex_0x(newest->hash);
    if (form == Form::Text) {
        print_line("verified: " + std::to_string(newest->number.value) +
                   " blocks executed again, the newest is " + hash);
        return exit_ok;
    }
    json::Writer w;
    w.begin_object().key("event").string("verified").key("block").number(newest->number.value);
    w.key("hash").string(hash).end_object();
    print_line(w.text());
    return exit_ok;
}

int run(Form form, const NodeOptions& options) {
    io::EventLoop loop;
    const auto stop = [&loop](int) { loop.stop(); };
    loop.on_signal(SIGTERM, stop);
    loop.on_signal(SIGINT, stop);
    auto node = NodeShell::open(loop, options);
    if (!node) return print_error(form, node.error());
    announce(form, **node);
    loop.run();
    if ((*node)->failure()) return print_error(form, *(*node)->failure());
    return exit_ok;
}

}  // namespace

void add_node(CLI::App& app, Invocation& invocation) {
    auto options = std::make_shared<NodeOptions>();
    CLI::App* command =
        app.add_subcommand("node", "run a node: blocks, state and JSON-RPC on 127.0.0.1");
    command
        ->add_option("--base-path", options->base_path,
                     "directory of database, genesis and authority.key")
        ->required();
    command->add_option("--rpc-port", options->rpc_port, "0 lets the system choose")
        ->capture_default_str();
    command
        ->add_option("--block-time-ms", options->block_time_ms,
                     "0: a block whenever there is something to put in it")
        ->capture_default_str();
    command
        ->add_option("--idle-timeout-ms", options->idle_timeout_ms,
                     "how long a connection may ask for nothing")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3'600'000}))
        ->capture_default_str();
    command
        ->add_option("--request-timeout-ms", options->request_timeout_ms,
                     "how long a client may take over one request, or over its answer")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3'600'000}))
        ->capture_default_str();
    command->add_option("--genesis-config", options->genesis_config,
                        "instead of genesis.scale in the base path");
    auto verify_only = std::make_shared<bool>(false);
    command->add_flag("--verify", *verify_only,
                      "execute the stored chain again from genesis, compare every state root and "
                      "the newest state, and end");
    command->callback([&invocation, options, verify_only] {
        invocation.action = [&invocation, options, verify_only] {
            const Form form = form_of(invocation.json);
            return *verify_only ? run_verify(form, *options) : run(form, *options);
        };
    });
}

}  // namespace cloister::app
