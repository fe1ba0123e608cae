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

// The draw's value is known to the cluster's enclaves, and maybe to their hosts, as soon as the
// requests' block is there; so the workers are those of that block, and joining or leaving later
// does not move anybody else's tasks. Only where none of them is left do today's workers serve.
struct Members {
    std::vector<WorkerId> listed;
    std::vector<bool> serving;
    bool any = false;
};

Members members_of(const Context& context, const ClusterId& cluster, BlockNumber request_block) {
    Members members;
    const auto recorded =
        context.state.load_or(draw_members_key(cluster, request_block), std::vector<WorkerId>{});
    for (const auto& list : {recorded, registry::workers_of(context.state, cluster)}) {
        members = {list, {}, false};
        for (const WorkerId& worker : list) {
            members.serving.push_back(registry::may_be_drawn(context, worker, cluster));
            members.any = members.any || members.serving.back();
        }
        if (members.any) break;
    }
    return members;
}

// The drawn worker or, where it does not serve any more, the next in the list that does.
WorkerId drawn_worker(const Members& members, const crypto::RistrettoPoint& value, TaskId task) {
    const std::size_t count = members.listed.size();
    std::size_t index = protocol::drawn_index(value, task, count);
    while (!members.serving[index]) index = (index + 1) % count;
    return members.listed[index];
}

}  // namespace

Dispatch post_draw(Context& context, const AccountId&, const protocol::PostDraw& call) {
    const Bytes queue_key = storage::tasks_draw_queue(call.cluster);
    auto queue = context.state.load_or(queue_key, std::vector<protocol::PendingDraw>{});
    if (queue.empty()) return refuse(Error::NothingToDraw);
    if (queue.front().request_block != call.request_block) return refuse(Error::NotOldestDraw);
    if (call.request_block >= context.number) return refuse(Error::DrawTooEarly);
    CLOISTER_CHECK(check_vrf(context, call));
    const Members members = members_of(context, call.cluster, call.request_block);
    if (!members.any) return refuse(Error::NoWorkers);
    auto sequence = context.state.load_or(storage::tasks_next_sequence(call.cluster), Sequence{1});
    for (const TaskId task : queue.front().tasks) {
        const WorkerId worker = drawn_worker(members, call.vrf.value, task);
        context.state.store(storage::tasks_assignment(call.cluster, sequence),
                            protocol::Assignment{task, sequence, worker, context.number});
        context.state.store(assigned_time_key(call.cluster, sequence), context.now());
        context.deposit(events::Drawn{task, sequence, worker});
        sequence = sequence.next();
    }
    context.state.store(storage::tasks_next_sequence(call.cluster), sequence);
    queue.erase(queue.begin());
    context.state.remove(draw_members_key(call.cluster, call.request_block));
    context.state.store(queue_key, queue);
    system::keep_block_hash(context.state, context.number);
    context.fee_returned = true;
    return {};
}

}  // namespace cloister::runtime::tasks
