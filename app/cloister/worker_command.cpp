// `cloister worker`: the host of one enclave, worker's or gatekeeper's, until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "base/hex.hpp"
#include "client_shell.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "key_file.hpp"
#include "worker_shell.hpp"

namespace cloister::app {
namespace {

struct Flags {
    std::string rpc = "http://127.0.0.1:9944";
    std::string genesis;
    std::string platform_socket;
    std::string enclave;
    std::string base_path;
    std::string operator_key;
    std::string gatekeeper;
    std::string role = "worker";
    std::string endpoint;
    std::uint64_t cluster = 0;
    std::uint16_t port = 0;
};

Result<io::HttpCall, Problem> url_of(const std::string& text) {
    auto call = io::parse_http_url(text);
    if (!call)
        return err(Problem{"BadUrl", "not a URL: " + text, "use one like http://127.0.0.1:9944"});
    return std::move(*call);
}

Result<WorkerOptions, Problem> options_of(const Flags& flags) {
    WorkerOptions options;
    CLOISTER_TRY(options.node, url_of(flags.rpc));
    if (!flags.gatekeeper.empty()) {
        CLOISTER_TRY(options.gatekeeper, url_of(flags.gatekeeper));
    }
    const auto bytes = base::from_hex(flags.genesis);
    const auto genesis = bytes ? BlockHash::from(*bytes) : std::nullopt;
    if (!genesis)
        return err(Problem{"BadGenesis", "a genesis hash has 64 hexadecimal digits",
                           "`cloister dev` and `cloister node` print it"});
    options.agent.genesis = *genesis;
    if (flags.role == "gatekeeper") {
        options.agent.role = protocol::Role::Gatekeeper;
    } else {
        options.agent.cluster = protocol::cluster_id(flags.cluster);
    }
    options.agent.endpoint = flags.endpoint;
    options.enclave = {.platform_socket = flags.platform_socket, .enclave = flags.enclave};
    options.base_path = flags.base_path;
    options.port = flags.port;
    return options;
}

int run(Form form, const Flags& flags) {
    auto options = options_of(flags);
    if (!options) return print_error(form, options.error());
    const std::string source = or_environment(flags.operator_key, "CLOISTER_OPERATOR");
    if (source.empty())
        return print_usage_error(form, "a worker signs as its operator, and none is named",
                                 "give --operator FILE or set CLOISTER_OPERATOR");
    const auto operator_key = [&source] { return load_key(crypto::Scheme::Sr25519, source); };
    io::EventLoop loop;
    const auto stop = [&loop](int) { loop.stop(); };
    loop.on_signal(SIGTERM, stop);
    loop.on_signal(SIGINT, stop);
    auto shell = WorkerShell::open(loop, std::move(*options), operator_key);
    if (!shell) return print_error(form, shell.error());
    const std::string url = "http://127.0.0.1:" + std::to_string((*shell)->port());
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("event").string("listening").key("url").string(url).end_object();
        print_line(w.text());
    } else {
        print_line(flags.role + " host at " + url);
    }
    loop.run();
    return exit_ok;
}

}  // namespace

void add_worker(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* command =
        app.add_subcommand("worker", "run the host of an enclave: worker or gatekeeper");
    command->add_option("--rpc", flags->rpc, "the node's URL")->capture_default_str();
    command->add_option("--genesis", flags->genesis, "hash of the chain's block 0")->required();
    command->add_option("--platform-socket", flags->platform_socket, "cloister-platform's socket")
        ->required();
    command->add_option("--enclave", flags->enclave, "absolute path of the enclave's program")
        ->required();
    command->add_option("--base-path", flags->base_path, "directory of sealed blobs")->required();
    command->add_option("--operator", flags->operator_key,
                        "the operator's key: a file, or //Name for development; default: "
                        "CLOISTER_OPERATOR");
    command->add_option("--listen", flags->port, "port for clients; 0 lets the system choose")
        ->capture_default_str();
    command->add_option("--endpoint", flags->endpoint,
                        "URL to publish on chain; default: this port");
    command->add_option("--gatekeeper", flags->gatekeeper, "the gatekeeper's URL");
    command->add_option("--cluster", flags->cluster, "number of the cluster to serve")
        ->capture_default_str();
    command->add_option("--role", flags->role, "what the enclave is")
        ->check(CLI::IsMember({"worker", "gatekeeper"}))
        ->capture_default_str();
    command->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] { return run(form_of(invocation.json), *flags); };
    });
}

}  // namespace cloister::app
