#include "sim/swarm.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "protocol/storage.hpp"
#include "runtime/tasks/tasks.hpp"

namespace cloister::sim {
namespace {

namespace storage = protocol::storage;
using client::Error;
using protocol::TaskOutcome;

// The one platform of a process: its seed does not matter to any checker.
constexpr std::uint64_t platform_not_before = 1'789'990'000;
constexpr std::uint64_t submit_ms = 5'000;
constexpr std::uint64_t rest_ms = 180'000;  // after healing, for each thing that must complete
constexpr std::uint64_t fold_factor = 6364136223846793005U;
constexpr std::size_t tries = 4;

enum class Verb : std::uint8_t { New, Put, Refuse, Trap };

// What a user asked for, known by the request's number; whether it was accepted the chain tells.
struct Asked {
    Verb verb{};
    std::uint64_t secret = 0;
    client::SealedRequest request;
};

std::string_view word_of(Verb verb) {
    switch (verb) {
        case Verb::New: return "new";
        case Verb::Put: return "put";
        case Verb::Refuse: return "refuse";
        case Verb::Trap: return "trap";
    }
    std::unreachable();
}

Bytes marker_of(std::uint64_t secret) { return scale::encode(secret); }

// The contract as it must behave.
struct Model {
    bool made = false;
    std::uint64_t value = 0;
    std::uint64_t last = 0;

    struct Expected {
        TaskOutcome outcome = TaskOutcome::Ok;
        Bytes output;
    };
    Expected run(Verb verb, std::uint64_t secret) {
        if (made == (verb == Verb::New)) return {TaskOutcome::NoSuchContract, {}};
        if (verb == Verb::New) {
            made = true;
            value = last = secret;
            return {TaskOutcome::Ok, Bytes{0}};
        }
        if (verb == Verb::Trap) return {TaskOutcome::Trapped, {}};
        if (verb == Verb::Refuse) return {TaskOutcome::Reverted, Bytes{0, 1, 7}};
        value = value * fold_factor + secret;
        last = secret;
        return {TaskOutcome::Ok, concat(Bytes{0}, scale::encode(value, ~secret))};
    }
    Bytes answer() const { return concat(Bytes{0}, scale::encode(value, last)); }
};

class Seed {
  public:
    Seed(const SwarmGround& ground, std::uint64_t seed, const SeedOptions& options)
        : ground_(ground),
          options_(options),
          plan_(options.plan.value_or(plan_of(seed))),
          dice_(seed, "users"),
          world_({.seed = seed, .workers = plan_.workers, .fixtures = ground.fixtures}),
          checkers_(world_),
          faults_(world_, plan_, seed) {
        world_.hooks.said = [this](std::size_t member, const protocol::HostOutput& message) {
            checkers_.said(member, message);
            faults_.said(member, message);
        };
        for (const char* name : {"//Alice", "//Bob"})
            users_.push_back(std::make_unique<User>(world_, name));
        contract_ = protocol::contract_id_of(users_[0]->account(), code(), world_.cluster(),
                                             view_of("fold"));
        if (options.sabotage) options.sabotage(world_, checkers_);
    }
    SeedReport run();

  private:
    CodeHash code() const { return CodeHash(crypto::blake2b_256(ground_.wasm).view()); }
    bool on_chain(const Bytes& key) const { return world_.node().newest_state()(key).has_value(); }
    bool instantiated() const;
    bool over() const { return checkers_.findings.first().has_value(); }
    void say(const std::string& line) const;
    std::uint64_t pause_ms() const {
        return plan_.healed_ms / 6;
    }  // between what users do, at most
    User& some_user() { return *users_[dice_.below(users_.size())]; }

    void prepare_network();
    void act();
    void deploy_a_step();
    bool send(User& user, Verb verb);
    void ask(std::size_t member, bool must_answer);
    bool call(User& user, const Bytes& bytes, std::string_view what);
    void heal();
    void expect(std::string_view what, const std::function<bool()>& done);
    void come_to_rest();
    void replay();
    Model replay_model();
    void check_task(const protocol::RequestRecord& record, Model& model);

