// The supervisor of a development network: starts platform, node, gatekeeper's host and workers'
// hosts, waits until every enclave is attested and has keys, restarts what ends, and stops all of
// it. It carries nothing between them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "child.hpp"
#include "dev_files.hpp"
#include "io/http_client.hpp"

namespace cloister::app {

struct DevPlan {
    std::string base_path;
    DevPrograms programs;
    std::string gatekeeper_enclave;
    std::uint16_t rpc_port = 9944;
    std::uint16_t worker_port =
        8000;  // worker i listens on worker_port + i; 0: the system chooses each
    std::uint16_t gatekeeper_port = 0;  // 0: the system chooses
    std::size_t workers = 3;
    std::uint64_t block_time_ms = 0;
};

// A host as the supervisor sees it.
struct DevHost {
    std::unique_ptr<Child> child{};
    std::string operator_uri{};
    std::string url{};  // known once it listens
    bool ready = false;
    bool asked = false;    // a status request is open
    std::string worker{};  // identity of its enclave, 0x...
    std::uint64_t enclave_pid = 0;
    std::string state{};  // what is missing, for people
};

class DevNetwork {
  public:
    struct Handlers {
        // The node answers. What must happen on the chain before enclaves start: an error ends the
        // start.
        std::function<Result<void, Problem>()> on_node;
        std::function<void()> on_ready;
        std::function<void(const Problem&)> on_failure;  // while starting
    };
    DevNetwork(io::EventLoop& loop, DevPlan plan, Handlers handlers);

    Result<void, Problem> start();
    // Asks everything to end and calls back when it has, after 1.5 s at the latest.
    void stop(std::function<void()> done);

    const DevPlan& plan() const { return plan_; }
    const std::string& rpc_url() const { return rpc_url_; }
    const std::string& genesis() const { return genesis_; }
    const DevHost& gatekeeper() const { return hosts_.front(); }
    std::span<const DevHost> workers() const { return std::span(hosts_).subspan(1); }
    int node_pid() const { return node_->pid(); }
    int platform_pid() const { return platform_->pid(); }

  private:
    std::unique_ptr<Child> make_child(ChildOptions options,
                                      std::function<void(const std::string&)> on_line);
    Result<void, Problem> check_ports();
    void make_hosts();
    void start_host(DevHost& host);
    void on_node_line(const std::string& line);
    void on_host_line(DevHost& host, const std::string& line);
    void on_exit(Child& child, io::ExitStatus status);
    void ask_status();
    void on_status(DevHost& host, const std::string& body);
    void check_ready();
    void fail(Problem problem);
    std::vector<Child*> children();
    std::string log_path(const std::string& name) const {
        return plan_.base_path + "/logs/" + name + ".log";
    }

    io::EventLoop& loop_;
    DevPlan plan_;
    Handlers handlers_;
    io::HttpClient client_;
    std::unique_ptr<Child> platform_;
    std::unique_ptr<Child> node_;
    std::vector<DevHost> hosts_;  // the gatekeeper's first
    std::string rpc_url_;
    std::string genesis_;
    std::optional<Problem> last_error_;  // what a child said before it ended
    enum class Phase { Starting, Running, Stopping } phase_ = Phase::Starting;
    std::function<void()> stopped_;
};

}  // namespace cloister::app
