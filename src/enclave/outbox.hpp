// Where every part of the enclave puts what it has to say during one step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "enclave/enclave.hpp"

namespace cloister::enclave {

class Outbox {
  public:
    // For the length of one step.
    void bind(std::vector<Output>* out) { out_ = out; }

    template <class Message>
    void host(Message message) {
        say(protocol::HostOutput{std::move(message)});
    }
    // `message` holds public facts only: block numbers, error names, public keys.
    void log(std::string_view code, std::string message = {}) {
        host(protocol::output::Log{std::string(code), std::move(message)});
    }
    void put(output::NeedQuote need);
    void put(output::Execute execute);

  private:
    void say(protocol::HostOutput message);

    std::vector<Output>* out_ = nullptr;
};

}  // namespace cloister::enclave
