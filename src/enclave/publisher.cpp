#include "enclave/publisher.hpp"

#include "protocol/calls.hpp"
#include "protocol/domains.hpp"

namespace cloister::enclave {

void Publisher::advance(Core& core, KeyRing& keys) {
    const ClusterKeys* cluster = keys.cluster();
    if (cluster == nullptr) return;
    publish_cluster_key(core, *cluster);
    publish_contract_keys(core, keys);
    post_draw(core, *cluster);
}

bool Publisher::is_due(Core& core, Owed& owed, ByteView subject) {
    if (!owed.since) owed.since = core.now;
    const auto& members = core.view->members;
    const auto own = std::ranges::find(members, core.identity.worker());
    if (own == members.end()) return false;
    const std::size_t first = crypto::blake2b_256(subject)[0] % members.size();
    const auto index = static_cast<std::size_t>(own - members.begin());
    const std::uint64_t turn = (index + members.size() - first) % members.size();
    const Instant from(owed.since->value + turn * turn_ms);
    if (core.now < from) {
        core.wake_at(from);
        return false;
    }
    return core.due(owed.sent, again_ms);
}

void Publisher::publish_cluster_key(Core& core, const ClusterKeys& keys) {
    if (core.view->cluster_key || !is_due(core, cluster_key_, core.mission->cluster.view())) return;
    protocol::PublishClusterKey message{.cluster = core.mission->cluster,
                                        .key = {current_epoch, keys.vrf.times_base()},
                                        .worker = core.identity.worker(),
                                        .signature = {}};
    message.signature = core.sign(protocol::signing_bytes(core.mission->genesis, message));
    core.out.host(protocol::output::SubmitCall{
        protocol::encode_call(protocol::PublishClusterKeyCall{message}), "cluster-key"});
}

void Publisher::publish_contract_keys(Core& core, KeyRing& keys) {
    const auto& pending = core.view->pending_keys;
    std::erase_if(contract_keys_, [&](const auto& entry) {
        return std::ranges::find(pending, entry.first) == pending.end();
    });
    for (const ContractId& contract : pending) {
        const ContractKeys* held = keys.contract(contract);
        if (held == nullptr || !is_due(core, contract_keys_[contract], contract.view())) continue;
        protocol::PublishContractKey message{.contract = contract,
                                             .key = {current_epoch, held->request.public_key},
                                             .worker = core.identity.worker(),
                                             .signature = {}};
        message.signature = core.sign(protocol::signing_bytes(core.mission->genesis, message));
        core.out.host(protocol::output::SubmitCall{
            protocol::encode_call(protocol::PublishContractKeyCall{message}), "contract-key"});
    }
}

void Publisher::post_draw(Core& core, const ClusterKeys& keys) {
    if (core.view->draws.empty() || !core.view->cluster_key) return;
    const BlockNumber oldest = core.view->draws.front().request_block;
    if (drawn_ != oldest) drawing_ = {};
    drawn_ = oldest;
    const auto block = core.follower.at(oldest);
    if (!block) return core.out.log("DrawBlockUnknown", std::to_string(oldest.value));
    if (!is_due(core, drawing_, block->hash.view())) return;
    const ClusterId& cluster = core.mission->cluster;
    const Bytes message = protocol::draw_message(core.mission->genesis, cluster, block->hash);
    const protocol::PostDraw call{
        cluster, oldest, crypto::evaluate(keys.vrf, view_of(protocol::domain::draw), message)};
    core.out.host(protocol::output::SubmitCall{protocol::encode_call(call), "draw"});
}

}  // namespace cloister::enclave
