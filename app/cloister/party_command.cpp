// `cloister party`, hidden: one party of the demo as a client process of its own, with its own
// keys, records and view of the chain. It takes one JSON object a line on standard input and
// answers each with one.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/diagnosis.hpp"
#include "client/proof.hpp"
#include "commands.hpp"
#include "contract_flow.hpp"
#include "flat_json.hpp"
#include "io/file.hpp"
#include "task_json.hpp"

namespace cloister::app {
namespace {

namespace diagnosis = client::diagnosis;

constexpr std::size_t table_bytes_max = 4U << 20;
constexpr std::size_t shown_line_bytes = 60;

struct Flags {
    NodeFlags node;
    SignerFlags signer;
    std::string role;
    std::string data;
};

void no_steps(const std::string&) {}

class Party {
  public:
    static Result<Party, Problem> open(const Flags& flags);
    // The members of the answer.
    Result<void, Problem> perform(const FlatJson& wish, json::Writer& w);

  private:
    Party(Connection connection, crypto::KeyPair key, std::vector<diagnosis::Patient> patients,
          std::string line)
        : connection_(std::move(connection)),
          key_(std::move(key)),
          patients_(std::move(patients)),
          first_line_(std::move(line)) {}

    Result<void, Problem> deploy(const FlatJson& wish, json::Writer& w);
    Result<Called, Problem> call(Bytes message, json::Writer& w);
    Result<void, Problem> train(json::Writer& w);
    Result<void, Problem> allow(const FlatJson& wish, json::Writer& w);
    Result<void, Problem> score(json::Writer& w);
    Result<void, Problem> ask(const FlatJson& wish, json::Writer& w);
    Result<void, Problem> mark(const FlatJson& wish, json::Writer& w);
    Result<void, Problem> prove(const FlatJson& wish, json::Writer& w);

