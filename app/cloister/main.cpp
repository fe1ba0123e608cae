// cloister: node, worker, development network and client in one program. Each subcommand is a shell
// over the state machines in src/.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "commands.hpp"
#include "output.hpp"

namespace {

using namespace cloister;

// The parser may fail before it reaches the flag.
bool wants_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--json") return true;
    }
    return false;
}

int refuse_usage(app::Form form, const CLI::App& parser, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return parser.exit(error);  // --help and --version
    app::print_error(
        form,
        {.code = "Usage", .message = error.what(), .hint = "cloister --help, or COMMAND --help"});
    return app::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
    app::Invocation invocation;
    CLI::App parser{"Cloister: a confidential computing network.", "cloister"};
    parser.set_version_flag("--version", "cloister 0.1.0");
    parser.require_subcommand(1);
    parser.fallthrough();
    parser.add_flag("--json", invocation.json, "results and errors as JSON on standard output");
    for (const auto add : app::all_commands) add(parser, invocation);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return refuse_usage(app::form_of(wants_json(argc, argv)), parser, error);
    }
    try {
        return invocation.action();
    } catch (const std::exception& error) {
        return app::print_error(app::form_of(invocation.json),
                                {.code = "Internal",
                                 .message = error.what(),
                                 .hint = "this is a bug: please report it"});
    }
}
