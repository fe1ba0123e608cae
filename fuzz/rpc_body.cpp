// The node from outside: JSON-RPC bodies through the real server over a real node in memory,
// transactions and runtime APIs.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "bodies.hpp"
#include "codec/json/reader.hpp"
#include "node/development.hpp"
#include "parts.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/storage.hpp"
#include "rpc/server.hpp"
#include "runtime/test_network.hpp"

namespace cloister::fuzz {
namespace {

namespace rt = runtime::test;

using Database = std::map<Bytes, Bytes>;

// A node over `database`, to which it also writes.
class Machine {
  public:
    explicit Machine(Database database) : database_(std::move(database)) {
        std::vector<node::Output> outputs;
        const node::Config config{.solo = {}, .pool = {}, .genesis = rt::dev_config()};
        node_ = std::make_unique<node::Node>(
            config, crypto::Ed25519Key(rt::secret_of("authority")),
            [this](ByteView key) -> std::optional<Bytes> {
                const auto found = database_.find(to_bytes(key));
                return found == database_.end() ? std::nullopt : std::optional(found->second);
            },
            now(), outputs);
        server_ = std::make_unique<rpc::Server>(*node_, rpc::ChainInfo{});
        take(std::move(outputs));
    }
    void ask(std::string_view body) {
        ++asked_;
        std::vector<rpc::Output> outputs;
        server_->handle(now().steady, {.id = asked_, .body = body}, outputs);
        take(std::move(outputs));
    }
    void pass(std::uint64_t milliseconds) {
        milliseconds_ += milliseconds;
        std::vector<node::Output> outputs;
        node_->step(now(), node::input::Tick{}, outputs);
        take(std::move(outputs));
        std::vector<rpc::Output> replies;
        server_->tick(now().steady, replies);
        take(std::move(replies));
    }
    std::size_t asked() const { return asked_; }
    const std::map<rpc::RequestId, std::string>& replies() const { return replies_; }
    const Database& database() const { return database_; }
    const node::Node& node() const { return *node_; }

  private:
    node::Now now() const {
        return {Instant(milliseconds_), UnixMillis(rt::start_seconds * 1000 + milliseconds_)};
    }
    void take(std::vector<node::Output> outputs) {
        for (const node::Output& output : outputs) {
            if (const auto* write = std::get_if<node::output::Write>(&output)) {
                for (const auto& [key, value] : write->batch) database_[key] = value;
            }
            std::vector<rpc::Output> replies;
            server_->on_node_output(now().steady, output, replies);
            take(std::move(replies));
        }
    }
    void take(std::vector<rpc::Output> outputs) {
        for (rpc::Output& output : outputs) {
            if (auto* submit = std::get_if<rpc::output::Submit>(&output)) {
                std::vector<node::Output> replies;
                node_->step(now(), std::move(submit->submit), replies);
                take(std::move(replies));
                continue;
            }
            auto& reply = std::get<rpc::output::Reply>(output);
            FUZZ_CHECK(reply.request >= 1 && reply.request <= asked_);
            FUZZ_CHECK(replies_.emplace(reply.request, std::move(reply.body)).second);
        }
    }

    Database database_;
    std::uint64_t milliseconds_ = 5000;
    std::unique_ptr<node::Node> node_;
    std::unique_ptr<rpc::Server> server_;
    std::size_t asked_ = 0;
    std::map<rpc::RequestId, std::string> replies_;
};

std::string call(std::string_view method, std::string_view params) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" +
           std::string(params) + "}";
}
std::string quoted_hex(ByteView bytes) { return '"' + base::to_hex_0x(bytes) + '"'; }

Bytes transfer(const node::Node& node, std::uint32_t nonce) {
    protocol::TransferKeepAlive to_bob;
    to_bob.destination = rt::account("Bob");
    to_bob.value.value = rt::unit;
    const BlockHash genesis = node.genesis_hash();
    return protocol::sign_extrinsic(
        rt::account_key("Alice"), protocol::encode_call(to_bob), {.era = {}, .nonce = nonce},
        {runtime::spec_version, runtime::transaction_version, genesis, genesis});
}

// A chain of three blocks.
const Database& chain() {
    static const Database made = [] {
        Machine machine({});
        for (std::uint32_t i = 0; i < 3; ++i) {
            const Bytes extrinsic = transfer(machine.node(), i);
            machine.ask(call("author_submitExtrinsic", "[" + quoted_hex(extrinsic) + "]"));
            machine.pass(1000);
        }
        FUZZ_CHECK(machine.node().newest().number.value >= 3);
        return machine.database();
    }();
    return made;
}

rt::Network& network() {
    static rt::Network made;
    static const bool started = [] {
        made.start();
        made.request_and_draw(made.request(protocol::RequestKind::Instantiate));
        return true;
    }();
    FUZZ_CHECK(started);
    return made;
}

constexpr std::string_view people[] = {"Alice", "Bob", "Charlie", "Dave", "Eve"};

template <class Call>
void add_examples(std::vector<Bytes>& seeds) {
    for (const std::uint64_t seed : {1U, 2U}) {
        seeds.emplace_back(Bytes{static_cast<std::uint8_t>(seed)});
        append_part(seeds.back(), protocol::encode_call(testing::scattered<Call>(seed)));
    }
}

}  // namespace

