#include "demo_run.hpp"

#include <chrono>
#include <cstdlib>
#include <thread>

#include "client/diagnosis.hpp"
#include "client/proof.hpp"
#include "codec/json/writer.hpp"
#include "demo_search.hpp"
#include "io/clock.hpp"
#include "io/file.hpp"
#include "progress.hpp"
#include "protocol/storage.hpp"

namespace cloister::app {
namespace {

namespace storage = protocol::storage;
namespace diagnosis = client::diagnosis;

constexpr std::uint64_t ready_wait_ms = 60'000;
constexpr std::uint64_t party_wait_ms = 120'000;
constexpr std::size_t sealed_bytes_max = 64U << 20;
constexpr std::size_t header_bytes = 45;  // of a sealed state: version, cluster, epoch, sequence
constexpr std::uint64_t disk_wait_ms = 1'000;
constexpr std::uint64_t disk_pause_ms = 20;
constexpr double accuracy_min = 0.95;
constexpr std::uint64_t scored_records = 169;

double seconds_since(Instant start) {
    return static_cast<double>(io::steady_now().value - start.value) / 1000;
}

std::string inherited(const char* name) {
    const char* value = std::getenv(name);
    return std::string(name) + "=" + (value == nullptr ? "" : value);
}

std::string wish_json(std::initializer_list<std::pair<const char*, std::string>> members) {
    json::Writer w;
    w.begin_object();
    for (const auto& [name, value] : members) w.key(name).string(value);
    w.end_object();
    return std::move(w).take();
}

// An error that the child printed under --json comes back as it is.
Result<FlatJson, Problem> parse_said(const std::string& line, const std::string& name) {
    auto said = FlatJson::parse(line);
    if (!said)
        return err(Problem{"BadReply", "the " + name + " said: " + line.substr(0, 200),
                           "run the demo with --keep and see its logs"});
    if (!said->has("error")) return std::move(*said);
    const FlatJson error = said->object("error");
    return err(
        Problem{error.text("code"), name + ": " + error.text("message"), error.text("hint")});
}

}  // namespace

bool DemoOutcome::held() const {
    return accuracy >= accuracy_min && trained == diagnosis::training_records &&
           scored == scored_records && proof_verified && !leaked.value_or(false);
}

DemoRun::DemoRun(DemoOptions options, std::string folder, DemoView& view)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      view_(view),
      self_(io::own_program_path().get()) {}

DemoRun::~DemoRun() {
    hospital_.reset();
    clinic_.reset();
    if (network_) network_->stop();
}

Result<DemoOutcome, Problem> DemoRun::play() {
    const Instant start = io::steady_now();
    for (const Story part : {&DemoRun::start_network, &DemoRun::deploy, &DemoRun::train,
                             &DemoRun::allow, &DemoRun::score, &DemoRun::ask, &DemoRun::prove}) {
        CLOISTER_CHECK((this->*part)());
    }
    if (options_.markers) CLOISTER_CHECK(search());
    outcome_.seconds = seconds_since(start);
    return outcome_;
}

std::vector<std::string> DemoRun::environment(const std::string& who) const {
    return {inherited("PATH"), inherited("HOME"), inherited("TMPDIR"),
            "XDG_STATE_HOME=" + folder_ + "/" + who};
}

Result<void, Problem> DemoRun::start_network() {
    const Instant start = io::steady_now();
    const Progress progress("the network starts");
    CLOISTER_TRY(network_, LineChild::start(
                               {.name = "network",
                                .program = self_,
                                .arguments = {"dev", "--json", "--base-path", folder_ + "/network",
                                              "--rpc-port", "0", "--worker-port", "0"},
                                .environment = environment("network-home"),
                                .log_path = folder_ + "/network.log"}));
    CLOISTER_TRY(const std::string line, network_->read_line(ready_wait_ms));
    CLOISTER_TRY(ready_, parse_said(line, "network"));
    NodeFlags flags;
    flags.rpc = ready_.text("rpc");
    flags.genesis = ready_.text("genesis");
    ::setenv("XDG_STATE_HOME", (folder_ + "/bystander").c_str(), 1);
    CLOISTER_TRY(chain_, Connection::open(flags));
    view_.step("start network", "A network of its own: one node, four enclaves",
               seconds_since(start));
    view_.fact("genesis", ready_.text("genesis"));
    view_.fact(
        "enclaves",
        "SIMULATED: all is real but the hardware; nothing is hidden from this machine's owner");
    CLOISTER_TRY(hospital_, start_party("hospital", "//Charlie"));
    CLOISTER_TRY(clinic_, start_party("clinic", "//Dave"));
    return {};
}

Result<LineChild, Problem> DemoRun::start_party(const std::string& role, const std::string& suri) {
    return LineChild::start(
        {.name = role,
         .program = self_,
         .arguments = {"party", role, "--data", options_.data, "--rpc", ready_.text("rpc"),
                       "--genesis", ready_.text("genesis"), "--suri", suri},
         .environment = environment(role),
         .log_path = folder_ + "/" + role + ".log"});
}

Result<FlatJson, Problem> DemoRun::wish(LineChild& party, const std::string& what,
                                        const std::string& json) {
    const Instant start = io::steady_now();
    const Progress progress(what);
    CLOISTER_CHECK(party.write_line(json));
    CLOISTER_TRY(const std::string line, party.read_line(party_wait_ms));
    last_seconds_ = seconds_since(start);
    return parse_said(line, &party == &*hospital_ ? "hospital" : "clinic");
}

Result<void, Problem> DemoRun::deploy() {
    CLOISTER_TRY(const FlatJson said,
                 wish(*hospital_, "Hospital A deploys its contract",
                      wish_json({{"do", "deploy"}, {"bundle", options_.bundle}})));
    contract_ = said.text("contract");
    ++outcome_.tasks;
    view_.step("deploy", "Hospital A deploys the diagnosis contract", last_seconds_);
    view_.fact("contract", contract_);
    view_.fact("code", said.text("code_hash"));
    return {};
}

// The cluster's state as a host keeps it. Enclaves hand it over some time after a command.
Bytes DemoRun::read_disk() const {
    const std::uint64_t deadline = io::steady_now().value + disk_wait_ms;
    const std::size_t workers = ready_.elements("workers").size();
    do {
        for (std::size_t i = 0; i < workers; ++i) {
            auto bytes = io::read_file(
                ready_.text("base_path") + "/workers/" + std::to_string(i) + "/sealed/state",
                sealed_bytes_max);
            if (bytes) return std::move(*bytes);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(disk_pause_ms));
    } while (io::steady_now().value < deadline);
    return {};
}

// What others see of a command: the chain from its proven state, the host from its disk, and the
// enclave's word.
Result<void, Problem> DemoRun::show_task(const FlatJson& said) {
    ++outcome_.tasks;
    const TaskId task(said.number("task"));
    client::Chain& chain = chain_->chain();
    // The input is removed with the result, but old states stay provable.
    if (auto pinned = chain.pin_at(BlockNumber(static_cast<std::uint32_t>(said.number("block"))));
        !pinned) {
        return err(problem_of(pinned.error()));
    }
    const auto input = chain.read_as<Bytes>(storage::tasks_input(task), "the sealed input");
    chain.unpin();
    const auto output = chain.read_as<Bytes>(storage::tasks_output(task), "the sealed output");
    chain.unpin();
    if (!input) return err(problem_of(input.error()));
    if (!output) return err(problem_of(output.error()));
    for (const auto& [where, sealed] :
         {std::pair("chain, input", &*input), std::pair("chain, output", &*output)}) {
        view_.ciphertext(where, shortened(*sealed));
        view_.ciphertext("", "blake2b-256 " + base::to_hex_0x(crypto::blake2b_256(*sealed).view()));
    }
    // Behind its header: what a curious operator reads of the cluster's state.
    const Bytes disk = read_disk();
    if (!disk.empty())
        view_.ciphertext("host's disk",
                         shortened(ByteView(disk).subspan(std::min(disk.size(), header_bytes))));
    const FlatJson receipt = said.object("receipt");
    view_.fact("receipt", "task " + receipt.raw("task") + ", sequence " + receipt.raw("sequence") +
                              ", outcome " + receipt.text("outcome") + ", gas class " +
                              receipt.raw("gas_class"));
    view_.fact("", "state " + receipt.text("root_before").substr(0, 18) + "... -> " +
                       receipt.text("root_after").substr(0, 18) + "...");
    view_.fact("", "signed by worker " + receipt.text("worker"));
    if (sealed_records_.empty()) sealed_records_ = *input;
    return {};
}

Result<void, Problem> DemoRun::train() {
    CLOISTER_TRY(const FlatJson said,
                 wish(*hospital_, "an enclave learns from Hospital A's records",
                      wish_json({{"do", "train"}})));
    outcome_.trained = said.number("records");
    view_.step("train", "Hospital A trains it on " + said.raw("records") + " sealed records",
               last_seconds_);
    view_.plaintext("Hospital A",
                    said.text("first_record") + "...  (" + said.raw("plain_bytes") + " bytes)");
    return show_task(said);
}

Result<void, Problem> DemoRun::allow() {
    CLOISTER_TRY(const FlatJson clinic,
                 wish(*clinic_, "Clinic B says who it is", wish_json({{"do", "account"}})));
    CLOISTER_TRY(const FlatJson said,
                 wish(*hospital_, "Hospital A lets Clinic B in",
                      wish_json({{"do", "allow"}, {"account", clinic.text("account")}})));
    ++outcome_.tasks;
    view_.step("allow", "Hospital A lets Clinic B in; the list is private, too", last_seconds_);
    view_.plaintext("Hospital A", "allow " + clinic.text("account"));
    return {};
}

Result<void, Problem> DemoRun::score() {
    CLOISTER_TRY(const FlatJson said, wish(*clinic_, "an enclave scores Clinic B's patients",
                                           wish_json({{"do", "score"}, {"contract", contract_}})));
    scored_task_ = said.number("task");
    view_.step("score",
               "Clinic B has " + said.raw("records") + " patients scored, without their diagnoses",
               last_seconds_);
    view_.plaintext("Clinic B",
                    said.text("first_record") + "...  (" + said.raw("plain_bytes") + " bytes)");
    CLOISTER_CHECK(show_task(said));
    judge(said);
    return {};
}

// The true diagnoses meet the scores only here.
void DemoRun::judge(const FlatJson& said) {
    const auto csv = io::read_file(options_.data, sealed_bytes_max);
    const auto all = csv ? diagnosis::parse_table(text_of(*csv)) : std::nullopt;
    const auto answers = said.elements("malignant");
    if (!all) return;
    std::vector<diagnosis::Score> scores;
    for (const std::string& answer : answers) scores.push_back({.malignant = answer == "true"});
    outcome_.scored = scores.size();
    outcome_.accuracy =
        diagnosis::accuracy(std::span(*all).subspan(diagnosis::training_records), scores);
    const auto first = said.elements("per_million");
    if (!first.empty()) {
        view_.plaintext("Clinic B", "opens: first patient " +
                                        std::string(scores[0].malignant ? "malignant" : "benign") +
                                        ", probability " + first[0] + " / 1000000 ...");
    }
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.1f %%", outcome_.accuracy * 100);
    view_.check(std::string("accuracy against the true diagnoses: ") + percent,
                outcome_.accuracy >= accuracy_min);
}

Result<void, Problem> DemoRun::ask() {
    const std::string worker =
        FlatJson::parse(ready_.elements("workers").front()).value_or(FlatJson{}).text("url");
    CLOISTER_TRY(const FlatJson said,
                 wish(*clinic_, "Clinic B asks the enclave",
                      wish_json({{"do", "ask"}, {"contract", contract_}, {"worker", worker}})));
    view_.step("query", "Clinic B asks about one patient, past the chain", last_seconds_);
    const auto answer = said.elements("malignant");
    view_.plaintext("Clinic B", std::string("one patient -> ") +
                                    (answer.front() == "true" ? "malignant" : "benign"));
    view_.ciphertext("host, query", shortened(said.bytes("sealed_query")));
    view_.ciphertext("host, answer", shortened(said.bytes("reply")));
    view_.ciphertext("chain", "nothing");
    view_.fact("signed", "by worker " + said.text("worker") + ", state after command " +
                             said.raw("sequence"));
    return {};
}

Result<void, Problem> DemoRun::prove() {
    const std::string file = folder_ + "/score.proof";
    const Instant start = io::steady_now();
    json::Writer w;
    w.begin_object()
        .key("do")
        .string("prove")
        .key("task")
        .number(scored_task_)
        .key("file")
        .string(file)
        .end_object();
    CLOISTER_TRY(const FlatJson said, wish(*clinic_, "Clinic B exports its proof", w.text()));
    CLOISTER_TRY(LineChild verifier,
                 LineChild::start({.name = "verifier",
                                   .program = self_,
                                   .arguments = {"proof", "verify", file, "--json", "--genesis",
                                                 ready_.text("genesis")},
                                   .environment = environment("verifier"),
                                   .log_path = folder_ + "/verifier.log"}));
    CLOISTER_TRY(const std::string line, verifier.read_line(party_wait_ms));
    const FlatJson verdict = FlatJson::parse(line).value_or(FlatJson{});
    CLOISTER_TRY(const Bytes proof, read_input(file, protocol::proof_file_bytes_max));
    const auto content = client::verify_proof(proof, chain_->chain().genesis());
    outcome_.proof_verified = verifier.wait().success() && verdict.boolean("valid");
    view_.step("proof", "Clinic B's proof, checked offline by `cloister proof verify`",
               seconds_since(start));
    view_.fact("file", said.raw("bytes") + " bytes, trusting only the genesis hash");
    if (content) {
        view_.fact("enclave", base::to_hex_0x(content->measurement.view()));
        view_.fact("code", base::to_hex_0x(content->receipt.code_hash.view()));
    }
    view_.check(
        verdict.boolean("valid") ? "VALID, SIMULATED" : verdict.object("error").text("message"),
        outcome_.proof_verified);
    return {};
}

Result<void, Problem> DemoRun::search() {
    const Instant start = io::steady_now();
    Bytes marker(32);
    new_entropy().fill(marker);
    const std::string worker =
        FlatJson::parse(ready_.elements("workers").front()).value_or(FlatJson{}).text("url");
    CLOISTER_TRY(
        const FlatJson said,
        wish(*clinic_, "Clinic B sends a marker",
             wish_json({{"do", "mark"}, {"marker", base::to_hex_0x(marker)}, {"worker", worker}})));
    ++outcome_.tasks;
    const Progress progress("files and memory are searched");
    CLOISTER_TRY(const LeakReport report, search_for_leaks({.ready = ready_,
                                                            .data = options_.data,
                                                            .marker = std::move(marker),
                                                            .ciphertext = sealed_records_}));
    // A search that does not even see the ciphertext shows nothing.
    outcome_.leaked = !report.leaks.empty() || !report.control_found;
    view_.step("search", "Files and memory outside of enclaves, searched for plaintext",
               seconds_since(start));
    view_.fact("searched", std::to_string(report.searched_bytes >> 20) +
                               " MiB, outcome of the marker: " + said.text("outcome") + ", " +
                               said.text("queried"));
    view_.check("the search finds what is there: the sealed records", report.control_found);
    view_.check("no record and no marker in the clear", report.leaks.empty());
    for (const Sighting& leak : report.leaks) view_.check(leak.needle + " in " + leak.place, false);
    return {};
}

}  // namespace cloister::app