    const SwarmGround& ground_;
    const SeedOptions& options_;
    Plan plan_;
    Dice dice_;
    World world_;
    Checkers checkers_;
    Faults faults_;
    std::vector<std::unique_ptr<User>> users_;
    ContractId contract_;
    std::map<RequestId, Asked> asked_;
    std::map<std::uint64_t, Bytes> answers_;  // by sequence: what every query must hear
    std::size_t answered_ = 0;
};

bool Seed::instantiated() const {
    const auto bytes = world_.node().newest_state()(storage::contracts_contract(contract_));
    if (!bytes) return false;
    const auto info = scale::decode<protocol::ContractInfo>(*bytes);
    return info && info->state == protocol::ContractState::Instantiated;
}

void Seed::say(const std::string& line) const {
    if (options_.print) options_.print(std::to_string(world_.now().value) + " ms: " + line);
}

bool Seed::call(User& user, const Bytes& bytes, std::string_view what) {
    user.chain.unpin();
    const auto done = user.chain.submit(user.key, bytes, submit_ms);
    if (user.chain.pinned()) checkers_.pinned(*user.chain.pinned());
    say(std::string(what) + ": " +
        (done ? "block " + std::to_string(done->block.value)
              : std::string(client::name_of(done.error().code)) + ' ' + done.error().message));
    return done.has_value();
}

// One step towards an instantiated contract, whatever came of those before.
void Seed::deploy_a_step() {
    User& owner = *users_[0];
    if (!on_chain(storage::contracts_code(code()))) {
        call(owner,
             protocol::encode_call(
                 protocol::UploadResource{.cluster = world_.cluster(), .resource = ground_.wasm}),
             "upload");
    } else if (!on_chain(storage::contracts_contract(contract_))) {
        call(owner,
             protocol::encode_call(protocol::ReserveContract{.code_hash = code(),
                                                             .cluster = world_.cluster(),
                                                             .salt = to_bytes(view_of("fold"))}),
             "reserve");
    } else if (!on_chain(storage::registry_contract_key(contract_))) {
        world_.run_for(500);
    } else if (!on_chain(runtime::tasks::instantiating_key(contract_))) {
        send(owner, Verb::New);
    } else {
        world_.run_for(500);
    }
}

bool Seed::send(User& user, Verb verb) {
    client::RequestOptions options;
    options.contract = contract_;
    if (verb == Verb::New) options.kind = protocol::RequestKind::Instantiate;
    const std::uint64_t secret = dice_.number();
    checkers_.markers.add(marker_of(secret));
    checkers_.markers.add(marker_of(~secret));
    const std::uint64_t sent = options_.instead ? options_.instead(world_, secret) : secret;
    user.chain.unpin();
    auto request = client::seal_request(user.chain, options, user.account(),
                                        message(word_of(verb), sent), user.entropy);
    if (!request) {
        say(std::string(word_of(verb)) + " is not sealed: " + request.error().message);
        return false;
    }
    const Bytes bytes = request->call;
    const RequestId id = request->request_id;
    asked_.emplace(id, Asked{verb, secret, std::move(*request)});
    return call(user, bytes, word_of(verb));
}

void Seed::ask(std::size_t member, bool must_answer) {
    const Instant asked = world_.now();
    const auto answer = query(some_user(), member, contract_, message("get"));
    say("query to member " + std::to_string(member) + ": " +
        (answer ? "sequence " + std::to_string(answer->statement.sequence.value)
                : answer.error().message));
    if (!answer) {
        if (must_answer)
            checkers_.findings.add("progress", "member " + std::to_string(member) +
                                                   " does not answer: " + answer.error().message);
        return;
    }
    ++answered_;
    checkers_.answered(member, asked, answer->statement);
    const auto [known, fresh] = answers_.emplace(answer->statement.sequence.value, answer->output);
    if (!fresh && known->second != answer->output)
        checkers_.findings.add("state", "two answers as of one sequence differ");
}

void Seed::act() {
    if (!instantiated()) return deploy_a_step();
    world_.run_for(1 + dice_.below(pause_ms()));
    switch (dice_.below(8)) {
        case 0: send(some_user(), Verb::Refuse); return;
        case 1: send(some_user(), Verb::Trap); return;
        case 2:
        case 3:
        case 4: return ask(1 + dice_.below(plan_.workers), false);
        default: send(some_user(), Verb::Put);
    }
}

void Seed::expect(std::string_view what, const std::function<bool()>& done) {
    if (over() || world_.run_until(done, rest_ms)) return;
    std::string states;
    for (std::size_t i = 0; i < world_.members(); ++i) {
        const auto& status = world_.agent(i).status();
        states +=
            "; member " + std::to_string(i) + " follows " + std::to_string(status.followed.value) +
            (status.registered ? "" : " unregistered") + (status.has_keys ? "" : " without keys") +
            (status.fresh ? "" : " without ticket") + ", executed " +
            std::to_string(status.executed.value);
    }
    checkers_.findings.add("progress", std::string(what) + " did not come in " +
                                           std::to_string(rest_ms) + " ms after healing; block " +
                                           std::to_string(world_.node().newest().number.value) +
                                           states);
}

void Seed::prepare_network() {
    // Users come once the network stands, or when they have waited long enough.
    world_.run_until([this] { return world_.ready() || over(); }, plan_.healed_ms / 2);
}

void Seed::heal() {
    say("healed");
    faults_.heal();
    expect("a ready network", [this] { return world_.ready(); });
    for (std::size_t i = 0; i < 64 && !over() && !instantiated(); ++i) deploy_a_step();
    expect("the contract", [this] { return instantiated(); });
    for (const auto& user : users_) {
        bool sent = false;
        for (std::size_t i = 0; i < tries && !over() && !sent; ++i) sent = send(*user, Verb::Put);
        if (!sent && !over()) checkers_.findings.add("progress", "no request gets in");
    }
    expect("every accepted task's end", [this] { return checkers_.ledger.all_done(); });
}

// In half of the seeds a worker loses its disk as well: from the chain alone it must come to what
// the others have.
void Seed::come_to_rest() {
    if (dice_.one_in(2)) {
        const std::size_t alone = 1 + dice_.below(plan_.workers);
        world_.blobs(alone).clear();
        world_.restart_enclave(alone);
    }
    const auto caught_up = [this] {
        for (std::size_t i = 0; i < world_.members(); ++i) {
            if (world_.agent(i).status().followed < world_.node().newest().number) return false;
        }
        return world_.ready();
    };
    expect("a ready network at rest", caught_up);
    for (std::size_t member = 1; member <= plan_.workers && !over(); ++member) ask(member, true);
}

void Seed::check_task(const protocol::RequestRecord& record, Model& model) {
    const std::string task = "task " + std::to_string(record.task.value);
    const auto asked = asked_.find(record.request_id);
    if (asked == asked_.end()) return checkers_.findings.add("state", task + " nobody asked for");
    const auto expected = model.run(asked->second.verb, asked->second.secret);
    const auto state = world_.node().newest_state();
    const auto result_bytes = state(storage::tasks_result(record.task));
    const auto output = state(storage::tasks_output(record.task));
    if (!result_bytes || !output) return checkers_.findings.add("state", task + " has no result");
    const auto result = scale::decode<protocol::TaskResult>(*result_bytes).get();
    checkers_.receipts.see(result.receipt, "the chain");
    const Bytes sealed = scale::decode<Bytes>(*output).get();
    const auto opened = client::open_sealed_output(world_.node().genesis_hash(), record, sealed,
                                                   asked->second.request.reply_key);
    if (!opened) return checkers_.findings.add("state", task + "'s output does not open");
    const bool same_output =
        expected.outcome != TaskOutcome::Ok || equal(opened->output.reveal(), expected.output);
    if (opened->outcome != expected.outcome || !same_output) {
        checkers_.findings.add("state", task + " (" + std::string(word_of(asked->second.verb)) +
                                            ") ended as " +
                                            std::string(protocol::name_of(opened->outcome)) +
                                            " with another output than its order gives");
    }
}

// The commands of the chain in their order, once more without any enclave.
Model Seed::replay_model() {
    Model model;
    const auto state = world_.node().newest_state();
    for (Sequence n(1);; n = n.next()) {
        const auto bytes = state(storage::tasks_assignment(world_.cluster(), n));
        if (!bytes || over()) return model;
        const auto assignment = scale::decode<protocol::Assignment>(*bytes).get();
        const auto record =
            scale::decode<protocol::RequestRecord>(*state(storage::tasks_request(assignment.task)))
                .get();
        check_task(record, model);
        const auto heard = answers_.find(n.value);
        if (model.made && heard != answers_.end() && heard->second != model.answer()) {
            checkers_.findings.add("state", "the answer as of sequence " + std::to_string(n.value) +
                                                " is not what the commands give");
        }
    }
}

void Seed::replay() {
    replay_model();
    checkers_.ledger.check_sum(world_.node().newest_state());
}

SeedReport Seed::run() {
    prepare_network();
    while (world_.now().value < plan_.healed_ms && !over()) act();
    if (!over()) heal();
    if (!over()) come_to_rest();
    if (!over()) replay();
    return {.finding = checkers_.findings.first(),
            .plan = plan_,
            .accepted = checkers_.ledger.accepted(),
            .finished = checkers_.ledger.finished(),
            .answers = answered_,
            .blocks = world_.node().newest().number.value,
            .virtual_ms = world_.now().value,
            .events = world_.events(),
            .transcript = world_.transcript()};
}

}  // namespace

SwarmGround swarm_ground(Bytes wasm) {
    Secret<32> seed(crypto::blake2b_256(view_of("the platform of the swarm")).view());
    return {.fixtures = {.engine = std::make_shared<const contract::Engine>(contract::Limits{}),
                         .platform = std::make_shared<const platform::Platform>(
                             std::move(seed), platform_not_before)},
            .wasm = std::move(wasm)};
}

SeedReport run_seed(const SwarmGround& ground, std::uint64_t seed, const SeedOptions& options) {
    return Seed(ground, seed, options).run();
}

}  // namespace cloister::sim
