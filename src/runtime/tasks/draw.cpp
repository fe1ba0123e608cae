// Tasks.post_draw: the cluster's verifiable random function over the requests' block gives each
// request its sequence number and its worker.
#include "protocol/domains.hpp"
#include "protocol/storage.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/system/system.hpp"
#include "runtime/tasks/tasks.hpp"

namespace cloister::runtime::tasks {

namespace {

namespace storage = protocol::storage;

Dispatch check_vrf(const Context& context, const protocol::PostDraw& call) {
    const auto key =
        context.state.load<protocol::ClusterKey>(storage::registry_cluster_key(call.cluster));
    if (!key) return refuse(Error::NoClusterKey);
    const auto block = system::block_hash(context.state, call.request_block);
    CLOISTER_ASSERT(block.has_value());  // enqueue had it kept
    const Bytes message = protocol::draw_message(context.genesis, call.cluster, *block);
    if (!crypto::verify_evaluation(key->vrf_public, view_of(protocol::domain::draw), message,
                                   call.vrf)) {
        return refuse(Error::BadDraw);
    }
    return {};
}

}  // namespace

Dispatch post_draw(Context& context, const AccountId&, const protocol::PostDraw& call) {
    const Bytes queue_key = storage::tasks_draw_queue(call.cluster);
    auto queue = context.state.load_or(queue_key, std::vector<protocol::PendingDraw>{});
    if (queue.empty()) return refuse(Error::NothingToDraw);
    if (queue.front().request_block != call.request_block) return refuse(Error::NotOldestDraw);
    if (call.request_block >= context.number) return refuse(Error::DrawTooEarly);
    CLOISTER_CHECK(check_vrf(context, call));
    const auto workers = registry::workers_of(context.state, call.cluster);
    if (workers.empty()) return refuse(Error::NoWorkers);
    auto sequence = context.state.load_or(storage::tasks_next_sequence(call.cluster), Sequence{1});
    for (const TaskId task : queue.front().tasks) {
        const WorkerId worker =
            workers[protocol::drawn_index(call.vrf.value, task, workers.size())];
        context.state.store(storage::tasks_assignment(call.cluster, sequence),
                            protocol::Assignment{task, sequence, worker, context.number});
        context.deposit(events::Drawn{task, sequence, worker});
        sequence = sequence.next();
    }
    context.state.store(storage::tasks_next_sequence(call.cluster), sequence);
    queue.erase(queue.begin());
    context.state.store(queue_key, queue);
    system::keep_block_hash(context.state, context.number);
    return {};
}

}  // namespace cloister::runtime::tasks
