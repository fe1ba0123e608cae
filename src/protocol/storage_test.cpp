#include "protocol/storage.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cloister::protocol::storage {
namespace {

std::vector<Bytes> keys_of(std::uint8_t n) {
    const Bytes id(32, n);
    const ClusterId cluster(id);
    return {system_account(AccountId(id)),
            system_block_hash(BlockNumber(n)),
            attestation_approved(Measurement(id)),
            registry_worker(WorkerId(id)),
            registry_operator_worker(AccountId(id)),
            registry_endpoint(WorkerId(id)),
            registry_epoch_key(KeyEpoch(n)),
            registry_cluster_key(cluster),
            registry_contract_key(ContractId(id)),
            contracts_cluster_workers(cluster),
            contracts_contract(ContractId(id)),
            contracts_code(CodeHash(id)),
            contracts_pending_keys(cluster),
            tasks_request(TaskId(n)),
            tasks_input(TaskId(n)),
            tasks_draw_queue(cluster),
            tasks_next_sequence(cluster),
            tasks_assignment(cluster, Sequence(n)),
            tasks_accepted(cluster),
            tasks_accepted_root(cluster, Sequence(n)),
            tasks_result(TaskId(n)),
            tasks_output(TaskId(n)),
            tasks_batch(Hash256(id)),
            tasks_seen_request(AccountId(id), RequestId(Bytes(16, n)))};
}

TEST(StorageKeys, OfDifferentItemsAndValuesAreDifferent) {
    std::set<Bytes> keys = {
        system_number(),          system_events(),          timestamp_now(),
        attestation_collateral(), attestation_policy(),     attestation_simulated_root(),
        registry_gatekeepers(),   registry_current_epoch(), tasks_next_task()};
    EXPECT_EQ(keys.size(), 9U);
    for (std::uint8_t n = 0; n < 3; ++n) {
        for (const Bytes& key : keys_of(n)) EXPECT_TRUE(keys.insert(key).second);
    }
}

TEST(StorageKeys, EndInTheKeyItself) {
    const Bytes id(32, 9);
    for (const Bytes& key : {registry_worker(WorkerId(id)), contracts_contract(ContractId(id)),
                             tasks_batch(Hash256(id))}) {
        EXPECT_EQ(key.size(), 32U + 8 + 32);
        EXPECT_TRUE(equal(ByteView(key).last(32), id));
    }
    EXPECT_EQ(tasks_assignment(ClusterId(id), Sequence(1)).size(), 32U + 8 + 32 + 8 + 8);
    EXPECT_EQ(tasks_seen_request(AccountId(id), RequestId()).size(), 32U + 8 + 32 + 8 + 16);
}

}  // namespace
}  // namespace cloister::protocol::storage
