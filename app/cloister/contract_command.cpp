// `cloister contract`: build, deploy, call and query.
#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "contract_build.hpp"
#include "contract_flow.hpp"
#include "progress.hpp"
#include "task_json.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t salt_bytes = 16;

struct Flags {
    NodeFlags node;
    SignerFlags signer;
    BuildPlan build;
    std::string bundle;
    std::string constructor = "new";
    std::string contract;
    std::string message;
    std::string arguments;
    std::string salt;
    std::string worker;
    std::uint64_t cluster = 1;
    std::uint64_t timeout_s = 60;
};

// Shows each step while it lasts.
OnStep steps(std::optional<Progress>& progress) {
    return [&progress](const std::string& what) {
        progress.reset();
        progress.emplace(what);
    };
}

Result<Bytes, Problem> message_of(const std::string& name, const std::string& arguments) {
    if (arguments.empty()) return selector_of(name);
    CLOISTER_TRY(const Bytes encoded, parse_hex(arguments, "--args"));
    return concat(selector_of(name), encoded);
}

Result<int, Problem> build(Form form, const Flags& flags) {
    CLOISTER_TRY(const Built built, [&] {
        const Progress progress("compiling " + flags.build.source);
        return build_contract(flags.build);
    }());
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object()
            .key("bundle")
            .string(flags.build.output)
            .key("wasm")
            .string(built.wasm_path);
        w.key("code_hash")
            .string(built.code_hash)
            .key("wasm_bytes")
            .number(built.wasm_bytes)
            .end_object();
        print_line(w.text());
    } else {
        print_line(flags.build.output + "  code " + built.code_hash + ", " +
                   std::to_string(built.wasm_bytes) + " bytes");
    }
    return exit_ok;
}

std::string hint_for_constructor(protocol::TaskOutcome outcome) {
    if (outcome == protocol::TaskOutcome::BadCode)
        return "the enclave takes no such module: build it with `cloister contract build`, which "
               "names what is wrong";
    return "check --constructor and --args";
}

Result<int, Problem> deploy(Form form, const Flags& flags) {
    CLOISTER_TRY(const crypto::KeyPair key, load_signer(flags.signer));
    DeployPlan plan{.code = {},
                    .cluster = protocol::cluster_id(flags.cluster),
                    .salt = {},
                    .constructor = {},
                    .wait_ms = flags.timeout_s * 1000};
    CLOISTER_TRY(plan.code, read_code(flags.bundle));
    CLOISTER_TRY(plan.constructor, message_of(flags.constructor, flags.arguments));
    if (flags.salt.empty()) {
        plan.salt.resize(salt_bytes);
        new_entropy().fill(plan.salt);
    } else {
        CLOISTER_TRY(plan.salt, parse_hex(flags.salt, "--salt"));
    }
    CLOISTER_TRY(Connection connection, Connection::open(flags.node));
    std::optional<Progress> progress;
    CLOISTER_TRY(const Deployed deployed,
                 deploy_contract(connection.chain(), key, plan, steps(progress)));
    progress.reset();
    const auto outcome = deployed.constructor.opened.outcome;
    if (outcome != protocol::TaskOutcome::Ok) {
        return err(Problem{"ConstructorFailed",
                           "the constructor ended as " + std::string(protocol::name_of(outcome)),
                           hint_for_constructor(outcome)});
    }
    const std::string contract = base::to_hex_0x(deployed.contract.view());
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object()
            .key("contract")
            .string(contract)
            .key("code_hash")
            .hex(deployed.code_hash.view());
        w.key("task").number(deployed.constructor.task.value).end_object();
        print_line(w.text());
    } else {
        print_line("contract " + contract);
    }
    return exit_ok;
}

Result<int, Problem> call(Form form, const Flags& flags) {
    CLOISTER_TRY(const crypto::KeyPair key, load_signer(flags.signer));
    CallPlan plan;
    plan.wait_ms = flags.timeout_s * 1000;
    CLOISTER_TRY(plan.contract, parse_fixed<ContractId>(flags.contract, "a contract"));
    CLOISTER_TRY(plan.message, message_of(flags.message, flags.arguments));
    CLOISTER_TRY(Connection connection, Connection::open(flags.node));
    std::optional<Progress> progress;
    CLOISTER_TRY(const Called called,
                 call_contract(connection.chain(), key, plan, steps(progress)));
    progress.reset();
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object();
        write_opened(w, called.task, called.result.receipt, called.opened);
        w.key("reply_key").string(called.reply_key_path).end_object();
        print_line(w.text());
    } else {
        print_line("task      " + std::to_string(called.task.value));
        print_line("outcome   " + std::string(protocol::name_of(called.opened.outcome)));
        print_line("output    " + base::to_hex_0x(called.opened.output.reveal()));
        print_line("reply key " + called.reply_key_path);
    }
    return called.opened.outcome == protocol::TaskOutcome::Ok ? exit_ok : exit_failure;
}

