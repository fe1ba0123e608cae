#include "sim/flow.hpp"

#include "base/hex.hpp"
#include "client/proof.hpp"
#include "crypto/hash.hpp"
#include "protocol/storage.hpp"

namespace cloister::sim {
namespace {

namespace diagnosis = client::diagnosis;
namespace storage = protocol::storage;
using client::Code;
using client::Error;

constexpr std::size_t table_size = 569;

crypto::KeyPair key_of(std::string_view suri) {
    auto key = crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, suri);
    CLOISTER_ASSERT(key.has_value());
    return std::move(*key);
}

std::string percent(double share) {
    const auto hundredths = static_cast<std::uint64_t>(share * 10'000 + 0.5);
    const std::string cents = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + (cents.size() < 2 ? ".0" : ".") + cents + " %";
}

Error unexpected(std::string_view what, protocol::TaskOutcome outcome) {
    return {Code::CallFailed,
            std::string(what) + " ended as " + std::string(protocol::name_of(outcome)),
            {}};
}

}  // namespace

User::User(World& in, std::string_view suri)
    : world(in), key(key_of(suri)), chain(in.chain()), entropy(in.client_entropy(suri)) {}

Result<ContractId, Error> reserve(User& user, const Bytes& wasm, std::string_view salt) {
    const CodeHash code_hash(crypto::blake2b_256(wasm).view());
    const ClusterId cluster = user.world.cluster();
    user.chain.unpin();
    CLOISTER_TRY(const auto stored, user.chain.read(storage::contracts_code(code_hash)));
    if (!stored) {
        CLOISTER_CHECK(user.chain.submit(
            user.key,
            protocol::encode_call(protocol::UploadResource{.cluster = cluster, .resource = wasm}),
            wait_ms));
    }
    CLOISTER_CHECK(
        user.chain.submit(user.key,
                          protocol::encode_call(protocol::ReserveContract{
                              .code_hash = code_hash, .cluster = cluster, .salt = to_bytes(salt)}),
                          wait_ms));
    return protocol::contract_id_of(user.account(), code_hash, cluster, view_of(salt));
}

Result<ContractId, Error> deploy(User& user, const Bytes& wasm, std::string_view salt,
                                 const Bytes& constructor) {
    CLOISTER_TRY(const ContractId contract, reserve(user, wasm, salt));
    CLOISTER_CHECK(client::await_contract_key(user.chain, contract, wait_ms));
    client::RequestOptions options;
    options.kind = protocol::RequestKind::Instantiate;
    options.contract = contract;
    CLOISTER_TRY(const Sent sent, send(user, options, constructor));
    CLOISTER_TRY(const Done done, finish(user, sent));
    if (done.outcome != protocol::TaskOutcome::Ok)
        return err(unexpected("the constructor", done.outcome));
    return contract;
}

Result<Sent, Error> send(User& user, const client::RequestOptions& options, const Bytes& message) {
    user.chain.unpin();
    CLOISTER_TRY(client::SealedRequest request,
                 client::seal_request(user.chain, options, user.account(), message, user.entropy));
    CLOISTER_CHECK(user.chain.submit(user.key, request.call, wait_ms));
    CLOISTER_TRY(const TaskId task,
                 client::find_task(user.chain, user.account(), request.request_id));
    return Sent{.task = task, .request = std::move(request)};
}

Result<Done, Error> finish(User& user, const Sent& sent) {
    CLOISTER_TRY(const auto result, client::await_result(user.chain, sent.task, wait_ms));
    CLOISTER_TRY(const auto opened,
                 client::open_output(user.chain, sent.task, sent.request.reply_key));
    CLOISTER_ASSERT(opened.outcome == result.receipt.outcome);
    return Done{.task = sent.task,
                .result = result,
                .outcome = opened.outcome,
                .output = to_bytes(opened.output.reveal())};
}

Result<Done, Error> command(User& user, const ContractId& contract, const Bytes& message,
                            Gas gas_limit) {
    client::RequestOptions options;
    options.contract = contract;
    options.gas_limit = gas_limit;
    CLOISTER_TRY(const Sent sent, send(user, options, message));
    return finish(user, sent);
}

Result<protocol::Answer, Error> query(User& user, std::size_t member, const ContractId& contract,
                                      const Bytes& message) {
    using Kind = worker::input::Http::Kind;
    const Error silent{Code::Unreachable, "the worker does not answer", {}};
    const auto session_bytes = user.world.http(member, Kind::Session, {});
    if (!session_bytes) return err(silent);
    user.chain.unpin();
    CLOISTER_TRY(const auto session, client::check_session(user.chain, *session_bytes, contract));
    CLOISTER_TRY(auto sealed,
                 client::seal_query(session, contract, user.key, message, user.entropy));
    const auto reply = user.world.http(member, Kind::Query, sealed.bytes);
    if (!reply) return err(silent);
    return client::open_answer(sealed, *reply);
}

std::vector<diagnosis::Patient> made_up_patients() {
    crypto::Entropy entropy(Secret<32>(crypto::blake2b_256(view_of("made-up patients")).view()));
    std::vector<diagnosis::Patient> patients(table_size);
    for (diagnosis::Patient& patient : patients) {
        std::array<std::uint8_t, diagnosis::feature_count + 1> noise{};
        entropy.fill(noise);
        patient.malignant = noise.back() < 96;
        for (std::size_t i = 0; i < diagnosis::feature_count; ++i) {
            const std::int64_t centre = static_cast<std::int64_t>(i + 1) * 1'000'000;
            const std::int64_t shift = patient.malignant ? centre / 4 : 0;
            patient.features[i] = centre + shift + (noise[i] - 128) * centre / 512;
        }
    }
    return patients;
}

namespace {

// The parties and what they have agreed on so far.
struct Play {
    Play(World& w, const FlowOptions& o)
        : world(w), options(o), hospital(w, "//Charlie"), clinic(w, "//Dave") {}

