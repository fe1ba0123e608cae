// The worker's host and its enclave: asks the platform's launcher for one, and speaks with it over
// a channel of which the platform gives the other end to the enclave (platform/messages.hpp). One
// life; the owner makes another link for the next.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "io/channel.hpp"
#include "output.hpp"
#include "platform/messages.hpp"
#include "protocol/host_channel.hpp"

namespace cloister::app {

struct EnclavePaths {
    std::string platform_socket;
    std::string enclave;  // absolute
};

struct EnclaveHandlers {
    std::function<void(const platform::Launched&)> on_started;
    std::function<void(protocol::HostOutput)> on_message;
    // Once, as the last call: why it is gone.
    std::function<void(const std::string& reason)> on_ended;
};

class EnclaveLink {
  public:
    static Result<std::unique_ptr<EnclaveLink>, Problem> launch(io::EventLoop& loop,
                                                                const EnclavePaths& paths,
                                                                EnclaveHandlers handlers);

    // What has no room in the queue is lost, as on any network: enclaves ask again.
    void send(const protocol::HostInput& message);

  private:
    explicit EnclaveLink(EnclaveHandlers handlers) : handlers_(std::move(handlers)) {}
    void on_launcher(const Bytes& bytes);
    void on_enclave(const Bytes& bytes);
    void end(const std::string& reason);

    EnclaveHandlers handlers_;
    bool ended_ = false;
    std::optional<io::Channel> launcher_;  // closed by us: the platform kills the enclave
    std::optional<io::Channel> enclave_;
};

}  // namespace cloister::app
