// One connection of a launcher and the enclave that it started: at most one enclave for a
// connection, and either's end is the other's.
#pragma once

#include <poll.h>

#include <optional>
#include <vector>

#include "descriptor.hpp"
#include "enclave_process.hpp"
#include "platform/platform.hpp"

namespace cloister::platform {

class Session {
  public:
    Session(Descriptor client, const Platform& platform, int enclave_log);

    // Appends what this session waits for. `react` gets the same entries back.
    void watch(std::vector<pollfd>& entries) const;
    void react(std::span<const pollfd> entries);
    bool over() const { return over_; }

  private:
    void on_client_readable();
    void launch(ByteView request);
    void refuse(LaunchError error);
    void on_channel_readable();
    void answer(ByteView request);
    void on_enclave_ended();
    void end_if_flushed();

    const Platform& platform_;
    int enclave_log_;
    Descriptor client_;
    FrameReader from_client_;
    Bytes to_client_;
    std::vector<Descriptor> received_;  // descriptors that came with the request
    std::optional<EnclaveProcess> enclave_;
    FrameReader from_enclave_;
    Bytes to_enclave_;
    bool channel_closed_ = false;
    bool closing_ = false;  // the last message to the client is queued
    bool over_ = false;
};

}  // namespace cloister::platform