    void say(const std::string& line) const {
        if (options.print) options.print(line);
    }
    std::span<const diagnosis::Patient> learned() const {
        return std::span(options.patients).first(diagnosis::training_records);
    }
    std::span<const diagnosis::Patient> unseen() const {
        return std::span(options.patients).subspan(diagnosis::training_records);
    }
    Result<void, Error> set_up();
    Result<TaskId, Error> score();
    Result<void, Error> ask();
    Result<void, Error> prove(TaskId task);

    World& world;
    const FlowOptions& options;
    User hospital;
    User clinic;
    FlowReport report;
};

Result<void, Error> Play::set_up() {
    CLOISTER_TRY(report.contract, deploy(hospital, options.wasm, "demo", diagnosis::encode_new()));
    say("contract 0x" + base::to_hex(report.contract.view()));
    CLOISTER_TRY(const Done trained,
                 command(hospital, report.contract, diagnosis::encode_train(learned())));
    if (trained.outcome != protocol::TaskOutcome::Ok)
        return err(unexpected("training", trained.outcome));
    diagnosis::Refused refused;
    const auto count = diagnosis::decode_trained(trained.output, refused);
    if (!count) return err(Error{Code::CallFailed, "the contract refused to learn", {}});
    report.trained = *count;
    say("trained on " + std::to_string(*count) + " records");
    CLOISTER_TRY(const Done allowed,
                 command(hospital, report.contract, diagnosis::encode_allow(clinic.account())));
    if (allowed.outcome != protocol::TaskOutcome::Ok)
        return err(unexpected("allowing", allowed.outcome));
    say("the clinic is allowed");
    return {};
}

Result<TaskId, Error> Play::score() {
    CLOISTER_TRY(const Done done,
                 command(clinic, report.contract, diagnosis::encode_score(unseen())));
    diagnosis::Refused refused;
    const auto scores = diagnosis::decode_scores(done.output, refused);
    if (!scores || scores->size() != unseen().size())
        return err(unexpected("scoring", done.outcome));
    report.accuracy = diagnosis::accuracy(unseen(), *scores);
    say("scored " + std::to_string(scores->size()) +
        " unseen records: " + percent(report.accuracy) + " right");
    return done.task;
}

Result<void, Error> Play::ask() {
    CLOISTER_TRY(const auto answer,
                 query(clinic, 1, report.contract, diagnosis::encode_score(unseen().first(1))));
    diagnosis::Refused refused;
    const auto scores = diagnosis::decode_scores(answer.output, refused);
    if (!scores || scores->size() != 1) return err(unexpected("the query", answer.outcome));
    say("query: one patient is " + std::string(scores->front().malignant ? "malignant" : "benign") +
        ", " + std::to_string(scores->front().per_million) + " per million");
    return {};
}

Result<void, Error> Play::prove(TaskId task) {
    CLOISTER_TRY(const auto file, client::export_proof(clinic.chain, task));
    const Bytes bytes = scale::encode(file);
    CLOISTER_TRY(const auto verdict, client::verify_proof(bytes, clinic.chain.genesis()));
    report.proof_bytes = bytes.size();
    report.simulated = verdict.simulated;
    report.proof_block = verdict.block;
    say("proof of task " + std::to_string(task.value) + ": valid, " + std::to_string(bytes.size()) +
        " bytes, block " + std::to_string(verdict.block.value) +
        (verdict.simulated ? ", simulated platform" : ""));
    return {};
}

}  // namespace

Result<FlowReport, Error> play(World& world, const FlowOptions& options) {
    CLOISTER_ASSERT(options.patients.size() > diagnosis::training_records);
    Play p(world, options);
    if (!world.run_until([&world] { return world.ready(); }, wait_ms)) {
        return err(Error{Code::TimedOut, "the network did not become ready", {}});
    }
    p.say("network ready after " + std::to_string(world.now().value) + " ms at block " +
          std::to_string(world.node().newest().number.value));
    CLOISTER_CHECK(p.set_up());
    CLOISTER_TRY(const TaskId task, p.score());
    CLOISTER_CHECK(p.ask());
    CLOISTER_CHECK(p.prove(task));
    p.report.virtual_ms = world.now().value;
    p.report.transcript = world.transcript();
    return std::move(p.report);
}

}  // namespace cloister::sim