    Connection connection_;
    crypto::KeyPair key_;
    std::vector<diagnosis::Patient> patients_;
    std::string first_line_;
    ContractId contract_;
};

// The n-th record as the file has it, cut to what a screen holds.
std::string shown_record(std::string_view csv, std::size_t record) {
    std::size_t at = 0;
    for (std::size_t i = 0; i <= record; ++i) at = csv.find('\n', at) + 1;
    return std::string(csv.substr(at, shown_line_bytes));
}

Result<Party, Problem> Party::open(const Flags& flags) {
    CLOISTER_TRY(crypto::KeyPair key, load_signer(flags.signer));
    CLOISTER_TRY(const Bytes csv, read_input(flags.data, table_bytes_max));
    auto all = diagnosis::parse_table(text_of(csv));
    if (!all)
        return err(Problem{"BadData", flags.data + " is not the breast cancer table",
                           "tools/fetch-data.sh fetches it"});
    // Each keeps its own share and forgets the other's.
    const auto border = all->begin() + diagnosis::training_records;
    const bool hospital = flags.role == "hospital";
    std::vector<diagnosis::Patient> own(hospital ? all->begin() : border,
                                        hospital ? border : all->end());
    std::string line = shown_record(text_of(csv), hospital ? 0 : diagnosis::training_records);
    CLOISTER_TRY(Connection connection, Connection::open(flags.node));
    return Party(std::move(connection), std::move(key), std::move(own), std::move(line));
}

Result<void, Problem> Party::perform(const FlatJson& wish, json::Writer& w) {
    const std::string what = wish.text("do");
    if (const auto contract = ContractId::from(wish.bytes("contract"))) contract_ = *contract;
    if (what == "account") {
        w.key("account").hex(key_.account().view());
        return {};
    }
    if (what == "deploy") return deploy(wish, w);
    if (what == "train") return train(w);
    if (what == "allow") return allow(wish, w);
    if (what == "score") return score(w);
    if (what == "ask") return ask(wish, w);
    if (what == "mark") return mark(wish, w);
    if (what == "prove") return prove(wish, w);
    return err(
        Problem{"BadWish", "no such thing: " + what, "only `cloister demo` talks to a party"});
}

Result<void, Problem> Party::deploy(const FlatJson& wish, json::Writer& w) {
    DeployPlan plan{.code = {},
                    .cluster = protocol::cluster_id(1),
                    .salt = to_bytes("demo"),
                    .constructor = diagnosis::encode_new()};
    CLOISTER_TRY(plan.code, read_code(wish.text("bundle")));
    CLOISTER_TRY(const Deployed done, deploy_contract(connection_.chain(), key_, plan, no_steps));
    contract_ = done.contract;
    w.key("contract").hex(done.contract.view()).key("code_hash").hex(done.code_hash.view());
    w.key("task").number(done.constructor.task.value);
    return {};
}

Result<Called, Problem> Party::call(Bytes message, json::Writer& w) {
    CallPlan plan;
    plan.contract = contract_;
    plan.message = std::move(message);
    const std::size_t bytes = plan.message.size();
    CLOISTER_TRY(Called called, call_contract(connection_.chain(), key_, plan, no_steps));
    w.key("plain_bytes").number(bytes).key("block").number(called.submitted.block.value);
    write_opened(w, called.task, called.result.receipt, called.opened);
    return called;
}

Result<void, Problem> Party::train(json::Writer& w) {
    CLOISTER_TRY(const Called called, call(diagnosis::encode_train(patients_), w));
    diagnosis::Refused refused;
    const auto trained = diagnosis::decode_trained(called.opened.output.reveal(), refused);
    if (!trained)
        return err(Problem{"NotTrained",
                           "the contract did not train: refusal " + std::to_string(refused.code),
                           "is the caller allowed, and the model trained?"});
    w.key("records").number(*trained).key("first_record").string(first_line_);
    return {};
}

Result<void, Problem> Party::allow(const FlatJson& wish, json::Writer& w) {
    const auto clinic = AccountId::from(wish.bytes("account"));
    if (!clinic) return err(Problem{"BadWish", "allow whom?", "name an account"});
    CLOISTER_TRY(const Called called, call(diagnosis::encode_allow(*clinic), w));
    if (called.opened.outcome == protocol::TaskOutcome::Ok) return {};
    return err(Problem{"NotAllowed", "the contract refused to allow the clinic",
                       "only the contract's owner may"});
}

void write_scores(json::Writer& w, const std::vector<diagnosis::Score>& scores) {
    w.key("records").number(scores.size()).key("malignant").begin_array();
    for (const auto& score : scores) w.boolean(score.malignant);
    w.end_array().key("per_million").begin_array();
    for (const auto& score : scores) w.number(score.per_million);
    w.end_array();
}

Result<void, Problem> Party::score(json::Writer& w) {
    CLOISTER_TRY(const Called called, call(diagnosis::encode_score(patients_), w));
    diagnosis::Refused refused;
    const auto scores = diagnosis::decode_scores(called.opened.output.reveal(), refused);
    if (!scores)
        return err(Problem{"NotScored",
                           "the contract did not score: refusal " + std::to_string(refused.code),
                           "is the caller allowed, and the model trained?"});
    write_scores(w, *scores);
    w.key("first_record").string(first_line_);
    return {};
}

// The same question for one patient, straight to the enclave.
Result<void, Problem> Party::ask(const FlatJson& wish, json::Writer& w) {
    const Bytes message = diagnosis::encode_score(std::span(patients_).first(1));
    CLOISTER_TRY(const Asked asked, query_contract(connection_.chain(), key_, contract_, message,
                                                   wish.text("worker")));
    diagnosis::Refused refused;
    const auto scores = diagnosis::decode_scores(asked.answer.output, refused);
    if (!scores)
        return err(Problem{"NotScored", "the query was refused: " + std::to_string(refused.code),
                           "is the caller allowed, and the model trained?"});
    write_scores(w, *scores);
    w.key("sealed_query").hex(asked.sealed_query).key("reply").hex(asked.reply);
    w.key("sequence").number(asked.answer.statement.sequence.value);
    w.key("worker").hex(asked.answer.statement.worker.view());
    return {};
}

// A message that no contract knows, as a command and as a query: its bytes can be recognised
// wherever they leak.
Result<void, Problem> Party::mark(const FlatJson& wish, json::Writer& w) {
    const Bytes message = concat(selector_of("marker"), wish.bytes("marker"));
    CLOISTER_TRY(const Called called, call(message, w));
    CLOISTER_TRY(const Asked asked, query_contract(connection_.chain(), key_, contract_, message,
                                                   wish.text("worker")));
    w.key("queried").string(protocol::name_of(asked.answer.outcome));
    return {};
}

Result<void, Problem> Party::prove(const FlatJson& wish, json::Writer& w) {
    const auto proof = client::export_proof(connection_.chain(), TaskId(wish.number("task")));
    if (!proof) return err(problem_of(proof.error()));
    const Bytes bytes = scale::encode(*proof);
    if (auto written = io::write_file_atomic(wish.text("file"), bytes, io::FileMode::Public);
        !written) {
        return err(problem_of(written.error()));
    }
    w.key("bytes").number(bytes.size());
    return {};
}

int run(const Flags& flags) {
    auto party = Party::open(flags);
    if (!party) return print_error(Form::Json, party.error());
    for (std::string line; std::getline(std::cin, line);) {
        const auto wish = FlatJson::parse(line);
        if (!wish)
            return print_error(Form::Json, {"BadWish", "not a JSON object",
                                            "only `cloister demo` talks to a party"});
        json::Writer w;
        w.begin_object();
        const auto done = party->perform(*wish, w);
        if (!done) return print_error(Form::Json, done.error());
        w.end_object();
        print_line(w.text());
    }
    return exit_ok;
}

}  // namespace

void add_party(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* command = app.add_subcommand("party", "one party of the demo")->group("");
    command->add_option("role", flags->role, "")
        ->check(CLI::IsMember({"hospital", "clinic"}))
        ->required();
    command->add_option("--data", flags->data, "the records")->required();
    add_node_flags(*command, flags->node);
    add_signer_flags(*command, flags->signer);
    command->callback(
        [&invocation, flags] { invocation.action = [flags] { return run(*flags); }; });
}

}  // namespace cloister::app
