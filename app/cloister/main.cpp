// cloister: node, worker, development network and client in one program. Each subcommand is a shell
// over the state machines in src/.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>
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

// What every command has: --json in its own help, and numbers that are not negative (the parser
// would wrap them).
void complete(CLI::App& command, bool& json) {
    for (CLI::Option* option : command.get_options()) {
        if (option->get_type_name().starts_with("UINT"))
            option->check(CLI::Validator(CLI::NonNegativeNumber).description(""));
    }
    command.add_flag("--json", json, "results and errors as JSON on standard output");
    for (CLI::App* inner : command.get_subcommands([](CLI::App*) { return true; }))
        complete(*inner, json);
}

// The parser only says that a command is missing.
std::optional<app::Problem> find_unknown_command(const CLI::App& parser, int argc, char** argv) {
    const CLI::App* at = &parser;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto inner = at->get_subcommands([](const CLI::App*) { return true; });
        if (inner.empty()) return std::nullopt;
        if (word.starts_with('-')) continue;
        std::string known;
        const CLI::App* next = nullptr;
        for (const CLI::App* command : inner) {
            if (command->get_name() == word) next = command;
            if (!command->get_group().empty())
                known += (known.empty() ? "" : ", ") + command->get_name();
        }
        if (next == nullptr)
            return app::Problem{"Usage", "there is no command '" + word + "'",
                                "these are: " + known};
        at = next;
    }
    return std::nullopt;
}

int refuse_usage(app::Form form, const CLI::App& parser, int argc, char** argv,
                 const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return parser.exit(error);  // --help and --version
    app::print_error(form,
                     find_unknown_command(parser, argc, argv)
                         .value_or(app::Problem{.code = "Usage",
                                                .message = error.what(),
                                                .hint = "`cloister COMMAND --help` says how"}));
    return app::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
    app::Invocation invocation;
    CLI::App parser{"Cloister: a confidential computing network.", "cloister"};
    parser.set_version_flag("--version", "cloister 0.1.0");
    parser.require_subcommand(1);
    parser.fallthrough();
    for (const auto add : app::all_commands) add(parser, invocation);
    complete(parser, invocation.json);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return refuse_usage(app::form_of(wants_json(argc, argv)), parser, argc, argv, error);
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
