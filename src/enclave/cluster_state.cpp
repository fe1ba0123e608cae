#include "enclave/cluster_state.hpp"

#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"
#include "protocol/domains.hpp"

namespace cloister::enclave {

namespace {

constexpr std::uint8_t storage_marker = 0;
constexpr std::uint8_t code_marker = 1;
constexpr std::size_t slack_bytes = 1U << 20;
constexpr std::size_t node_overhead_bytes = 96;  // of a node in the map

std::size_t bytes_of_node(const Hash256& hash, const Bytes& node) {
    return hash.size() + node.size() + node_overhead_bytes;
}

Bytes storage_key(const ContractId& contract, const Bytes& key) {
    return concat(contract.view(), std::array{storage_marker}, key);
}
Bytes code_key(const ContractId& contract) {
    return concat(contract.view(), std::array{code_marker});
}

trie::Changes all_of(const Contracts& contracts) {
    trie::Changes out;
    for (const auto& [id, memory] : contracts) {
        out.emplace(code_key(id), to_bytes(memory->code.view()));
        for (const auto& [key, value] : memory->storage) out.emplace(storage_key(id, key), value);
    }
    return out;
}

std::size_t bytes_of(const Contracts& contracts) {
    std::size_t sum = 0;
    for (const auto& [id, memory] : contracts) {
        sum += contract_overhead_bytes;
        for (const auto& [key, value] : memory->storage) {
            sum += contract::bytes_of_entry(key.size(), value.size());
        }
    }
    return sum;
}

struct StoredContract {
    CodeHash code;
    contract::State storage;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.code, s.storage); }
};

}  // namespace

ContractMemory::~ContractMemory() {
    for (auto& [key, value] : storage) base::wipe(value.data(), value.size());
}

namespace {

void wipe_nodes(trie::NodeMap& nodes) {
    for (auto& [hash, node] : nodes) base::wipe(node.data(), node.size());
    nodes.clear();
}

}  // namespace

ClusterState::~ClusterState() { wipe_nodes(nodes_); }

const ContractMemory* Snapshot::find(const ContractId& contract) const {
    const auto found = contracts->find(contract);
    return found == contracts->end() ? nullptr : found->second.get();
}

ClusterState::ClusterState(const ClusterId& cluster, const Secret<32>& commitment_key)
    : cluster_(cluster), commitment_key_(commitment_key.duplicate()), root_(trie::empty_root()) {
    Snapshot genesis;
    genesis.root = root_;
    genesis.blinded = blind(Sequence(0), root_);
    snapshots_.emplace(Sequence(0), std::move(genesis));
}

const Snapshot* ClusterState::at(Sequence sequence) const {
    const auto found = snapshots_.find(sequence);
    return found == snapshots_.end() ? nullptr : &found->second;
}

void ClusterState::forget_before(Sequence sequence) {
    const Sequence end = std::min(sequence, newest().sequence);
    snapshots_.erase(snapshots_.begin(), snapshots_.lower_bound(end));
}

bool ClusterState::fits(const StateChange& change) const {
    std::size_t bytes = newest().bytes;
    const ContractMemory* memory = newest().find(change.contract);
    if (memory == nullptr) bytes += contract_overhead_bytes;
    for (const auto& [key, value] : change.writes) {
        if (memory != nullptr) {
            const auto old = memory->storage.find(key);
            if (old != memory->storage.end()) {
                bytes -= contract::bytes_of_entry(key.size(), old->second.size());
            }
        }
        if (value) bytes += contract::bytes_of_entry(key.size(), value->size());
    }
    return bytes <= cluster_bytes_max;
}