// Parts: bodies in order; an empty part lets a second pass. Each is answered once, in JSON.
int rpc_body(ByteView input) {
    Machine machine(chain());
    for (Parts parts(input); !parts.empty();) {
        const ByteView part = parts.take();
        part.empty() ? machine.pass(1000) : machine.ask(text_of(part));
    }
    machine.pass(40'000);
    FUZZ_CHECK(machine.replies().size() == machine.asked());
    int meant = 0;
    for (const auto& [request, body] : machine.replies()) {
        json::Reader reader(body);
        reader.skip();
        FUZZ_CHECK(reader.finish().has_value());
        if (body.find("\"result\"") != std::string::npos) meant = 1;
    }
    return meant;
}

std::vector<Bytes> rpc_seeds() {
    const Machine machine(chain());
    const std::string newest = quoted_hex(machine.node().newest().hash.view());
    const std::string key = quoted_hex(protocol::storage::system_number());
    const std::string extrinsic = quoted_hex(transfer(machine.node(), 3));
    std::vector<std::string> bodies = {
        call("rpc_methods", "[]"),
        call("chain_getHeader", "[]"),
        call("chain_getHeader", "[" + newest + "]"),
        call("chain_getBlock", "[" + newest + "]"),
        call("chain_getBlockHash", "[1]"),
        call("chain_getBlockHash", R"([[0,1,"0x2"]])"),
        call("chain_getFinalizedHead", "[]"),
        call("state_getStorage", "[" + key + "]"),
        call("state_getStorage", "[" + key + "," + newest + "]"),
        call("state_getKeysPaged", R"(["0x",10,"0x",null])"),
        call("state_getReadProof", "[[" + key + "]," + newest + "]"),
        call("state_getRuntimeVersion", "[]"),
        call("state_getMetadata", "[]"),
        call("state_call", R"(["Core_version","0x"])"),
        call("state_call", R"(["AccountNonceApi_account_nonce",)" +
                               quoted_hex(rt::account("Alice").view()) + "]"),
        call("state_call", R"(["TransactionPaymentApi_query_info",)" + extrinsic + "]"),
        call("system_health", "[]"),
        call("system_properties", "[]"),
        call("system_name", "[]"),
        call("system_accountNextIndex", R"(["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"])"),
        call("author_submitExtrinsic", "[" + extrinsic + "]"),
        call("author_pendingExtrinsics", "[]"),
        call("cloister_genesis", "[]"),
        call("cloister_blocks", "[0,8,0]"),
        call("cloister_blocks", "[99,8,5000]"),
        "[" + call("system_chain", "[]") + ",1,{}]",
        "[]",
        "{}",
        "nonsense"};
    std::vector<Bytes> seeds;
    Bytes all;
    for (const std::string& body : bodies) {
        seeds.emplace_back();
        append_part(seeds.back(), view_of(body));
        append_part(all, view_of(body));
        append_part(all, {});
    }
    seeds.push_back(all);
    return seeds;
}

// Parts behind a byte that names the signer: encoded calls, signed as they are and pushed into one
// block over a chain with a worker, a contract and a drawn request. What was built executes to the
// same changes.
int runtime_body(ByteView input) {
    rt::Chain& chain = network().chain;
    const std::uint64_t now_ms = (chain.seconds + 1) * 1000;
    runtime::BlockBuilder builder(chain.view, chain.at(), now_ms);
    std::size_t included = 0;
    std::map<std::string_view, std::uint32_t> used;
    for (Parts parts(input); !parts.empty();) {
        const std::string_view who = people[parts.byte() % std::size(people)];
        const Bytes extrinsic = chain.sign(who, parts.take(), used[who]);
        if (!runtime::validate(chain.view, chain.at(), extrinsic)) continue;
        if (!builder.push(extrinsic)) continue;
        ++used[who];
        ++included;
    }
    const auto built = builder.finish();
    const auto executed = runtime::execute(chain.view, chain.at(), built.block);
    FUZZ_CHECK(executed.has_value() && executed->changes == built.changes);
    const runtime::StateView after = [&](ByteView key) -> std::optional<Bytes> {
        const auto found = built.changes.find(to_bytes(key));
        return found != built.changes.end() ? found->second : chain.view(key);
    };
    FUZZ_CHECK(runtime::outcomes(after).size() == included + 1);
    return included > 0 ? 1 : 0;
}

std::vector<Bytes> runtime_seeds() {
    rt::Network& net = network();
    std::vector<Bytes> seeds;
    const auto add = [&](std::uint8_t who, const auto& arguments) {
        seeds.emplace_back(Bytes{who});
        append_part(seeds.back(), protocol::encode_call(arguments));
    };
    add(1, net.honest(Sequence{1}));
    add(1, net.honest(Sequence{1}, {protocol::encode_call(protocol::SystemRemark{{1}})}));
    add(2, net.request());
    add(3, net.draw());
    const rt::Enclave another("another");
    const auto wanted = net.registration(another, "Bob");
    add(1, protocol::RegisterWorker{wanted, another.quote(report_data_of(wanted))});
    add(0, protocol::GovernanceEnact{protocol::encode_call(
               protocol::ApproveMeasurement{rt::fixed_of<Measurement>("new"), "new"})});
    add(0, protocol::GovernanceEnact{protocol::encode_call(
               protocol::SubmitCollateral{scale::encode(rt::vendor().collateral())})});
    add(4, protocol::PublishEpochKeyCall{net.epoch_key()});
    add(1, protocol::PublishClusterKeyCall{net.cluster_key()});
    add(1, protocol::PublishContractKeyCall{net.contract_key()});
    add_examples<protocol::TransferKeepAlive>(seeds);
    add_examples<protocol::TransferAllowDeath>(seeds);
    add_examples<protocol::StakeBond>(seeds);
    add_examples<protocol::StakeUnbond>(seeds);
    add_examples<protocol::UploadResource>(seeds);
    add_examples<protocol::ReserveContract>(seeds);
    add_examples<protocol::UpdateWorkerEndpoint>(seeds);
    add_examples<protocol::TimestampSet>(seeds);
    Bytes several;
    for (std::size_t i = 0; i < 4; ++i) append(several, seeds[i]);
    seeds.push_back(several);
    return seeds;
}

// Raw bytes as a transaction, and as the arguments of a runtime API: the first byte names it.
int runtime_api_body(ByteView input) {
    constexpr std::string_view names[] = {"Core_version",
                                          "AccountNonceApi_account_nonce",
                                          "TransactionPaymentApi_query_info",
                                          "TaggedTransactionQueue_validate_transaction",
                                          "Metadata_metadata",
                                          "Metadata_metadata_at_version",
                                          "GrandpaApi_grandpa_authorities",
                                          "Nothing_at_all"};
    if (input.empty()) return 0;
    const rt::Chain& chain = network().chain;
    const ByteView rest = input.subspan(1);
    const bool valid = runtime::validate(chain.view, chain.at(), rest).has_value();
    const auto answer =
        runtime::call_api(chain.view, chain.at(), names[input.front() % std::size(names)], rest);
    return valid || answer ? 1 : 0;
}

std::vector<Bytes> runtime_api_seeds() {
    const Bytes remark = protocol::encode_call(protocol::SystemRemark{Bytes(9, 1)});
    const Bytes extrinsic = network().chain.sign("Alice", remark);
    return {{0},
            concat(Bytes{1}, rt::account("Alice").view()),
            concat(Bytes{2}, extrinsic, scale::encode(std::uint32_t{100})),
            concat(Bytes{3, 2}, extrinsic, Bytes(32, 1)),
            concat(Bytes{7}, extrinsic),
            {4},
            concat(Bytes{5}, scale::encode(std::uint32_t{14})),
            {6}};
}

}  // namespace cloister::fuzz
