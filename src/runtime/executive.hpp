// One block being made: what BlockBuilder and `execute` share, so that a block built and a block
// executed can not differ.
#pragma once

#include "runtime/check.hpp"

namespace cloister::runtime {

class Executive {
  public:
    Executive(const StateView& view, const At& parent);
    Executive(const Executive&) = delete;  // the context points into this object
    Executive& operator=(const Executive&) = delete;

    // The first extrinsic, and only it: Timestamp.set. BadMandatory for anything else or a bad
    // time.
    Result<void, TransactionError> apply_inherent(ByteView extrinsic);
    // `known`: what is known of its signature, or null.
    Result<void, TransactionError> apply(ByteView extrinsic, const VerifiedSignature* known);
    UnixMillis parent_time() const { return parent_time_; }
    BlockNumber number() const { return context_.number; }
    // Ends the block.
    trie::Changes finish();

  private:
    Result<void, TransactionError> take_room(std::size_t bytes, Weight weight);
    void report(const Dispatch& result, Weight weight, std::uint8_t dispatch_class);

    Overlay state_;
    Context context_;
    UnixMillis parent_time_;
    std::uint32_t extrinsics_ = 0;
    std::size_t bytes_ = 0;
    Weight weight_ = 0;
};

}  // namespace cloister::runtime
