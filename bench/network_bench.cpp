// Measures on a real development network: its start, requests through the chain, queries beside a
// plain HTTP server, and the memory of all its processes. Wall-clock time.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <thread>

#include "base/hex.hpp"
#include "bench.hpp"
#include "client/query.hpp"
#include "client/task.hpp"
#include "codec/json/reader.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/file.hpp"
#include "io/http_client.hpp"
#include "io/process.hpp"
#include "process_memory.hpp"
#include "protocol/storage.hpp"

namespace cloister::bench {
namespace {

constexpr std::size_t starts = 3;
constexpr double start_goal_ms = 1000;
constexpr double memory_goal_mib = 512;
constexpr std::size_t requests = 20;
constexpr double blocks_min = 2;  // a block with the draw, a block with the receipt
constexpr std::size_t queries = 400;
constexpr std::size_t queries_at_once = 16;
constexpr std::uint64_t ready_wait_ms = 60'000;
constexpr std::uint64_t wait_ms = 30'000;

template <class T>
using Measured = Result<T, std::string>;

std::string words_of(const client::Error& error) {
    return std::string(client::name_of(error.code)) + ": " + error.message;
}
std::string words_of_io(const io::Error& error) { return error.text; }

// The first line that a child writes to `output`.
Measured<std::string> read_line(int output, std::uint64_t timeout_ms) {
    const std::uint64_t deadline = io::steady_now().value + timeout_ms;
    std::string line;
    while (io::steady_now().value < deadline) {
        pollfd wait{.fd = output, .events = POLLIN, .revents = 0};
        if (::poll(&wait, 1, 100) <= 0) continue;
        char c = 0;
        const ssize_t got = ::read(output, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return err(std::string("it ended before it was ready"));
        if (c == '\n') return line;
        line.push_back(c);
    }
    return err(std::string("it was not ready in time"));
}

// A child whose standard output comes to us.
struct Child {
    io::Process process;
    io::Fd output;
    std::string first_line;
};

Measured<Child> start_child(const std::string& program, std::vector<std::string> arguments,
                            const std::string& directory) {
    CLOISTER_TRY(io::FdPair ends, io::socket_pair().map_error(words_of_io));
    const io::SpawnOptions options{.arguments = std::move(arguments),
                                   .name = program,
                                   .environment = {"HOME=" + directory, "PATH=/usr/bin:/bin"},
                                   .descriptors = {{.ours = ends.second.get(), .theirs = 1}},
                                   .output_path = directory + "/stderr.log"};
    CLOISTER_TRY(io::Process process, io::spawn(program, options).map_error(words_of_io));
    ends.second.reset();
    auto line = read_line(ends.first.get(), ready_wait_ms);
    if (!line) return err(program + ": " + line.error());
    return Child{std::move(process), std::move(ends.first), std::move(*line)};
}

// What `cloister dev --json` says when it is ready.
struct Ready {
    std::string rpc{};
    BlockHash genesis{};
    std::string worker_url{};
    std::map<int, std::string> names{};  // of processes, by their number
};

struct Host {
    std::string url{};
    int pid = 0;
    int enclave_pid = 0;
};

constexpr std::uint64_t pid_max = 1U << 22;

Host read_host(json::Reader& r) {
    Host host;
    if (!r.enter_object()) return host;
    while (const auto key = r.next_member()) {
        if (*key == "url")
            host.url = r.string();
        else if (*key == "pid")
            host.pid = static_cast<int>(r.unsigned_integer(pid_max));
        else if (*key == "enclave_pid")
            host.enclave_pid = static_cast<int>(r.unsigned_integer(pid_max));
        else
            r.skip();
    }
    return host;
}

void name_host(Ready& ready, const Host& host, const std::string& name) {
    ready.names[host.pid] = name + ", host";
    ready.names[host.enclave_pid] = name + ", enclave";
}

Measured<Ready> parse_ready(const std::string& line) {
    Ready ready;
    json::Reader r(line);
    if (!r.enter_object()) return err("not a ready line: " + line);
    while (const auto key = r.next_member()) {
        if (*key == "rpc") {
            ready.rpc = r.string();
        } else if (*key == "genesis") {
            const auto hash = BlockHash::from(base::from_hex(r.string()).value_or(Bytes{}));
            if (hash) ready.genesis = *hash;
        } else if (*key == "workers" && r.enter_array()) {
            for (int i = 0; r.next_element(); ++i) {
                const Host host = read_host(r);
                if (i == 0) ready.worker_url = host.url;
                name_host(ready, host, "worker " + std::to_string(i));
            }
        } else if (*key == "gatekeeper") {
            name_host(ready, read_host(r), "gatekeeper");
        } else if (*key == "pids" && r.enter_object()) {
            while (const auto name = r.next_member()) {
                ready.names[static_cast<int>(r.unsigned_integer(pid_max))] = *name;
            }
        } else {
            r.skip();
        }
    }
    if (!r.finish() || ready.rpc.empty() || ready.worker_url.empty()) {
        return err("not a ready line: " + line);
    }
    return ready;
}

client::Chain open_chain(const Ready& ready) {
    const auto transport = [url =
                                ready.rpc](const std::string& body) -> std::optional<std::string> {
        auto call = io::parse_http_url(url).get();
        call.body = body;
        auto reply = io::http_request_blocking(std::move(call));
        if (!reply || reply->status != 200) return std::nullopt;
        return std::move(reply->body);
    };
    const auto sleep = [](std::uint64_t milliseconds) {
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    };
    return client::Chain(transport, {.wall = io::wall_now, .sleep = sleep}, ready.genesis);
}

// A client of the network with its own keys.
struct User {
    client::Chain chain;
    crypto::KeyPair key;
    crypto::Entropy entropy;
};

Bytes message(std::string_view name, ByteView arguments = {}) {
    return concat(crypto::blake2b_256(view_of(name)).view().first(4), arguments);
}

// Sealed, sent, computed, proven, opened. `blocks`: from the request's block to the result's.
Result<protocol::TaskResult, client::Error> send(User& user, const client::RequestOptions& options,
                                                 const Bytes& input, double* blocks) {
    CLOISTER_TRY(const auto request, client::seal_request(user.chain, options, user.key.account(),
                                                          input, user.entropy));
    CLOISTER_TRY(const auto sent, user.chain.submit(user.key, request.call, wait_ms));
    CLOISTER_TRY(const TaskId task,
                 client::find_task(user.chain, user.key.account(), request.request_id));
    CLOISTER_TRY(auto result, client::await_result(user.chain, task, wait_ms));
    CLOISTER_TRY(const auto opened, client::open_output(user.chain, task, request.reply_key));
    if (opened.outcome != protocol::TaskOutcome::Ok) {
        return err(client::Error{
            client::Code::CallFailed, std::string(protocol::name_of(opened.outcome)), {}});
    }
    if (blocks != nullptr) *blocks = result.finalised_at.value - sent.block.value;
    return result;
}

Result<ContractId, client::Error> deploy_counter(User& user, const Bytes& code) {
    const ClusterId cluster = protocol::cluster_id(1);
    const CodeHash hash(crypto::blake2b_256(code).view());
    const protocol::UploadResource upload{
        .cluster = cluster, .kind = protocol::ResourceKind::InkCode, .resource = code};
    const protocol::ReserveContract reserve{.code_hash = hash, .cluster = cluster, .salt = {}};
    CLOISTER_CHECK(user.chain.submit(user.key, protocol::encode_call(upload), wait_ms));
    CLOISTER_CHECK(user.chain.submit(user.key, protocol::encode_call(reserve), wait_ms));
    const ContractId contract = protocol::contract_id_of(user.key.account(), hash, cluster, {});
    CLOISTER_CHECK(client::await_contract_key(user.chain, contract, wait_ms));
    const client::RequestOptions options{.kind = protocol::RequestKind::Instantiate,
                                         .contract = contract};
    const Bytes input = message("new", scale::encode(std::uint32_t{0}));
    CLOISTER_CHECK(send(user, options, input, nullptr));
    return contract;
}

// Requests, each followed by a plain transaction: the same client, the same chain, no enclave.
Result<void, client::Error> measure_requests(User& user, const ContractId& contract, Lines& lines) {
    const client::RequestOptions options{.contract = contract};
    const Bytes add = message("add", scale::encode(std::uint32_t{1}));
    const Bytes remark = protocol::encode_call(protocol::SystemRemark{.remark = Bytes(32, 1)});
    std::vector<double> request_ms;
    std::vector<double> plain_ms;
    std::vector<double> blocks(requests);
    for (std::size_t i = 0; i < requests; ++i) {
        const Stopwatch request;
        CLOISTER_CHECK(send(user, options, add, &blocks[i]));
        request_ms.push_back(request.milliseconds());
        const Stopwatch plain;
        CLOISTER_CHECK(user.chain.submit(user.key, remark, wait_ms));
        plain_ms.push_back(plain.milliseconds());
    }
    lines.push_back({"network.request", "request to opened result, median of 20", "ms",
                     median(request_ms), "plain transaction, final", median(plain_ms)});
    lines.push_back({"network.request_p90", "the same, 90th percentile", "ms",
                     percentile(request_ms, 0.9), "plain transaction, final",
                     percentile(plain_ms, 0.9)});
    lines.push_back({"network.request_blocks", "the same in blocks after the request's", "blocks",
                     median(blocks), "fewest that are possible", blocks_min});
    return {};
}

Measured<std::string> get_session(const std::string& url) {
    auto call = io::parse_http_url(url + "/session").get();
    call.method = "GET";
    CLOISTER_TRY(auto response, io::http_request_blocking(call).map_error(words_of_io));
    if (response.status != 200) return err(std::string("the worker has no session"));
    return std::move(response.body);
}

struct Load {
    std::vector<double> milliseconds{};  // of each request
    double per_second = 0;
    std::vector<std::string> replies{};
    std::size_t failed = 0;
};

// Posts every body, `at_once` at a time over as many kept connections.
Load post_all(const std::string& url, const std::vector<std::string>& bodies, std::size_t at_once) {
    io::EventLoop loop;
    io::HttpClient client(loop, {.connections_max = at_once, .waiting_max = at_once});
    Load load;
    load.replies.resize(bodies.size());
    std::size_t next = 0;
    std::size_t done = 0;
    std::function<void()> post_next = [&] {
        if (next == bodies.size()) return;
        auto call = io::parse_http_url(url).get();
        call.content_type = "application/octet-stream";
        call.body = bodies[next];
        client.request(std::move(call), [&, i = next, watch = Stopwatch()](auto response) {
            load.milliseconds.push_back(watch.milliseconds());
            if (response && response->status == 200)
                load.replies[i] = std::move(response->body);
            else
                ++load.failed;
            ++done;
            post_next();
        });
        ++next;
    };
    const Stopwatch all;
    for (std::size_t i = 0; i < at_once; ++i) post_next();
    loop.run_until([&] { return done == bodies.size(); }, Instant(io::steady_now().value + 60'000));
    load.per_second = static_cast<double>(done) / all.milliseconds() * 1000;
    load.failed += bodies.size() - done;
    return load;
}

struct Sealed {
    std::vector<client::SealedQuery> queries{};
    std::vector<std::string> bodies{};
};

Result<Sealed, client::Error> seal_queries(User& user, const protocol::Session& session,
                                           const ContractId& contract, std::size_t count) {
    Sealed sealed;
    for (std::size_t i = 0; i < count; ++i) {
        CLOISTER_TRY(auto query,
                     client::seal_query(session, contract, user.key, message("get"), user.entropy));
        sealed.bodies.emplace_back(text_of(query.bytes));
        sealed.queries.push_back(std::move(query));
    }
    return sealed;
}

Result<void, client::Error> check_answers(Sealed& sealed, const Load& load) {
    for (std::size_t i = 0; i < sealed.queries.size(); ++i) {
        CLOISTER_CHECK(client::open_answer(sealed.queries[i], view_of(load.replies[i])));
    }
    return {};
}

struct QueryTarget {
    std::string worker;  // URL of POST /query
    std::string echo;    // URL of the plain server
    protocol::Session session;
    ContractId contract;
};

// Sealed before and opened after the clock runs: what is measured is the way through host and
// enclave, beside the same bytes through a server that does nothing.
Measured<std::pair<Load, Load>> measure_load(User& user, const QueryTarget& target,
                                             std::size_t at_once) {
    CLOISTER_TRY(Sealed sealed,
                 seal_queries(user, target.session, target.contract, queries).map_error(words_of));
    Load plain = post_all(target.echo, sealed.bodies, at_once);
    Load private_load = post_all(target.worker, sealed.bodies, at_once);
    if (plain.failed + private_load.failed > 0) {
        return err(std::to_string(private_load.failed) + " queries and " +
                   std::to_string(plain.failed) + " echoes failed");
    }
    if (plain.replies != sealed.bodies) return err(std::string("the echo server does not echo"));
    CLOISTER_CHECK(check_answers(sealed, private_load).map_error(words_of));
    return std::pair(std::move(private_load), std::move(plain));
}

Measured<Lines> measure_queries(User& user, const Ready& ready, const ContractId& contract,
                                const std::string& directory) {
    CLOISTER_TRY(const std::string own, io::own_program_path().map_error(words_of_io));
    CLOISTER_TRY(const Child echo, start_child(own, {"echo-server"}, directory));
    CLOISTER_TRY(const std::string bytes, get_session(ready.worker_url));
    CLOISTER_TRY(const auto session,
                 client::check_session(user.chain, view_of(bytes), contract).map_error(words_of));
    const QueryTarget target{.worker = ready.worker_url + "/query",
                             .echo = "http://127.0.0.1:" + echo.first_line + "/",
                             .session = session,
                             .contract = contract};
    CLOISTER_TRY(const auto alone, measure_load(user, target, 1));
    CLOISTER_TRY(const auto many, measure_load(user, target, queries_at_once));
    const auto& [query, plain] = alone;
    Lines lines;
    lines.push_back({"network.query", "confidential query, one at a time, median", "ms",
                     median(query.milliseconds), "plain HTTP echo", median(plain.milliseconds)});
    lines.push_back({"network.query_p90", "the same, 90th percentile", "ms",
                     percentile(query.milliseconds, 0.9), "plain HTTP echo",
                     percentile(plain.milliseconds, 0.9)});
    lines.push_back({"network.query_rate", "confidential queries, 16 at a time", "1/s",
                     many.first.per_second, "plain HTTP echo", many.second.per_second});
    return lines;
}

Measured<Lines> measure_memory(const Ready& ready, int dev) {
    Lines lines;
    double total = 0;
    for (const int pid : family_of(dev)) {
        const auto memory = memory_of(pid);
        if (!memory) return err("no memory of process " + std::to_string(pid) + " is known");
        const auto name = ready.names.find(pid);
        const std::string who = name == ready.names.end() ? "helper" : name->second;
        lines.push_back({"network.memory_of", "  " + who + ", " + std::string(memory->kind), "MiB",
                         memory->mib, "all processes", 0});
        total += memory->mib;
    }
    for (Line& line : lines) line.beside_value = total;
    lines.insert(lines.begin(), {"network.memory", "memory of the network after all this", "MiB",
                                 total, "goal", memory_goal_mib});
    return lines;
}

Measured<Lines> measure_running(const Ready& ready, int dev, const std::string& contracts,
                                const std::string& directory) {
    User user{.chain = open_chain(ready),
              .key = *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice"),
              .entropy = crypto::Entropy(io::random_seed())};
    Lines lines;
    CLOISTER_TRY(const Lines fresh, measure_memory(ready, dev));
    CLOISTER_TRY(const Bytes code,
                 io::read_file(contracts + "/counter.wasm", protocol::code_bytes_max)
                     .map_error(words_of_io));
    CLOISTER_CHECK(user.chain.open().map_error(words_of));
    CLOISTER_TRY(const ContractId contract, deploy_counter(user, code).map_error(words_of));
    CLOISTER_CHECK(measure_requests(user, contract, lines).map_error(words_of));
    CLOISTER_TRY(const Lines asked, measure_queries(user, ready, contract, directory));
    lines.insert(lines.end(), asked.begin(), asked.end());
    CLOISTER_TRY(Lines memory, measure_memory(ready, dev));
    memory.insert(memory.begin() + 1, {"network.memory_idle", "the same before any request", "MiB",
                                       fresh.front().value, "goal", memory_goal_mib});
    lines.insert(lines.end(), memory.begin(), memory.end());
    return lines;
}

Measured<Lines> measure_in(const Places& places, const std::string& directory) {
    std::vector<double> start_ms;
    Lines lines;
    for (std::size_t i = 0; i < starts; ++i) {
        const std::string base = directory + "/" + std::to_string(i);
        const Stopwatch watch;
        CLOISTER_TRY(Child dev, start_child(places.programs + "/cloister",
                                            {"--json", "dev", "--base-path", base, "--rpc-port",
                                             "0", "--worker-port", "0"},
                                            directory));
        start_ms.push_back(watch.milliseconds());
        CLOISTER_TRY(const Ready ready, parse_ready(dev.first_line));
        if (i + 1 == starts) {
            CLOISTER_TRY(lines,
                         measure_running(ready, dev.process.pid(), places.contracts, directory));
        }
        dev.process.kill(SIGTERM);
        dev.process.wait();
    }
    lines.insert(lines.begin(), {"network.start", "`cloister dev` to ready, median of 3 new ones",
                                 "ms", median(start_ms), "goal", start_goal_ms});
    return lines;
}

}  // namespace

Result<Lines, std::string> measure_network(const Places& places) {
    CLOISTER_TRY(const std::string directory,
                 io::make_temporary_directory("cloister-bench-").map_error(words_of_io));
    auto lines = measure_in(places, directory);
    const auto removed = io::remove_tree(directory);
    if (!removed) std::fprintf(stderr, "cloister_bench: %s\n", removed.error().text.c_str());
    return lines;
}

int run_echo_server() {
    io::EventLoop loop;
    const auto server = io::HttpServer::listen(
        loop, "127.0.0.1", 0, {}, [](io::HttpRequest request, io::Responder responder) {
            responder({.status = 200,
                       .body = std::move(request.body),
                       .content_type = "application/octet-stream",
                       .headers = {}});
        });
    if (!server) return 1;
    std::printf("%u\n", static_cast<unsigned>(server->port()));
    std::fflush(stdout);
    loop.run();
    return 0;
}

}  // namespace cloister::bench
