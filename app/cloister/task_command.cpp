// `cloister task`: where a task is, and what it gave back to whoever has its reply key.
#include <CLI/CLI.hpp>
#include <memory>

#include "client_shell.hpp"
#include "commands.hpp"
#include "protocol/storage.hpp"
#include "task_json.hpp"

namespace cloister::app {
namespace {

namespace storage = protocol::storage;

struct Flags {
    NodeFlags node;
    std::uint64_t task = 0;
    std::string reply_key;
};

struct Found {
    protocol::RequestRecord record;
    std::optional<protocol::TaskResult> result;
};

Result<Found, client::Error> find(client::Chain& chain, TaskId task) {
    Found found;
    CLOISTER_TRY(found.record,
                 chain.read_as<protocol::RequestRecord>(storage::tasks_request(task), "this task"));
    CLOISTER_TRY(const auto bytes, chain.read(storage::tasks_result(task)));
    if (bytes) {
        CLOISTER_TRY(found.result, chain.read_as<protocol::TaskResult>(storage::tasks_result(task),
                                                                       "its result"));
    }
    return found;
}

std::string_view name_of(protocol::RequestKind kind) {
    switch (kind) {
        case protocol::RequestKind::Call: return "call";
        case protocol::RequestKind::Instantiate: return "instantiate";
        case protocol::RequestKind::ActionFailed: return "action-failed";
    }
    return "?";
}

std::string show_json(const Found& found) {
    const protocol::RequestRecord& r = found.record;
    json::Writer w;
    w.begin_object().key("task").number(r.task.value).key("kind").string(name_of(r.kind));
    w.key("state").string(found.result ? "done" : "waiting");
    w.key("contract").hex(r.contract.view()).key("origin").hex(r.origin.view());
    w.key("submitted_at").number(r.submitted_at.value).key("deadline").number(r.deadline.value);
    w.key("sealed_input_bytes").number(r.sealed_input_bytes);
    w.key("finalised_at");
    found.result ? w.number(found.result->finalised_at.value) : w.null();
    w.key("receipt");
    if (found.result) {
        write_receipt(w, found.result->receipt);
    } else {
        w.null();
    }
    w.end_object();
    return std::move(w).take();
}

void print_found(const Found& found) {
    const protocol::RequestRecord& r = found.record;
    print_line("task " + std::to_string(r.task.value) + ": " + std::string(name_of(r.kind)) +
               " from block " + std::to_string(r.submitted_at.value) + ", " +
               std::to_string(r.sealed_input_bytes) + " sealed bytes");
    print_line("  origin              " + base::to_hex_0x(r.origin.view()));
    if (!found.result)
        return print_line("  no result yet; due by block " + std::to_string(r.deadline.value));
    print_line("  result in block     " + std::to_string(found.result->finalised_at.value) +
               ", by this receipt:");
    for (const auto& [name, value] : receipt_rows(found.result->receipt)) {
        print_line("    " + name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') +
                   value);
    }
}

int show(Form form, const Flags& flags) {
    auto connection = Connection::open(flags.node);
    if (!connection) return print_error(form, connection.error());
    const auto found = find(connection->chain(), TaskId(flags.task));
    if (!found) return print_error(form, problem_of(found.error()));
    if (form == Form::Json) {
        print_line(show_json(*found));
    } else {
        print_found(*found);
    }
    return exit_ok;
}

Result<int, Problem> open_result(Form form, const Flags& flags) {
    CLOISTER_TRY(Connection connection, Connection::open(flags.node));
    const TaskId task(flags.task);
    auto found = find(connection.chain(), task);
    if (!found) return err(problem_of(found.error()));
    if (!found->result) {
        return err(Problem{"NoResult", "this task has no result yet",
                           "cloister task show " + std::to_string(task.value)});
    }
    std::string path = flags.reply_key;
    if (path.empty()) {
        CLOISTER_TRY(path, reply_key_path(found->record.request_id));
    }
    CLOISTER_TRY(const crypto::X25519Key key, load_reply_key(path));
    const auto opened = client::open_output(connection.chain(), task, key);
    if (!opened) return err(problem_of(opened.error()));
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object();
        write_opened(w, task, found->result->receipt, *opened);
        w.end_object();
        print_line(w.text());
    } else {
        print_line("outcome  " + std::string(protocol::name_of(opened->outcome)));
        print_line("output   " + base::to_hex_0x(opened->output.reveal()));
    }
    return exit_ok;
}

}  // namespace

void add_task(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* task = app.add_subcommand("task", "look at tasks and open their results");
    task->require_subcommand(1);
    CLI::App* look = task->add_subcommand("show", "what the chain knows of a task, proven");
    CLI::App* open = task->add_subcommand("result", "opens a task's output");
    for (CLI::App* command : {look, open}) {
        command->add_option("task", flags->task, "the task's number")->required();
        add_node_flags(*command, flags->node);
    }
    open->add_option("--reply-key", flags->reply_key,
                     "the file that `contract call` kept; default: found by request");
    look->footer("Example:\n  cloister task show 7 --genesis $GENESIS");
    open->footer("Example:\n  cloister task result 7 --genesis $GENESIS");
    look->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] { return show(form_of(invocation.json), *flags); };
    });
    open->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            const Form form = form_of(invocation.json);
            auto done = open_result(form, *flags);
            return done ? *done : print_error(form, done.error());
        };
    });
}

}  // namespace cloister::app
