#include "enclave/receipts.hpp"

namespace cloister::enclave {

void Receipts::advance(Core& core, const Executor& executor) {
    const Sequence accepted = core.view->accepted.sequence;
    if (accepted != accepted_) {
        accepted_ = accepted;
        progress_at_ = core.now;
    }
    if (batch_) {
        const BlockNumber made_at = batch_->call.batches.front().statement.block;
        const bool old = core.view->at.number.value > made_at.value + batch_age_blocks;
        if (batch_->first <= accepted || old) batch_.reset();
    }
    if (batch_) {
        if (batch_->quoted) submit(core);
        return;
    }
    const auto results = due_results(core, executor);
    if (!results.empty()) make_batch(core, results);
}

std::vector<const CommandResult*> Receipts::due_results(Core& core,
                                                        const Executor& executor) const {
    std::vector<const CommandResult*> out;
    std::size_t bytes = 0;
    for (Sequence n = accepted_.next(); out.size() < protocol::batch_receipts_max; n = n.next()) {
        const CommandResult* result = executor.result(n);
        if (result == nullptr) break;
        const bool mine = result->assignment.worker == core.identity.worker();
        const std::uint32_t assigned_at = result->assignment.assigned_at.value;
        const bool late_on_chain = core.view->at.number.value > assigned_at + overdue_blocks;
        const Instant late_at(std::max(progress_at_, result->done_at).value + overdue_ms);
        if (!mine && !late_on_chain && core.now < late_at) {
            core.wake_at(late_at);
            break;
        }
        bytes += result->sealed_output.size();
        for (const Bytes& action : result->actions) bytes += action.size();
        if (!out.empty() && bytes > batch_bytes_max) break;
        out.push_back(result);
    }
    return out;
}

void Receipts::make_batch(Core& core, const std::vector<const CommandResult*>& results) {
    std::vector<Bytes> leaves;
    for (const CommandResult* result : results) leaves.push_back(scale::encode(result->receipt));
    const Hash256 root = protocol::merkle_root(leaves);
    Batch batch{.quote_id = core.next_id(),
                .first = results.front()->receipt.sequence,
                .call = {},
                .quoted = false,
                .attempts = 0};
    const protocol::BatchStatement statement{core.mission->genesis, core.identity.worker(),
                                             core.view->at.number, core.view->at.hash, root};
    batch.call.batches.push_back({statement, {}});
    for (std::uint32_t i = 0; i < results.size(); ++i) {
        const CommandResult& result = *results[i];
        batch.call.receipts.push_back(
            {result.receipt, core.sign(protocol::signing_bytes(result.receipt)), root,
             protocol::merkle_path(leaves, i), result.sealed_output, result.actions});
    }
    core.out.put(output::NeedQuote{batch.quote_id, protocol::report_data_of(statement)});
    batch_ = std::move(batch);
}

bool Receipts::quoted(Core& core, std::uint64_t id, const Bytes& quote) {
    if (!batch_ || batch_->quoted || batch_->quote_id != id) return false;
    batch_->call.batches.front().quote = quote;
    batch_->quoted = true;
    submitting_.last.reset();
    submit(core);
    return true;
}

// A batch that the chain refuses costs a fee each time, so attempts become rare.
void Receipts::submit(Core& core) {
    const unsigned doublings = std::min(std::max(batch_->attempts, 1U) - 1, doublings_max);
    if (!core.due(submitting_, again_ms << doublings)) return;
    ++batch_->attempts;
    core.out.host(protocol::output::SubmitCall{protocol::encode_call(batch_->call), "receipts"});
}

}  // namespace cloister::enclave
