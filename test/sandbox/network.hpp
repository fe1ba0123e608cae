// A development network of real processes with one worker, whose enclave is the given program.
#pragma once

#include <string>

#include "base/types.hpp"
#include "flat_json.hpp"
#include "line_child.hpp"

namespace cloister::sandbox {

class Network {
  public:
    // Check `problem()` before anything else.
    explicit Network(const std::string& enclave);
    ~Network();

    const std::string& problem() const { return problem_; }
    const std::string& base_path() const { return base_path_; }
    BlockHash genesis() const { return BlockHash(ready_.bytes("genesis")); }
    std::string worker_url() const;
    std::string gatekeeper_url() const { return ready_.object("gatekeeper").text("url"); }
    // GET /status of a host; empty while it does not answer.
    app::FlatJson status(const std::string& url) const;
    bool serves(const std::string& url) const;
    Bytes session(const std::string& url) const;

    // `cloister contract ...` as Alice, with the network's flags added; its one line.
    app::FlatJson contract(std::vector<std::string> arguments) const;

  private:
    std::string folder_;
    std::string base_path_;
    std::string problem_;
    std::optional<app::LineChild> dev_;
    app::FlatJson ready_;
};

bool within(std::uint64_t limit_ms, const std::function<bool()>& condition);

}  // namespace cloister::sandbox
