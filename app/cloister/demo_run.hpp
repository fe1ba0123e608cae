// The demo's story: a network of its own, a hospital that trains and a clinic that asks, each a
// client process, and what the chain, the host and everybody else can see of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "client_shell.hpp"
#include "demo_view.hpp"
#include "flat_json.hpp"
#include "line_child.hpp"

namespace cloister::app {

struct DemoOptions {
    std::string data;    // the breast cancer table
    std::string bundle;  // the diagnosis contract
    bool markers = false;
};

struct DemoOutcome {
    double accuracy = 0;
    std::uint64_t trained = 0;
    std::uint64_t scored = 0;
    bool proof_verified = false;
    std::optional<bool> leaked;  // nothing: not searched
    std::uint64_t tasks = 0;
    double seconds = 0;
    bool held() const;
};

class DemoRun {
  public:
    // `folder` is empty and all its own.
    DemoRun(DemoOptions options, std::string folder, DemoView& view);
    ~DemoRun();

    Result<DemoOutcome, Problem> play();

  private:
    using Story = Result<void, Problem> (DemoRun::*)();

    Result<void, Problem> start_network();
    Result<void, Problem> deploy();
    Result<void, Problem> train();
    Result<void, Problem> allow();
    Result<void, Problem> score();
    Result<void, Problem> ask();
    Result<void, Problem> prove();
    Result<void, Problem> search();

    Result<LineChild, Problem> start_party(const std::string& role, const std::string& suri);
    // Runs it under a progress bar and adds the seconds to `last_seconds_`.
    Result<FlatJson, Problem> wish(LineChild& party, const std::string& what,
                                   const std::string& json);
    Result<void, Problem> show_task(const FlatJson& said);
    Bytes read_disk() const;
    void judge(const FlatJson& said);
    std::vector<std::string> environment(const std::string& who) const;

    DemoOptions options_;
    std::string folder_;
    DemoView& view_;
    std::string self_;
    DemoOutcome outcome_;
    double last_seconds_ = 0;
    FlatJson ready_;
    std::optional<LineChild> network_;
    std::optional<LineChild> hospital_;
    std::optional<LineChild> clinic_;
    std::optional<Connection> chain_;  // a bystander's view
    std::string contract_;
    std::uint64_t scored_task_ = 0;
    Bytes sealed_records_;  // as the chain holds them
};

}  // namespace cloister::app