const Snapshot& ClusterState::commit(const std::optional<StateChange>& change) {
    const Snapshot& before = newest();
    Snapshot after = before;
    after.sequence = before.sequence.next();
    if (change && (change->instantiated || !change->writes.empty())) {
        const ContractMemory* old = before.find(change->contract);
        CLOISTER_ASSERT(old != nullptr || change->instantiated);
        auto memory = old != nullptr ? std::make_shared<ContractMemory>(*old)
                                     : std::make_shared<ContractMemory>();
        trie::Changes changes;
        if (old == nullptr) after.bytes += contract_overhead_bytes;
        if (change->instantiated) {
            memory->code = *change->instantiated;
            changes.emplace(code_key(change->contract), to_bytes(memory->code.view()));
        }
        for (const auto& [key, value] : change->writes) {
            const auto was = memory->storage.find(key);
            if (was != memory->storage.end()) {
                after.bytes -= contract::bytes_of_entry(key.size(), was->second.size());
                base::wipe(was->second.data(), was->second.size());
                memory->storage.erase(was);
            } else if (!value) {
                continue;  // removing what is not there changes nothing
            }
            if (value) {
                after.bytes += contract::bytes_of_entry(key.size(), value->size());
                memory->storage.emplace(key, *value);
            }
            changes.emplace(storage_key(change->contract, key), value);
        }
        auto contracts = std::make_shared<Contracts>(*before.contracts);
        contracts->insert_or_assign(change->contract, std::move(memory));
        update_root(changes, *contracts, after.bytes);
        after.contracts = std::move(contracts);
        after.root = root_;
    }
    after.blinded = blind(after.sequence, after.root);
    const Sequence sequence = after.sequence;
    return snapshots_.emplace(sequence, std::move(after)).first->second;
}

Snapshot ClusterState::snapshot_of(Sequence sequence, Contracts contracts) const {
    Snapshot out;
    out.sequence = sequence;
    out.bytes = bytes_of(contracts);
    trie::Entries entries;
    for (auto& [key, value] : all_of(contracts)) entries.emplace(key, std::move(*value));
    out.root = trie::root_of(entries, trie::StateVersion::V1);
    out.blinded = blind(sequence, out.root);
    out.contracts = std::make_shared<const Contracts>(std::move(contracts));
    return out;
}

void ClusterState::restore(Snapshot snapshot) {
    rebuild(*snapshot.contracts);
    CLOISTER_ASSERT(root_ == snapshot.root);
    snapshots_.clear();
    const Sequence sequence = snapshot.sequence;
    snapshots_.emplace(sequence, std::move(snapshot));
}

Hash256 ClusterState::blind(Sequence sequence, const Hash256& root) const {
    return crypto::hmac_sha256(
        commitment_key_.reveal(),
        concat(view_of(protocol::domain::commitment), scale::encode(cluster_, sequence, root)));
}

void ClusterState::update_root(const trie::Changes& changes, const Contracts& contracts,
                               std::size_t state_bytes) {
    const auto fetch = [this](const Hash256& hash) -> std::optional<Bytes> {
        const auto node = nodes_.find(hash);
        if (node == nodes_.end()) return std::nullopt;
        return node->second;
    };
    auto updated = trie::apply(fetch, root_, changes, trie::StateVersion::V1);
    if (!updated) return rebuild(contracts);
    root_ = updated->root;
    for (auto& [hash, node] : updated->created) {
        node_bytes_ += bytes_of_node(hash, node);
        nodes_.insert_or_assign(hash, std::move(node));
    }
    if (node_bytes_ > 4 * state_bytes + slack_bytes) rebuild(contracts);
}

void ClusterState::rebuild(const Contracts& contracts) {
    wipe_nodes(nodes_);
    node_bytes_ = 0;
    root_ = trie::empty_root();
    const auto nothing = [](const Hash256&) { return std::optional<Bytes>(); };
    auto whole = trie::apply(nothing, root_, all_of(contracts), trie::StateVersion::V1);
    CLOISTER_ASSERT(whole.has_value());
    root_ = whole->root;
    nodes_ = std::move(whole->created);
    for (const auto& [hash, node] : nodes_) node_bytes_ += bytes_of_node(hash, node);
}

SecretBytes encode_contracts(const Contracts& contracts) {
    scale::Encoder encoder;
    encoder.compact(contracts.size());
    for (const auto& [id, memory] : contracts) {
        encoder.write(id);
        encoder.write(memory->code);
        encoder.write(memory->storage);
    }
    return SecretBytes(std::move(encoder).take());
}

std::optional<Contracts> parse_contracts(ByteView bytes) {
    auto decoded = scale::decode<std::map<ContractId, StoredContract>>(bytes);
    if (!decoded) return std::nullopt;
    Contracts out;
    for (auto& [id, stored] : *decoded) {
        auto memory = std::make_shared<ContractMemory>();
        memory->code = stored.code;
        memory->storage = std::move(stored.storage);
        out.emplace(id, std::move(memory));
    }
    if (bytes_of(out) > cluster_bytes_max) return std::nullopt;
    return out;
}

}  // namespace cloister::enclave
