// `cloister proof`: one file that proves one computation, and its check without any network.
#include <CLI/CLI.hpp>
#include <memory>

#include "client/proof.hpp"
#include "client_shell.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

struct Flags {
    NodeFlags node;
    std::uint64_t task = 0;
    std::string file;
};

Result<int, Problem> export_one(Form form, const Flags& flags) {
    CLOISTER_TRY(Connection connection, Connection::open(flags.node));
    const auto proof = client::export_proof(connection.chain(), TaskId(flags.task));
    if (!proof) return err(problem_of(proof.error()));
    const Bytes bytes = scale::encode(*proof);
    if (auto written = io::write_file_atomic(flags.file, bytes, io::FileMode::Public); !written) {
        return err(problem_of(written.error(), "choose another place with -o FILE"));
    }
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("task").number(flags.task).key("file").string(flags.file);
        w.key("bytes").number(bytes.size()).end_object();
        print_line(w.text());
    } else {
        print_line("proof of task " + std::to_string(flags.task) + ": " + flags.file + ", " +
                   std::to_string(bytes.size()) + " bytes");
    }
    return exit_ok;
}

int print_invalid(Form form, const Problem& problem) {
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("valid").boolean(false).key("simulated").null().key("task").null();
        w.key("worker").null().key("error").begin_object().key("code").string(problem.code);
        w.key("message")
            .string(problem.message)
            .key("hint")
            .string(problem.hint)
            .end_object()
            .end_object();
        print_line(w.text());
    } else {
        print_line("INVALID: " + problem.message + " (" + problem.code + ")");
        if (!problem.hint.empty()) print_line("hint: " + problem.hint);
    }
    return exit_failure;
}

std::string valid_json(const client::ProofVerdict& verdict) {
    json::Writer w;
    w.begin_object().key("valid").boolean(true).key("simulated").boolean(verdict.simulated);
    w.key("task").number(verdict.task.value).key("worker").hex(verdict.worker.view());
    w.key("error").null().end_object();
    return std::move(w).take();
}

void print_valid(const client::ProofVerdict& verdict) {
    print_line(std::string("VALID") +
               (verdict.simulated
                    ? ", SIMULATED: rests on a simulated platform, proves nothing against its owner"
                    : ""));
    print_line("  task         " + std::to_string(verdict.task.value) + ", " +
               std::string(protocol::name_of(verdict.receipt.outcome)) + ", final in block " +
               std::to_string(verdict.block.value));
    print_line("  contract     " + base::to_hex_0x(verdict.receipt.contract.view()));
    print_line("  code         " + base::to_hex_0x(verdict.receipt.code_hash.view()));
    print_line("  enclave      " + base::to_hex_0x(verdict.measurement.view()));
    print_line("  worker       " + base::to_hex_0x(verdict.worker.view()));
}

int verify(Form form, const Flags& flags) {
    const std::string hash = or_environment(flags.node.genesis, "CLOISTER_GENESIS");
    if (hash.empty()) {
        return print_usage_error(form, "a proof is checked against a genesis hash",
                                 "give --genesis HASH or set CLOISTER_GENESIS");
    }
    const auto genesis = parse_fixed<BlockHash>(hash, "a genesis hash");
    if (!genesis) return print_usage_error(form, genesis.error().message, genesis.error().hint);
    const auto bytes = read_input(flags.file, protocol::proof_file_bytes_max);
    if (!bytes)
        return print_usage_error(form, bytes.error().message, "name a file of `proof export`");
    const auto verdict = client::verify_proof(*bytes, *genesis);
    if (!verdict) return print_invalid(form, problem_of(verdict.error()));
    if (form == Form::Json) {
        print_line(valid_json(*verdict));
    } else {
        print_valid(*verdict);
    }
    return exit_ok;
}

}  // namespace

void add_proof(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* proof = app.add_subcommand("proof", "export and check proofs of computations");
    proof->require_subcommand(1);
    CLI::App* make =
        proof->add_subcommand("export", "everything from request to finality proof in one file");
    make->add_option("task", flags->task, "the task's number")->required();
    make->add_option("-o,--output", flags->file, "where to write it")->required();
    add_node_flags(*make, flags->node);
    make->footer("Example:\n  cloister proof export 7 -o task-7.proof --genesis $GENESIS");
    make->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            const Form form = form_of(invocation.json);
            auto done = export_one(form, *flags);
            return done ? *done : print_error(form, done.error());
        };
    });
    CLI::App* check = proof->add_subcommand(
        "verify", "offline; exit code 0: valid, 1: not, 64: nothing to judge");
    check->add_option("file", flags->file, "the proof")->required();
    add_genesis_flag(*check, flags->node.genesis);
    check->footer("Example:\n  cloister proof verify task-7.proof --genesis $GENESIS");
    check->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            return verify(form_of(invocation.json), *flags);
        };
    });
}

}  // namespace cloister::app
