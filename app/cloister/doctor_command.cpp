// `cloister doctor`: what this machine has and lacks. Needs no network.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "dev_files.hpp"
#include "doctor_checks.hpp"
#include "output.hpp"

namespace cloister::app {
namespace {

struct Flags {
    std::string base_path;
};

void print_json(const std::vector<Check>& checks, std::size_t missing) {
    json::Writer w;
    w.begin_object().key("checks").begin_array();
    for (const Check& check : checks) {
        w.begin_object().key("group").string(check.group).key("name").string(check.name);
        w.key("state").string(name_of(check.state)).key("detail").string(check.detail);
        w.key("hint").string(check.hint).end_object();
    }
    w.end_array().key("missing").number(missing).end_object();
    print_line(w.text());
}

void print_text(const std::vector<Check>& checks, std::size_t missing) {
    constexpr std::size_t state_letters = 8;
    constexpr std::size_t name_letters = 18;
    const auto padded = [](std::string text, std::size_t letters) {
        text.resize(std::max(text.size() + 1, letters), ' ');
        return text;
    };
    std::string group;
    for (const Check& check : checks) {
        if (check.group != group) print_line(check.group + ":");
        group = check.group;
        print_line("  " + padded(std::string(name_of(check.state)), state_letters) +
                   padded(check.name, name_letters) + check.detail);
        if (!check.hint.empty())
            print_line("  " + padded("", state_letters + name_letters) + "-> " + check.hint);
    }
    print_line(missing == 0 ? "nothing is missing" : std::to_string(missing) + " missing");
}

int examine(Form form, const Flags& flags) {
    std::string base_path = flags.base_path;
    if (base_path.empty()) {
        auto usual = default_base_path();
        if (!usual) return print_error(form, usual.error());
        base_path = *usual;
    }
    std::vector<Check> checks;
    for (const auto& part :
         {check_hardening(), check_machine(), check_tee(), check_base_path(base_path)}) {
        checks.insert(checks.end(), part.begin(), part.end());
    }
    const auto missing =
        static_cast<std::size_t>(std::ranges::count(checks, Check::State::Missing, &Check::state));
    form == Form::Json ? print_json(checks, missing) : print_text(checks, missing);
    return missing == 0 ? exit_ok : exit_failure;
}

}  // namespace

void add_doctor(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* command = app.add_subcommand(
        "doctor",
        "what this machine has and lacks; exit code 0: nothing is missing, 1: something is");
    command->add_option("--base-path", flags->base_path,
                        "the directory to try; default: that of `cloister dev`");
    command->footer("Example:\n  cloister doctor --base-path /var/lib/cloister");
    command->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            return examine(form_of(invocation.json), *flags);
        };
    });
}

}  // namespace cloister::app
