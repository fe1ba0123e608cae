#include "enclave/outbox.hpp"

namespace cloister::enclave {

void Outbox::put(output::NeedQuote need) { out_->emplace_back(std::move(need)); }

void Outbox::put(output::Execute execute) { out_->emplace_back(std::move(execute)); }

void Outbox::say(protocol::HostOutput message) {
    CLOISTER_ASSERT(out_ != nullptr);
    out_->emplace_back(output::ToHost{std::move(message)});
}

}  // namespace cloister::enclave
