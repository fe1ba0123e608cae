// Workers, gatekeepers, epochs and published keys as chain and enclaves see them (DESIGN.md section
// 7).
#pragma once

#include <string>
#include <vector>

#include "protocol/task.hpp"

namespace cloister::protocol {

enum class Role : std::uint8_t { Worker = 0, Gatekeeper = 1 };
constexpr Role scale_last(Role) { return Role::Gatekeeper; }

// What an enclave asks the chain to register; its quote binds it by report_data_of.
struct Registration {
    std::uint8_t version = 1;
    BlockHash genesis;
    WorkerId worker;  // ed25519 identity
    crypto::X25519Public encryption_key;
    AccountId operator_account;  // must sign the extrinsic
    BlockNumber block;           // a recent finalised block
    BlockHash block_hash;
    Role role = Role::Worker;
    ClusterId cluster;  // which cluster it wants to serve; zero for gatekeepers
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.version, s.genesis, s.worker, s.encryption_key, s.operator_account,
                             s.block, s.block_hash, s.role, s.cluster);
    }
    friend bool operator==(const Registration&, const Registration&) = default;
};
ReportData64 report_data_of(const Registration& registration);
inline constexpr std::uint32_t registration_age_blocks_max = 256;
inline constexpr std::uint32_t batch_age_blocks_max = 256;

// PhalaRegistry.Workers
struct WorkerInfo {
    WorkerId worker;
    crypto::X25519Public encryption_key;
    AccountId operator_account;
    Role role = Role::Worker;
    ClusterId cluster;
    Measurement measurement;
    FixedBytes<16, struct PpidTag2> ppid;
    bool simulated = false;
    BlockNumber registered_at;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.worker, s.encryption_key, s.operator_account, s.role, s.cluster,
                             s.measurement, s.ppid, s.simulated, s.registered_at);
    }
    friend bool operator==(const WorkerInfo&, const WorkerInfo&) = default;
};

// PhalaRegistry.EpochKeys: the public side of an epoch's network secret.
struct ShareHolder {
    std::uint16_t index = 1;
    WorkerId gatekeeper;
    crypto::RistrettoPoint share_public;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.index, s.gatekeeper, s.share_public);
    }
    friend bool operator==(const ShareHolder&, const ShareHolder&) = default;
};
struct EpochKey {
    KeyEpoch epoch;
    std::uint16_t threshold = 1;
    crypto::RistrettoPoint network_public;
    std::vector<ShareHolder> holders;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.epoch, s.threshold, s.network_public, scale::bounded<64>(s.holders));
    }
    friend bool operator==(const EpochKey&, const EpochKey&) = default;
};

// PhalaRegistry.ContractKeys and ClusterKeys
struct ContractKey {
    KeyEpoch epoch;
    crypto::X25519Public public_key;  // users seal requests to it
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.epoch, s.public_key); }
    friend bool operator==(const ContractKey&, const ContractKey&) = default;
};
struct ClusterKey {
    KeyEpoch epoch;
    crypto::RistrettoPoint vrf_public;  // draws are verified with it
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.epoch, s.vrf_public); }
    friend bool operator==(const ClusterKey&, const ClusterKey&) = default;
};

// PhalaPhatContracts.Contracts
enum class ContractState : std::uint8_t { Reserved = 0, Instantiated = 1 };
constexpr ContractState scale_last(ContractState) { return ContractState::Instantiated; }
struct ContractInfo {
    AccountId deployer;
    ClusterId cluster;
    CodeHash code_hash;
    Bytes salt;
    ContractState state = ContractState::Reserved;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.deployer, s.cluster, s.code_hash, scale::bounded<64>(s.salt),
                             s.state);
    }
    friend bool operator==(const ContractInfo&, const ContractInfo&) = default;
};
// blake2b-256(deployer || code hash || cluster || salt), as Phala's.
ContractId contract_id_of(const AccountId& deployer, const CodeHash& code, const ClusterId& cluster,
                          ByteView salt);
// Big-endian number in the last 8 bytes, as H256::from_low_u64_be.
ClusterId cluster_id(std::uint64_t number);
// A contract's own account on chain: its id.
AccountId account_of(const ContractId& contract);

// Attestation.ApprovedMeasurements
struct MeasurementApproval {
    std::string name;
    BlockNumber approved_at;
    BlockNumber keys_from;  // no key is delivered to it before this block (notice period)
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(scale::bounded<64>(s.name), s.approved_at, s.keys_from);
    }
    friend bool operator==(const MeasurementApproval&, const MeasurementApproval&) = default;
};

// Messages that publish keys; the signature is the enclave's identity over domain || SCALE(genesis,
// rest).
struct PublishEpochKey {
    EpochKey key;
    WorkerId gatekeeper;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.key, s.gatekeeper, s.signature);
    }
};
struct PublishClusterKey {
    ClusterId cluster;
    ClusterKey key;
    WorkerId worker;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.cluster, s.key, s.worker, s.signature);
    }
};
struct PublishContractKey {
    ContractId contract;
    ContractKey key;
    WorkerId worker;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.contract, s.key, s.worker, s.signature);
    }
};
Bytes signing_bytes(const BlockHash& genesis, const PublishEpochKey& message);
Bytes signing_bytes(const BlockHash& genesis, const PublishClusterKey& message);
Bytes signing_bytes(const BlockHash& genesis, const PublishContractKey& message);

}  // namespace cloister::protocol
