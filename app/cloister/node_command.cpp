// `cloister node`: one authority's node, until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "base/hex.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
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
    command->add_option("--genesis-config", options->genesis_config,
                        "instead of genesis.scale in the base path");
    command->callback([&invocation, options] {
        invocation.action = [&invocation, options] {
            return run(form_of(invocation.json), *options);
        };
    });
}

}  // namespace cloister::app
