#include "protocol/registry.hpp"

#include "protocol/domains.hpp"
#include "protocol/tagged.hpp"

namespace cloister::protocol {

ReportData64 report_data_of(const Registration& registration) {
    return report_data(domain::registration, registration);
}

ContractId contract_id_of(const AccountId& deployer, const CodeHash& code, const ClusterId& cluster,
                          ByteView salt) {
    const Bytes preimage = concat(deployer.view(), code.view(), cluster.view(), salt);
    return ContractId(crypto::blake2b_256(preimage).view());
}

ClusterId cluster_id(std::uint64_t number) {
    ClusterId id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.data()[31 - i] = static_cast<std::uint8_t>((number >> (8 * i)) & 0xff);
    }
    return id;
}

AccountId account_of(const ContractId& contract) { return AccountId(contract.view()); }

Bytes signing_bytes(const BlockHash& genesis, const PublishEpochKey& message) {
    return tagged(domain::epoch_key, genesis, message.key, message.gatekeeper);
}
Bytes signing_bytes(const BlockHash& genesis, const PublishClusterKey& message) {
    return tagged(domain::cluster_key, genesis, message.cluster, message.key, message.worker);
}
Bytes signing_bytes(const BlockHash& genesis, const PublishContractKey& message) {
    return tagged(domain::contract_key, genesis, message.contract, message.key, message.worker);
}

}  // namespace cloister::protocol