Result<int, Problem> query(Form form, const Flags& flags) {
    CLOISTER_TRY(const crypto::KeyPair key, load_signer(flags.signer));
    CLOISTER_TRY(const ContractId contract, parse_fixed<ContractId>(flags.contract, "a contract"));
    CLOISTER_TRY(const Bytes message, message_of(flags.message, flags.arguments));
    CLOISTER_TRY(Connection connection, Connection::open(flags.node));
    std::vector<std::string> workers{flags.worker};
    if (flags.worker.empty()) {
        CLOISTER_TRY(workers, find_worker_urls(connection.chain(), contract));
    }
    CLOISTER_TRY(const Asked asked, [&] {
        const Progress progress("the enclave answers");
        return query_any(connection.chain(), key, contract, message, workers);
    }());
    const protocol::AnswerStatement& s = asked.answer.statement;
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("outcome").string(protocol::name_of(asked.answer.outcome));
        w.key("output").hex(asked.answer.output).key("sequence").number(s.sequence.value);
        w.key("block_hash")
            .hex(s.block_hash.view())
            .key("worker")
            .hex(s.worker.view())
            .end_object();
        print_line(w.text());
    } else {
        print_line("outcome  " + std::string(protocol::name_of(asked.answer.outcome)));
        print_line("output   " + base::to_hex_0x(asked.answer.output));
        print_line("state    after command " + std::to_string(s.sequence.value) +
                   ", signed by worker " + base::to_hex_0x(s.worker.view()));
    }
    return exit_ok;
}

using Action = Result<int, Problem> (*)(Form, const Flags&);

void run_on_parse(CLI::App* command, Invocation& invocation, const std::shared_ptr<Flags>& flags,
                  Action action) {
    command->callback([&invocation, flags, action] {
        invocation.action = [&invocation, flags, action] {
            const Form form = form_of(invocation.json);
            auto done = action(form, *flags);
            return done ? *done : print_error(form, done.error());
        };
    });
}

void add_build(CLI::App& contract, Invocation& invocation, const std::shared_ptr<Flags>& flags) {
    CLI::App* command = contract.add_subcommand("build", "compiles a C++ contract into a bundle");
    command->add_option("source", flags->build.source, "one C++ file")->required();
    command->add_option("-o,--output", flags->build.output, "the bundle to write")->required();
    command->add_option("--sdk", flags->build.sdk,
                        "the contract SDK; default: found near this program or the source");
    command->footer("Example:\n  cloister contract build counter.cpp -o counter.contract");
    run_on_parse(command, invocation, flags, build);
}

void add_deploy(CLI::App& contract, Invocation& invocation, const std::shared_ptr<Flags>& flags) {
    CLI::App* command = contract.add_subcommand(
        "deploy", "uploads code and runs its constructor on sealed arguments");
    command->add_option("bundle", flags->bundle, "NAME.contract, or a WASM module")->required();
    command->add_option("--constructor", flags->constructor, "its name, or 0x and a selector")
        ->capture_default_str();
    command->add_option("--args", flags->arguments, "SCALE arguments as hexadecimal");
    command->add_option("--salt", flags->salt, "hexadecimal, at most 64 bytes; default: random");
    command->add_option("--cluster", flags->cluster, "number of the cluster")
        ->capture_default_str();
    command->add_option("--timeout", flags->timeout_s, "seconds to wait for each step")
        ->capture_default_str();
    add_signer_flags(*command, flags->signer);
    add_node_flags(*command, flags->node);
    command->footer(
        "Example:\n  cloister contract deploy counter.contract --suri //Alice --genesis $GENESIS");
    run_on_parse(command, invocation, flags, deploy);
}

void add_messages(CLI::App& contract, Invocation& invocation, const std::shared_ptr<Flags>& flags) {
    CLI::App* command = contract.add_subcommand(
        "call",
        "a command: sealed, computed by an enclave, proven on chain; exit code 0: its outcome is "
        "Ok, 1: another (Reverted, Trapped...) or an error");
    CLI::App* ask = contract.add_subcommand(
        "query", "a question straight to an enclave: nothing reaches the chain");
    for (CLI::App* each : {command, ask}) {
        each->add_option("contract", flags->contract, "the contract's id")->required();
        each->add_option("message", flags->message, "its name, or 0x and a selector")->required();
        each->add_option("--args", flags->arguments, "SCALE arguments as hexadecimal");
        add_signer_flags(*each, flags->signer);
        add_node_flags(*each, flags->node);
    }
    command->add_option("--timeout", flags->timeout_s, "seconds to wait for the result")
        ->capture_default_str();
    ask->add_option("--worker", flags->worker,
                    "the worker's URL; default: those that the chain names, one after another");
    command->footer(
        "Example:\n  cloister contract call $CONTRACT increment --suri //Alice --genesis $GENESIS");
    ask->footer(
        "Example:\n  cloister contract query $CONTRACT get --suri //Alice --genesis $GENESIS");
    run_on_parse(command, invocation, flags, call);
    run_on_parse(ask, invocation, flags, query);
}

}  // namespace

void add_contract(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* contract = app.add_subcommand("contract", "build, deploy, call and query contracts");
    contract->require_subcommand(1);
    add_build(*contract, invocation, flags);
    add_deploy(*contract, invocation, flags);
    add_messages(*contract, invocation, flags);
}

}  // namespace cloister::app
