#include "contract_flow.hpp"

#include <algorithm>
#include <array>

#include "codec/json/reader.hpp"
#include "crypto/hash.hpp"
#include "io/http_client.hpp"
#include "protocol/calls.hpp"
#include "protocol/storage.hpp"

namespace cloister::app {
namespace {

namespace storage = protocol::storage;

constexpr std::size_t bundle_bytes_max = 8U << 20;
constexpr std::uint64_t submit_wait_ms = 30'000;
constexpr std::uint64_t query_wait_ms = 15'000;
constexpr std::uint64_t worker_wait_ms = 5'000;  // then the next worker's turn comes
constexpr std::uint64_t query_pause_ms = 100;

std::string code_member(json::Reader& reader) {
    std::string code;
    if (!reader.enter_object()) return code;
    while (const auto key = reader.next_member()) {
        if (*key != "source") continue;
        if (!reader.enter_object()) return code;
        while (const auto member = reader.next_member()) {
            if (*member == "wasm") code = reader.string();
        }
    }
    return code;
}

Result<io::HttpResponse, Problem> ask_worker(const std::string& url, std::string method,
                                             std::string body) {
    auto call = io::parse_http_url(url);
    if (!call)
        return err(Problem{"BadUrl", "not a URL: " + url, "use one like http://127.0.0.1:8000"});
    call->method = std::move(method);
    call->content_type = "application/octet-stream";
    call->body = std::move(body);
    call->timeout_ms = worker_wait_ms;
    auto response = io::http_request_blocking(std::move(*call));
    if (!response)
        return err(Problem{"WorkerAway", response.error().text,
                           "is the worker running? --worker names another"});
    return std::move(*response);
}

// Refusals that pass by themselves while a worker catches up.
bool passes(const Problem& problem) {
    return problem.message == "NoFreshTicket" || problem.message == "NotReady" ||
           problem.message == "NoSuchContract" || problem.code == "WorkerBusy";
}

// Another worker may do better: this one is away, lags, or is none.
bool is_about_the_worker(const Problem& problem) {
    static constexpr std::array codes{"WorkerAway", "WorkerBusy", "BadUrl",    "BadReply",
                                      "WrongChain", "BadAnswer",  "NotOnChain"};
    return passes(problem) || std::ranges::find(codes, problem.code) != codes.end();
}

Result<Asked, Problem> query_once(client::Chain& chain, const crypto::KeyPair& key,
                                  const ContractId& contract, ByteView message,
                                  const std::string& worker_url) {
    CLOISTER_TRY(const auto session_reply, ask_worker(worker_url + "/session", "GET", {}));
    if (session_reply.status != 200) {
        return err(Problem{"WorkerBusy", "the worker has no session yet",
                           "its enclave may be starting: try again"});
    }
    const auto session = client::check_session(chain, view_of(session_reply.body), contract);
    if (!session) return err(problem_of(session.error()));
    crypto::Entropy entropy = new_entropy();
    auto query = client::seal_query(*session, contract, key, message, entropy);
    if (!query) return err(problem_of(query.error()));
    CLOISTER_TRY(auto reply,
                 ask_worker(worker_url + "/query", "POST", std::string(text_of(query->bytes))));
    if (reply.status != 200) {
        return err(Problem{"WorkerBusy", "the worker answered HTTP " + std::to_string(reply.status),
                           "try again"});
    }
    auto answer = client::open_answer(*query, view_of(reply.body));
    if (!answer) return err(problem_of(answer.error()));
    return Asked{.answer = std::move(*answer),
                 .sealed_query = std::move(query->bytes),
                 .reply = to_bytes(reply.body)};
}

Result<void, Problem> upload(client::Chain& chain, const crypto::KeyPair& key,
                             const DeployPlan& plan, const CodeHash& hash) {
    const auto there = chain.read(storage::contracts_code(hash));
    if (!there) return err(problem_of(there.error()));
    if (*there) return {};
    const Bytes call = protocol::encode_call(protocol::UploadResource{
        .cluster = plan.cluster, .kind = protocol::ResourceKind::InkCode, .resource = plan.code});
    const auto done = chain.submit(key, call, submit_wait_ms);
    if (!done) return err(problem_of(done.error()));
    return {};
}

}  // namespace

Bytes selector_of(const std::string& name) {
    if (name.size() == 10 && name.starts_with("0x")) {
        if (auto bytes = base::from_hex(name)) return std::move(*bytes);
    }
    return to_bytes(crypto::blake2b_256(view_of(name)).view().first(4));
}

Result<Bytes, Problem> read_code(const std::string& path) {
    CLOISTER_TRY(Bytes file, read_input(path, bundle_bytes_max));
    if (text_of(file).starts_with(std::string_view("\0asm", 4))) return file;
    json::Reader reader{ByteView(file)};
    auto code = base::from_hex(code_member(reader));
    if (!reader.finish() || !code || code->empty()) {
        return err(Problem{"BadBundle", path + " is neither a contract bundle nor a WASM module",
                           "`cloister contract build` makes one"});
    }
    return std::move(*code);
}

Result<Called, Problem> call_contract(client::Chain& chain, const crypto::KeyPair& key,
                                      const CallPlan& plan, const OnStep& on_step) {
    crypto::Entropy entropy = new_entropy();
    const auto request = client::seal_request(chain, {.kind = plan.kind, .contract = plan.contract},
                                              key.account(), plan.message, entropy);
    if (!request) return err(problem_of(request.error()));
    // The key is on the disk before the request leaves: an answer that nobody can open would be
    // lost.
    CLOISTER_TRY(const std::string path, store_reply_key(request->request_id, request->reply_key));
    on_step("request goes to the chain");
    const auto submitted = chain.submit(key, request->call, submit_wait_ms);
    if (!submitted) return err(problem_of(submitted.error()));
    const auto task = client::find_task(chain, key.account(), request->request_id);
    if (!task) return err(problem_of(task.error()));
    on_step("task " + std::to_string(task->value) + " is computed");
    const auto result = client::await_result(chain, *task, plan.wait_ms);
    if (!result) return err(problem_of(result.error()));
    auto opened = client::open_output(chain, *task, request->reply_key);
    if (!opened) return err(problem_of(opened.error()));
    return Called{.task = *task,
                  .submitted = *submitted,
                  .result = *result,
                  .opened = std::move(*opened),
                  .reply_key_path = path};
}

Result<Deployed, Problem> deploy_contract(client::Chain& chain, const crypto::KeyPair& key,
                                          const DeployPlan& plan, const OnStep& on_step) {
    const CodeHash code_hash(crypto::blake2b_256(plan.code).view());
    on_step("code goes to the chain");
    CLOISTER_CHECK(upload(chain, key, plan, code_hash));
    on_step("contract is reserved");
    const Bytes reserve = protocol::encode_call(protocol::ReserveContract{
        .code_hash = code_hash, .cluster = plan.cluster, .salt = plan.salt});
    const auto reserved = chain.submit(key, reserve, submit_wait_ms);
    if (!reserved) return err(problem_of(reserved.error()));
    const ContractId contract =
        protocol::contract_id_of(key.account(), code_hash, plan.cluster, plan.salt);
    on_step("an enclave publishes the contract's key");
    const auto published = client::await_contract_key(chain, contract, plan.wait_ms);
    if (!published) return err(problem_of(published.error()));
    CLOISTER_TRY(Called constructor, call_contract(chain, key,
                                                   {.kind = protocol::RequestKind::Instantiate,
                                                    .contract = contract,
                                                    .message = plan.constructor,
                                                    .wait_ms = plan.wait_ms},
                                                   on_step));
    return Deployed{
        .contract = contract, .code_hash = code_hash, .constructor = std::move(constructor)};
}

Result<std::vector<std::string>, Problem> find_worker_urls(client::Chain& chain,
                                                           const ContractId& contract) {
    const auto info = chain.read_as<protocol::ContractInfo>(storage::contracts_contract(contract),
                                                            "this contract");
    if (!info) return err(problem_of(info.error()));
    const auto workers = chain.read_as<std::vector<WorkerId>>(
        storage::contracts_cluster_workers(info->cluster), "a worker of the contract's cluster");
    if (!workers) return err(problem_of(workers.error()));
    std::vector<std::string> urls;
    for (const WorkerId& worker : *workers) {
        const auto url = chain.read(storage::registry_endpoint(worker));
        if (!url) return err(problem_of(url.error()));
        const auto text =
            *url ? scale::decode<Bytes>(**url) : Result<Bytes, scale::Failure>(Bytes{});
        if (text && !text->empty()) urls.emplace_back(text_of(*text));
    }
    if (!urls.empty()) return urls;
    return err(Problem{"NoWorker", "no worker of the contract's cluster has published an endpoint",
                       "name one with --worker URL"});
}

Result<Asked, Problem> query_contract(client::Chain& chain, const crypto::KeyPair& key,
                                      const ContractId& contract, ByteView message,
                                      const std::string& worker_url) {
    const std::uint64_t deadline = chain.clock().wall().value + query_wait_ms;
    for (;;) {
        auto asked = query_once(chain, key, contract, message, worker_url);
        if (asked || !passes(asked.error()) || chain.clock().wall().value >= deadline) return asked;
        chain.unpin();
        chain.clock().sleep(query_pause_ms);
    }
}

Result<Asked, Problem> query_any(client::Chain& chain, const crypto::KeyPair& key,
                                 const ContractId& contract, ByteView message,
                                 const std::vector<std::string>& worker_urls) {
    CLOISTER_ASSERT(!worker_urls.empty());
    for (std::size_t i = 0;; ++i) {
        auto asked = query_contract(chain, key, contract, message, worker_urls[i]);
        const bool last = i + 1 == worker_urls.size();
        if (asked || last || !is_about_the_worker(asked.error())) return asked;
        chain.unpin();
    }
}

}  // namespace cloister::app
