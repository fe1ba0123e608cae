// The genesis state and header.
#include "protocol/storage.hpp"
#include "runtime/attestation/attestation.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/governance/governance.hpp"
#include "runtime/grandpa/grandpa.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/stake/stake.hpp"

namespace cloister::runtime {

namespace {

namespace storage = protocol::storage;

void write_balances(trie::Entries& entries, const GenesisConfig& config) {
    std::map<AccountId, system::AccountInfo> accounts;
    std::map<AccountId, u128> bonds;
    for (const auto& [who, balance] : config.balances) accounts[who].free += balance.value;
    for (const auto& [who, bond] : config.bonds) {
        accounts[who].reserved += bond.value;
        bonds[who] += bond.value;
    }
    u128 total = 0;
    for (auto& [who, info] : accounts) {
        info.providers = 1;
        total += info.free + info.reserved;
        entries[storage::system_account(who)] = scale::encode(info);
    }
    for (const auto& [who, bond] : bonds) entries[stake::bond_key(who)] = scale::encode(bond);
    entries[balances::total_issuance_key()] = scale::encode(total);
    entries[stake::worker_bond_min_key()] = scale::encode(config.worker_bond_min);
}

void write_attestation(trie::Entries& entries, const GenesisConfig& config) {
    entries[storage::attestation_collateral()] = scale::encode(config.collateral);
    attest::Policy policy = config.policy;
    policy.measurements.clear();
    policy.any_measurement = false;
    entries[storage::attestation_policy()] = scale::encode(policy);
    entries[attestation::notice_period_key()] = scale::encode(config.notice_period_blocks);
    if (config.simulated_root) {
        entries[storage::attestation_simulated_root()] = scale::encode(*config.simulated_root);
    }
    for (const auto& [measurement, name] : config.measurements) {
        entries[storage::attestation_approved(measurement)] =
            scale::encode(protocol::MeasurementApproval{name, BlockNumber{0}, BlockNumber{0}});
    }
}

void write_cluster(trie::Entries& entries, const GenesisConfig& config) {
    entries[contracts::cluster_key(config.cluster)] =
        scale::encode(contracts::ClusterInfo{config.cluster_owner});
    entries[storage::contracts_cluster_workers(config.cluster)] =
        scale::encode(std::vector<WorkerId>{});
    entries[storage::contracts_pending_keys(config.cluster)] =
        scale::encode(std::vector<ContractId>{});
    entries[storage::tasks_next_sequence(config.cluster)] = scale::encode(Sequence{1});
    entries[storage::tasks_next_task()] = scale::encode(TaskId{1});
}

}  // namespace

trie::Entries genesis_state(const GenesisConfig& config) {
    trie::Entries entries;
    entries[to_bytes(":code")] = runtime_version();
    entries[storage::system_number()] = scale::encode(BlockNumber{0});
    entries[storage::timestamp_now()] = scale::encode(UnixMillis{0});
    entries[governance::authority_key()] = scale::encode(config.governance);
    entries[registry::gatekeeper_operators_key()] = scale::encode(config.gatekeeper_operators);
    entries[storage::registry_gatekeepers()] = scale::encode(std::vector<WorkerId>{});
    write_balances(entries, config);
    write_attestation(entries, config);
    write_cluster(entries, config);
    grandpa::write_genesis(entries, config.authorities);
    return entries;
}

finality::Header genesis_header(const StateRoot& root) {
    return {.parent_hash = {},
            .number = BlockNumber{0},
            .state_root = root,
            .extrinsics_root = trie::empty_root(),
            .digest = {}};
}

}  // namespace cloister::runtime
