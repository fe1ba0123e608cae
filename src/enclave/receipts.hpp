// Brings results to the chain: receipts in sequence, their Merkle tree, one fresh quote for the
// batch (DESIGN.md section 2, steps 7 and 8). One batch is under way at a time.
#pragma once

#include "enclave/executor.hpp"
#include "protocol/calls.hpp"

namespace cloister::enclave {

class Receipts {
  public:
    static constexpr std::uint64_t again_ms = 2000;  // doubled with each attempt
    static constexpr unsigned doublings_max = 4;
    static constexpr std::uint64_t overdue_ms = 3000;   // without progress, on the own counter
    static constexpr std::uint32_t overdue_blocks = 8;  // after the assigning block
    static constexpr std::size_t batch_bytes_max = 2U << 20;  // of outputs and actions
    static constexpr std::uint32_t batch_age_blocks = 128;    // then the batch is quoted anew

    // Needs core.view and a registration.
    void advance(Core& core, const Executor& executor);
    bool quoted(Core& core, std::uint64_t id, const Bytes& quote);
    void wipe() { batch_.reset(); }

  private:
    struct Batch {
        std::uint64_t quote_id = 0;
        Sequence first;
        protocol::SubmitTasks call;
        bool quoted = false;
        unsigned attempts = 0;
    };
    // The contiguous results that this enclave may submit now.
    std::vector<const CommandResult*> due_results(Core& core, const Executor& executor) const;
    void make_batch(Core& core, const std::vector<const CommandResult*>& results);
    void submit(Core& core);

    std::optional<Batch> batch_;
    Sequence accepted_;
    Instant progress_at_;  // when the accepted sequence moved last
    Timer submitting_;
};

}  // namespace cloister::enclave
