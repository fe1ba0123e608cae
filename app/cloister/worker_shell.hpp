// Around the host's agent: its enclave, the node, the gatekeeper, the disk and the HTTP port for
// clients. Restarts the enclave when it ends; carries only ciphertext and what is public anyway.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "enclave_link.hpp"
#include "io/http_client.hpp"
#include "io/http_server.hpp"
#include "worker/agent.hpp"

namespace cloister::app {

struct WorkerOptions {
    io::HttpCall node;
    std::optional<io::HttpCall> gatekeeper;
    worker::Config agent;  // without the endpoint, if that follows from the port
    EnclavePaths enclave;
    std::string base_path;
    std::uint16_t port = 0;
};

// Asked at each start of the enclave; key pairs do not copy.
using OperatorKey = std::function<Result<crypto::KeyPair, Problem>()>;

class WorkerShell {
  public:
    static Result<std::unique_ptr<WorkerShell>, Problem> open(io::EventLoop& loop,
                                                              WorkerOptions options,
                                                              OperatorKey operator_key);
    std::uint16_t port() const { return http_->port(); }

  private:
    WorkerShell(io::EventLoop& loop, WorkerOptions options, OperatorKey operator_key);

    void launch();
    void launch_later(const std::string& reason);
    void on_started(const platform::Launched& launched);
    void step(const worker::Input& input);
    void act(worker::Output& output);
    void set_timer();

    void rpc(worker::output::Rpc& call);
    void ask_gatekeeper(std::shared_ptr<const std::string> bytes, std::uint64_t pause_ms);
    void store(const worker::output::Store& blob);
    void load(const std::string& name);

    void on_request(io::HttpRequest request, io::Responder responder);
    void to_agent(worker::input::Http::Kind kind, io::HttpRequest& request,
                  io::Responder responder);
    void result_of_task(std::string_view digits, const std::string& origin,
                        io::Responder responder);
    std::string status_json() const;
    void answer(std::uint64_t id, io::HttpResponse response);
    void answer_all(int status);

    io::EventLoop& loop_;
    WorkerOptions options_;
    OperatorKey operator_key_;
    AccountId operator_account_;
    io::HttpClient client_;
    // One agent for one life of the enclave: what an older one asked for must not reach the next.
    std::optional<worker::Agent> agent_;
    std::uint64_t life_ = 0;
    std::unique_ptr<EnclaveLink> enclave_;
    std::optional<platform::Launched> launched_;
    Instant launched_at_;
    std::uint64_t backoff_ms_ = 0;
    std::optional<io::TimerId> timer_;
    struct Open {
        io::Responder responder;
        std::string origin;
        io::TimerId timeout;
    };
    std::map<std::uint64_t, Open> open_;
    std::uint64_t next_request_ = 1;
    std::optional<io::HttpServer> http_;
};

}  // namespace cloister::app
