#include "node/replay.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"

namespace cloister::node {
namespace {

constexpr trie::StateVersion state_version = trie::StateVersion::V1;

Err<ReplayFailure> failed(ReplayError error, BlockNumber block, std::string_view detail = {}) {
    return err(ReplayFailure{.error = error, .block = block, .detail = std::string(detail)});
}

Result<void, ReplayFailure> check_places(const Store& store, BlockNumber number,
                                         const StoredBlock& block) {
    for (std::uint32_t i = 0; i < block.extrinsics.size(); ++i) {
        const auto place = store.transaction(crypto::blake2b_256(block.extrinsics[i]));
        // The same inherent in a later block would take its place; nothing else can occur twice.
        if (!place || place->number < number || (place->number == number && place->index != i))
            return failed(ReplayError::WrongPlace, number, "extrinsic " + std::to_string(i));
    }
    return {};
}

Result<StoredBlock, ReplayFailure> block_at(const Store& store, BlockNumber number) {
    const auto hash = store.hash_at(number);
    if (!hash) return failed(ReplayError::MissingBlock, number, "no hash at this height");
    auto block = store.block(*hash);
    const auto header = store.header(*hash);
    if (!block || !header) return failed(ReplayError::MissingBlock, number, "no block");
    if (finality::encode_header(*header) != block->header || finality::hash_of(*header) != *hash)
        return failed(ReplayError::BadHeader, number, "stored under another hash");
    return std::move(*block);
}

// A node archives: every state that there ever was can be read.
Result<void, ReplayFailure> check_states(const Store& store, const Replay& replay) {
    const trie::FetchNode stored = store.nodes();
    for (const auto& [hash, bytes] : replay.all_nodes()) {
        if (stored(hash) != bytes)
            return failed(ReplayError::MissingState, replay.newest().number,
                          "node 0x" + base::to_hex(hash.view()));
    }
    return {};
}

}  // namespace

std::string_view name_of(ReplayError error) {
    switch (error) {
        case ReplayError::BadHeader: return "BadHeader";
        case ReplayError::BadBlock: return "BadBlock";
        case ReplayError::WrongStateRoot: return "WrongStateRoot";
        case ReplayError::BadFinalityProof: return "BadFinalityProof";
        case ReplayError::MissingBlock: return "MissingBlock";
        case ReplayError::WrongPlace: return "WrongPlace";
        case ReplayError::MissingState: return "MissingState";
    }
    std::unreachable();
}

Replay::Replay(const runtime::GenesisConfig& genesis) {
    authorities_ = {.set_id = 0, .authorities = genesis.authorities};
    trie::Changes changes;
    for (const auto& [key, value] : runtime::genesis_state(genesis)) changes.emplace(key, value);
    auto update = trie::apply(nodes(), trie::empty_root(), changes, state_version);
    CLOISTER_ASSERT(update.has_value());
    nodes_ = std::move(update->created);
    state_root_ = StateRoot(update->root.view());
    genesis_hash_ = finality::hash_of(runtime::genesis_header(state_root_));
    newest_ = {.number = BlockNumber(0), .hash = genesis_hash_};
}

trie::FetchNode Replay::nodes() const {
    return [this](const Hash256& hash) -> std::optional<Bytes> {
        const auto found = nodes_.find(hash);
        return found == nodes_.end() ? std::nullopt : std::optional(found->second);
    };
}

std::optional<Bytes> Replay::value(ByteView key) const {
    auto value = trie::get(nodes(), Hash256(state_root_.view()), key);
    CLOISTER_ASSERT(value.has_value());
    return std::move(*value);
}

Result<void, ReplayFailure> Replay::append(const StoredBlock& block) {
    const BlockNumber number = newest_.number.next();
    const auto header = finality::parse_header(block.header);
    if (!header || header->number != number || header->parent_hash != newest_.hash)
        return failed(ReplayError::BadHeader, number, "not the child of the block before");
    const BlockHash hash = finality::hash_of(*header);
    const auto proof = finality::parse_justification(block.justification);
    if (!proof || !finality::verify(*proof, {.hash = hash, .number = number}, authorities_))
        return failed(ReplayError::BadFinalityProof, number);
    CLOISTER_CHECK(execute(*header, block));
    newest_ = {.number = number, .hash = hash};
    return {};
}

Result<void, ReplayFailure> Replay::execute(const finality::Header& header,
                                            const StoredBlock& block) {
    const runtime::StateView view = [this](ByteView key) { return value(key); };
    const auto executed = runtime::execute(
        view, {.number = newest_.number, .hash = newest_.hash, .genesis = genesis_hash_},
        {.header = header, .extrinsics = block.extrinsics});
    if (!executed)
        return failed(ReplayError::BadBlock, header.number, runtime::name_of(executed.error()));
    auto update =
        trie::apply(nodes(), Hash256(state_root_.view()), executed->changes, state_version);
    CLOISTER_ASSERT(update.has_value());
    if (StateRoot(update->root.view()) != header.state_root)
        return failed(ReplayError::WrongStateRoot, header.number);
    nodes_.merge(update->created);
    state_root_ = header.state_root;
    return {};
}

Result<Replay, ReplayFailure> verify_store(const Store& store,
                                           const runtime::GenesisConfig& genesis) {
    Replay replay(genesis);
    const auto newest = store.newest();
    if (!newest) return failed(ReplayError::MissingBlock, BlockNumber(0), "no newest block");
    CLOISTER_CHECK(block_at(store, BlockNumber(0)));
    if (store.hash_at(BlockNumber(0)) != replay.genesis_hash())
        return failed(ReplayError::BadHeader, BlockNumber(0), "another genesis");
    while (replay.newest().number < newest->number) {
        const BlockNumber number = replay.newest().number.next();
        CLOISTER_TRY(const StoredBlock block, block_at(store, number));
        CLOISTER_CHECK(replay.append(block));
        CLOISTER_CHECK(check_places(store, number, block));
    }
    if (replay.newest().hash != newest->hash)
        return failed(ReplayError::BadHeader, newest->number, "the newest block is another");
    if (store.hash_at(newest->number.next()))
        return failed(ReplayError::MissingBlock, newest->number, "a block beyond the newest");
    CLOISTER_CHECK(check_states(store, replay));
    return replay;
}

}  // namespace cloister::node
