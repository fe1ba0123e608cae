// What a client believes of nodes and workers that lie: replies in any order and of any bytes give
// the truth or an error; and the two helpers that read JSON-RPC replies.
#include "bodies.hpp"
#include "client/json_rpc.hpp"
#include "client/proof.hpp"
#include "client/query.hpp"
#include "contract_files.hpp"
#include "parts.hpp"
#include "protocol/storage.hpp"
#include "sim/flow.hpp"
#include "worker/rpc_text.hpp"

namespace cloister::fuzz {
namespace {

// A network after a deployment, a command, and a query whose reply was kept.
struct Recording {
    sim::World world{{.seed = 5, .workers = 1}};
    BlockHash genesis;
    UnixMillis now;
    std::vector<std::string> replies;  // of the node, to a client that opens, pins and reads
    Bytes policy;                      // the value that it read
    Bytes proof_file;
    Bytes session, reply;
    protocol::RequestRecord request;
    Bytes output;
    std::optional<crypto::X25519Key> reply_key;
    ContractId contract;
    protocol::Session worker_session;

    Recording() {
        FUZZ_CHECK(world.run_until([this] { return world.ready(); }, 120'000));
        sim::User alice(world, "//Alice");
        const auto deployed =
            sim::deploy(alice, contract_code("trouble"), "fuzz", sim::message("new"));
        FUZZ_CHECK(deployed.has_value());
        contract = *deployed;
        client::RequestOptions options;
        options.contract = contract;
        auto sent = sim::send(alice, options, sim::message("set", std::uint64_t{77}));
        FUZZ_CHECK(sent.has_value());
        const auto done = sim::finish(alice, *sent);
        FUZZ_CHECK(done.has_value());
        alice.chain.unpin();
        proof_file = scale::encode(client::export_proof(alice.chain, done->task).get());
        genesis = world.node().genesis_hash();
        request = alice.chain
                      .read_as<protocol::RequestRecord>(
                          protocol::storage::tasks_request(done->task), "the request")
                      .get();
        output = scale::decode<protocol::ProofFile>(proof_file).get().sealed_output;
        reply_key.emplace(std::move(sent->request.reply_key));
        record_reads();
        record_query(alice);
    }
    void record_reads() {
        const auto real = world.transport();
        client::Chain chain(
            [&](const std::string& body) {
                auto text = real(body);
                if (text) replies.push_back(*text);
                return text;
            },
            world.clock(), genesis);
        FUZZ_CHECK(chain.open().has_value() && chain.pin().has_value());
        policy = chain.read(protocol::storage::attestation_policy()).get().value();
        FUZZ_CHECK(!chain.read(Bytes(40, 1)).get().has_value());
        now = world.clock().wall();
    }
    void record_query(sim::User& user) {
        using Kind = worker::input::Http::Kind;
        session = world.http(1, Kind::Session, {}).value();
        worker_session = scale::decode<protocol::Session>(session).get();
        auto query = sealed_query(user.key);
        reply = world.http(1, Kind::Query, query.bytes).value();
        FUZZ_CHECK(client::open_answer(query, reply).has_value());
    }
    // The same each time.
    client::SealedQuery sealed_query(const crypto::KeyPair& key) const {
        crypto::Entropy entropy(Secret<32>(ByteView(Bytes(32, 4))));
        return client::seal_query(worker_session, contract, key, sim::message("get"), entropy)
            .get();
    }
};
const Recording& recording() {
    static const Recording made;
    return made;
}

}  // namespace

// Parts: the node's replies in order.
int client_chain_body(ByteView input) {
    Parts parts(input);
    const Recording& truth = recording();
    client::Chain chain(
        [&](const std::string&) -> std::optional<std::string> {
            if (parts.empty()) return std::nullopt;
            return std::string(text_of(parts.take()));
        },
        {.wall = [&truth] { return truth.now; }, .sleep = [](std::uint64_t) {}}, truth.genesis);
    if (!chain.open()) return 0;
    if (const auto pinned = chain.pin()) {
        FUZZ_CHECK(truth.world.node().store().header(pinned->hash).has_value());
    }
    const auto policy = chain.read(protocol::storage::attestation_policy());
    FUZZ_CHECK(!policy || *policy == truth.policy);
    const auto absent = chain.read(Bytes(40, 1));
    FUZZ_CHECK(!absent || !absent->has_value());
    return policy ? 1 : 0;
}

std::vector<Bytes> client_chain_seeds() {
    Bytes whole;
    for (const std::string& reply : recording().replies) append_part(whole, view_of(reply));
    return {whole};
}

// Replies as text, to every function that reads one.
int client_text_body(ByteView input) {
    const std::string_view text = text_of(input);
    int meant = client::result_of(text).has_value() ? 1 : 0;
    for (const std::string_view name : {"result", "number", "hash", "error", "proof"}) {
        static_cast<void>(client::member(text, name));
        static_cast<void>(client::hex_member(text, name));
    }
    static_cast<void>(client::hex_value(text));
    static_cast<void>(client::hex_list(text));
    static_cast<void>(client::number_value(text));
    static_cast<void>(client::text_value(text));
    std::string error;
    meant |= worker::parse_genesis(text, error).has_value() ? 1 : 0;
    meant |= worker::parse_blocks(text, error).has_value() ? 1 : 0;
    meant |= worker::parse_read_proof(text, error).has_value() ? 1 : 0;
    meant |= worker::parse_nonce(text, error).has_value() ? 1 : 0;
    meant |= worker::parse_submit(text, error).has_value() ? 1 : 0;
    return meant;
}

std::vector<Bytes> client_text_seeds() {
    std::vector<Bytes> seeds;
    for (const std::string& reply : recording().replies) {
        if (reply.size() < 20'000) seeds.push_back(to_bytes(reply));
    }
    for (const std::string_view text :
         {R"({"jsonrpc":"2.0","id":1,"result":7})",
          R"({"jsonrpc":"2.0","id":1,"result":"0x0101010101010101010101010101010101)"
          R"(010101010101010101010101010101"})",
          R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params",)"
          R"("data":"hint"}})",
          R"({"result":{"at":"0x00","proof":["0x01","0x02"]}})",
          R"({"result":[{"number":1,"hash":"0x00","header":"0x01","justification":null}]})"}) {
        seeds.push_back(to_bytes(text));
    }
    return seeds;
}

// First byte 0: a worker's reply to a query; 1: its session; 2: a task's sealed output.
int client_query_body(ByteView input) {
    if (input.empty()) return 0;
    const Recording& truth = recording();
    static const crypto::KeyPair alice =
        *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice");
    const ByteView bytes = input.subspan(1);
    if (input.front() % 3 == 2) {
        const auto opened =
            client::open_sealed_output(truth.genesis, truth.request, bytes, *truth.reply_key);
        FUZZ_CHECK(opened.has_value() == std::ranges::equal(bytes, truth.output));
        return opened ? 1 : 0;
    }
    if (input.front() % 3 == 0) {
        auto query = truth.sealed_query(alice);
        const auto answer = client::open_answer(query, bytes);
        FUZZ_CHECK(answer.has_value() == std::ranges::equal(bytes, truth.reply));
        return answer ? 1 : 0;
    }
    const auto session = scale::decode<protocol::Session>(bytes);
    if (!session || !protocol::verify(*session)) return 0;
    FUZZ_CHECK(std::ranges::equal(bytes, truth.session));
    return 1;
}

std::vector<Bytes> client_query_seeds() {
    return {
        concat(Bytes{0}, recording().reply), concat(Bytes{1}, recording().session), {0, 1, 5, 0}};
}

// An exported proof: what is accepted says what the honest file says.
int proof_file_body(ByteView input) {
    static const client::ProofVerdict honest =
        client::verify_proof(recording().proof_file, recording().genesis).get();
    const auto verdict = client::verify_proof(input, recording().genesis);
    if (!verdict) return 0;
    FUZZ_CHECK(verdict->simulated && verdict->task == honest.task &&
               verdict->worker == honest.worker && verdict->receipt == honest.receipt &&
               verdict->block == honest.block && verdict->measurement == honest.measurement);
    const auto file = scale::decode<protocol::ProofFile>(input);
    const auto truth = scale::decode<protocol::ProofFile>(recording().proof_file);
    FUZZ_CHECK(file && file->sealed_output == truth->sealed_output &&
               file->header == truth->header && file->genesis_header == truth->genesis_header);
    return 1;
}

std::vector<Bytes> proof_file_seeds() { return {recording().proof_file}; }

}  // namespace cloister::fuzz
