// `cloister demo`: a hospital and a clinic work together on records that nobody else sees, from
// nothing to a verified proof, in one command that ends by itself.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <memory>

#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "demo_run.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

struct Flags {
    std::string data;
    std::string bundle;
    bool keep = false;
    bool markers = false;
    bool no_markers = false;
};

std::string default_data() {
    const char* cache = std::getenv("CLOISTER_CACHE");
    const char* home = std::getenv("HOME");
    const std::string base =
        cache != nullptr ? cache : std::string(home == nullptr ? "" : home) + "/.cache/cloister";
    return base + "/data/breast_cancer.csv";
}

// Beside the build's programs.
std::string default_bundle() {
    const std::string self = io::own_program_path().get();
    return self.substr(0, self.rfind('/')) + "/../contracts/diagnosis.contract";
}

std::string decimal(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

void print_outcome(Form form, const DemoOutcome& outcome) {
    if (form == Form::Text) {
        print_line("");
        print_line(outcome.held() ? "All of it held, in " + seconds_text(outcome.seconds) + "."
                                  : std::string("NOT all of it held: see FAILS above."));
        return;
    }
    json::Writer around;
    around.begin_object().key("simulated").boolean(true).key("leaks_found");
    outcome.leaked ? around.boolean(*outcome.leaked) : around.null();
    around.end_object();
    print_line(around.text());
    json::Writer w;
    w.begin_object().key("accuracy").raw(decimal(outcome.accuracy, 4));
    w.key("records_trained").number(outcome.trained).key("records_scored").number(outcome.scored);
    w.key("proof_verified").boolean(outcome.proof_verified).key("tasks").number(outcome.tasks);
    w.key("seconds").raw(decimal(outcome.seconds, 3)).end_object();
    print_line(w.text());
}

Result<DemoOutcome, Problem> play(const DemoOptions& options, const std::string& folder,
                                  DemoView& view) {
    DemoRun run(options, folder, view);
    return run.play();
}

int demo(Form form, const Flags& flags) {
    DemoOptions options{.data = flags.data.empty() ? default_data() : flags.data,
                        .bundle = flags.bundle.empty() ? default_bundle() : flags.bundle,
                        .markers = flags.markers || (form == Form::Text && !flags.no_markers)};
    if (!io::file_exists(options.data)) {
        return print_error(form, {"NoData", "there are no records at " + options.data,
                                  "run tools/fetch-data.sh, which fetches them"});
    }
    if (!io::file_exists(options.bundle)) {
        return print_error(form, {"NoBundle", "there is no contract at " + options.bundle,
                                  "run `make build`, or give --bundle FILE"});
    }
    const auto folder = io::make_temporary_directory("cloister-demo-");
    if (!folder) return print_error(form, problem_of(folder.error()));
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { LineChild::interrupt_all(); });
    DemoView view(form);
    view.title("Cloister demo: two hospitals, one model, and nobody else sees a record");
    const auto outcome = play(options, *folder, view);
    if (outcome) {
        view.times();
        print_outcome(form, *outcome);
    }
    const int code =
        outcome ? (outcome->held() ? exit_ok : exit_failure) : print_error(form, outcome.error());
    const bool failed = code != exit_ok && !LineChild::interrupted();
    if (flags.keep || failed) {
        log_line("Kept", "everything of this run is in " + *folder);
    } else if (auto removed = io::remove_tree(*folder); !removed) {
        log_line("NotRemoved", removed.error().text);
    }
    return code;
}

}  // namespace

void add_demo(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* command =
        app.add_subcommand("demo", "two hospitals, one model, no shared records: the whole of it");
    command->add_option("--data", flags->data,
                        "the breast cancer table; default: where tools/fetch-data.sh puts it");
    command->add_option("--bundle", flags->bundle, "the diagnosis contract; default: the build's");
    command->add_flag(
        "--keep", flags->keep,
        "keep the run's directory: chain, logs, proof; one of a failed run is always kept");
    command->add_flag("--markers", flags->markers,
                      "search files and memory outside of enclaves for plaintext: what a run does "
                      "unless it is under --json");
    command->add_flag("--no-markers", flags->no_markers, "do not search")->excludes("--markers");
    command->footer("Example:\n  cloister demo");
    command->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] { return demo(form_of(invocation.json), *flags); };
    });
}

}  // namespace cloister::app
