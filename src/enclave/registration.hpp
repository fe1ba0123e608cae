// Registers the identity with fresh evidence at every start, and notices when the operator's newest
// registration is another one: then this enclave is revoked and stays so.
#pragma once

#include "enclave/core.hpp"

namespace cloister::enclave {

class Registration {
  public:
    static constexpr std::uint64_t again_ms = 6000;

    // Needs core.view. Sets core.registered.
    void advance(Core& core);
    // False when the quote was not asked for by this part.
    bool quoted(Core& core, std::uint64_t id, const Bytes& quote);
    bool revoked() const { return revoked_; }

  private:
    struct Waiting {
        std::uint64_t quote_id = 0;
        protocol::Registration registration;
    };
    bool was_registered_ = false;
    bool revoked_ = false;
    Timer attempts_;
    std::optional<Waiting> waiting_;
};

}  // namespace cloister::enclave
