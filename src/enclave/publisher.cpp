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

void Publisher::publish_cluster_key(Core& core, const ClusterKeys& keys) {
    if (core.view->cluster_key || !core.due(cluster_key_, again_ms)) return;
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
        if (held == nullptr || !core.due(contract_keys_[contract], again_ms)) continue;
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
    if (drawn_ != oldest) drawing_.last.reset();
    if (!core.due(drawing_, again_ms)) return;
    drawn_ = oldest;
    const auto block = core.follower.at(oldest);
    if (!block) return core.out.log("DrawBlockUnknown", std::to_string(oldest.value));
    const ClusterId& cluster = core.mission->cluster;
    const Bytes message = protocol::draw_message(core.mission->genesis, cluster, block->hash);
    const protocol::PostDraw call{
        cluster, oldest, crypto::evaluate(keys.vrf, view_of(protocol::domain::draw), message)};
    core.out.host(protocol::output::SubmitCall{protocol::encode_call(call), "draw"});
}

}  // namespace cloister::enclave
