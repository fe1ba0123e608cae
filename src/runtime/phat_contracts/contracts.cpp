#include "runtime/phat_contracts/contracts.hpp"

#include "crypto/hash.hpp"
#include "protocol/storage.hpp"

namespace cloister::runtime::contracts {

namespace {

namespace storage = protocol::storage;
using protocol::ContractInfo;
using protocol::ContractState;

constexpr std::array<std::uint8_t, 4> wasm_magic{0, 'a', 's', 'm'};

Dispatch upload_resource(Context& context, const AccountId&, const protocol::UploadResource& call) {
    if (!cluster_exists(context.state, call.cluster)) return refuse(Error::UnknownCluster);
    const ByteView code = call.resource;
    if (code.size() < wasm_magic.size() || !equal(code.first(wasm_magic.size()), wasm_magic)) {
        return refuse(Error::NotWasm);
    }
    const CodeHash hash(crypto::blake2b_256(code).view());
    if (context.state.contains(storage::contracts_code(hash))) {
        return refuse(Error::CodeAlreadyUploaded);
    }
    context.state.store(storage::contracts_code(hash), call.resource);
    context.deposit(events::ResourceUploaded{call.cluster, hash});
    return {};
}

Dispatch reserve_contract(Context& context, const AccountId& who,
                          const protocol::ReserveContract& call) {
    if (!cluster_exists(context.state, call.cluster)) return refuse(Error::UnknownCluster);
    if (!context.state.contains(storage::contracts_code(call.code_hash))) {
        return refuse(Error::UnknownCode);
    }
    const auto id = protocol::contract_id_of(who, call.code_hash, call.cluster, call.salt);
    if (find(context.state, id)) return refuse(Error::AlreadyReserved);
    const Bytes pending_key = storage::contracts_pending_keys(call.cluster);
    auto pending = context.state.load_or(pending_key, std::vector<ContractId>{});
    if (pending.size() >= pending_keys_max) return refuse(Error::TooManyPending);
    pending.push_back(id);
    context.state.store(pending_key, pending);
    context.state.store(
        storage::contracts_contract(id),
        ContractInfo{who, call.cluster, call.code_hash, call.salt, ContractState::Reserved});
    context.deposit(events::Instantiating{id, call.cluster, who});
    return {};
}

constexpr std::array calls{
    declare_call<protocol::UploadResource, upload_resource, linear<500 * microsecond, 10'000>>(
        "cluster_upload_resource",
        "cluster_id: H256, resource_type: ResourceKind, resource_data: Bytes", Access::Signed),
    declare_call<protocol::ReserveContract, reserve_contract, linear<300 * microsecond, 0>>(
        "reserve_contract", "code_hash: H256, cluster_id: H256, salt: Bytes", Access::Signed),
};
constexpr std::array events_{
    declare_event<events::ResourceUploaded>(),
    declare_event<events::Instantiating>(),
    declare_event<events::Instantiated>(),
};
Bytes none() { return Bytes{0}; }
constexpr std::array stored{
    StorageEntry{"Clusters", "ClusterInfo", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"ClusterWorkers", "Vec<H256>", Hasher::Twox64Concat, "H256", none},
    StorageEntry{"Contracts", "ContractInfo", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"Code", "Bytes", Hasher::Twox64Concat, "H256", nullptr},
    StorageEntry{"PendingKeys", "Vec<H256>", Hasher::Twox64Concat, "H256", none},
};

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"PhalaPhatContracts",
                                       Pallet::PhalaPhatContracts,
                                       calls,
                                       events_,
                                       names_of<Error>,
                                       stored,
                                       {}};
    return entry;
}

Bytes cluster_key(const ClusterId& cluster) {
    return storage::twox64_concat("PhalaPhatContracts", "Clusters", cluster.view());
}

bool cluster_exists(const Overlay& state, const ClusterId& cluster) {
    return state.contains(cluster_key(cluster));
}

std::optional<ContractInfo> find(const Overlay& state, const ContractId& contract) {
    return state.load<ContractInfo>(storage::contracts_contract(contract));
}

void set_instantiated(Context& context, const ContractId& contract) {
    auto info = find(context.state, contract);
    CLOISTER_ASSERT(info.has_value());
    info->state = ContractState::Instantiated;
    context.state.store(storage::contracts_contract(contract), *info);
    context.deposit(events::Instantiated{contract, info->cluster, info->deployer});
}

}  // namespace cloister::runtime::contracts
