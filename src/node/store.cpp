#include "node/store.hpp"

#include "crypto/hash.hpp"

namespace cloister::node {
namespace {

Bytes key_of(char kind, ByteView rest) {
    return concat(Bytes{static_cast<std::uint8_t>(kind)}, rest);
}

Bytes big_endian(BlockNumber number) {
    Bytes out(4);
    for (std::size_t i = 0; i < 4; ++i) {
        out[3 - i] = static_cast<std::uint8_t>((number.value >> (8 * i)) & 0xff);
    }
    return out;
}

template <class T>
std::optional<T> decoded(const std::optional<Bytes>& bytes) {
    if (!bytes) return std::nullopt;
    auto value = scale::decode<T>(*bytes);
    CLOISTER_ASSERT(value.has_value());  // our own database, written by put_* alone
    return std::move(*value);
}

}  // namespace

std::optional<Newest> Store::newest() const { return decoded<Newest>(view_(key_of('m', {}))); }

std::optional<BlockHash> Store::hash_at(BlockNumber number) const {
    return decoded<BlockHash>(view_(key_of('h', big_endian(number))));
}

std::optional<StoredBlock> Store::block(const BlockHash& hash) const {
    return decoded<StoredBlock>(view_(key_of('b', hash.view())));
}

std::optional<finality::Header> Store::header(const BlockHash& hash) const {
    const auto bytes = view_(key_of('a', hash.view()));
    if (!bytes) return std::nullopt;
    auto header = finality::parse_header(*bytes);
    CLOISTER_ASSERT(header.has_value());
    return std::move(*header);
}

std::optional<TransactionPlace> Store::transaction(const Hash256& hash) const {
    return decoded<TransactionPlace>(view_(key_of('t', hash.view())));
}

trie::FetchNode Store::nodes() const {
    return [view = view_](const Hash256& hash) { return view(key_of('n', hash.view())); };
}

std::optional<runtime::StateView> Store::state(const BlockHash& hash) const {
    const auto at = header(hash);
    if (!at) return std::nullopt;
    return [fetch = nodes(), root = Hash256(at->state_root.view())](ByteView key) {
        auto value = trie::get(fetch, root, key);
        CLOISTER_ASSERT(
            value.has_value());  // a missing node here is a broken disk: stop, do not guess
        return std::move(*value);
    };
}

std::optional<Hash256> Store::node_of(ByteView key) {
    if (key.empty() || key[0] != 'n') return std::nullopt;
    return Hash256::from(key.subspan(1));
}

Bytes Store::node_key(const Hash256& hash) { return key_of('n', hash.view()); }

void Store::put_nodes(KvBatch& batch, trie::NodeMap nodes) {
    batch.reserve(batch.size() + nodes.size());
    for (auto& [hash, bytes] : nodes) batch.emplace_back(node_key(hash), std::move(bytes));
}

void Store::put_block(KvBatch& batch, const Newest& place, const StoredBlock& block) {
    // The header stands alone as well: reads of the state need it and not the body.
    batch.emplace_back(key_of('a', place.hash.view()), block.header);
    batch.emplace_back(key_of('b', place.hash.view()), scale::encode(block));
    batch.emplace_back(key_of('h', big_endian(place.number)), scale::encode(place.hash));
    for (std::uint32_t i = 0; i < block.extrinsics.size(); ++i) {
        const Hash256 hash = crypto::blake2b_256(block.extrinsics[i]);
        batch.emplace_back(key_of('t', hash.view()),
                           scale::encode(TransactionPlace{.number = place.number, .index = i}));
    }
    batch.emplace_back(key_of('m', {}), scale::encode(place));
}

}  // namespace cloister::node
