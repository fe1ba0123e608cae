#include "node/node.hpp"

#include "crypto/hash.hpp"
#include "node/node_cache.hpp"
#include "protocol/storage.hpp"
#include "trie/look.hpp"

namespace cloister::node {
namespace {

constexpr trie::StateVersion state_version = trie::StateVersion::V1;

std::uint32_t account_nonce(const runtime::StateView& view, const AccountId& account) {
    const auto info = view(protocol::storage::system_account(account));
    if (!info) return 0;
    scale::Decoder decoder(*info);
    return decoder.read<std::uint32_t>();
}

}  // namespace

std::string_view name_of(const SubmitError& error) {
    if (error.invalid) return runtime::name_of(*error.invalid);
    CLOISTER_ASSERT(error.pool.has_value());
    return name_of(*error.pool);
}

struct Node::Impl {
    Impl(const Config& config, crypto::Ed25519Key key, KvView view, Now now,
         std::vector<Output>& out)
        : engine(config.solo, std::move(key)),
          pool(config.pool),
          database(std::move(view)),
          cache(config.cache_bytes_max),
          store([this](ByteView k) { return read(k); }),
          last_block_at(now.steady) {
        open(config, out);
    }

    // What was output in this step is not in the database yet, but must be readable at once.
    std::optional<Bytes> read(ByteView key) const {
        const auto hash = Store::node_of(key);
        if (hash) {
            if (const Bytes* const hit = cache.find(*hash)) return *hit;
        }
        if (const auto fresh = unwritten.find(to_bytes(key)); fresh != unwritten.end()) {
            return fresh->second;
        }
        auto value = database(key);
        if (hash && value) cache.put(*hash, *value);
        return value;
    }

    // A trie node where it lies, until the next look.
    std::optional<ByteView> look(const Hash256& hash) const {
        if (const Bytes* const hit = cache.find(hash)) return ByteView(*hit);
        const Bytes key = Store::node_key(hash);
        if (const auto fresh = unwritten.find(key); fresh != unwritten.end()) {
            return ByteView(fresh->second);
        }
        looked_at = database(key);
        if (!looked_at) return std::nullopt;
        cache.put(hash, *looked_at);
        return ByteView(*looked_at);
    }

    void open(const Config& config, std::vector<Output>& out);
    void write(KvBatch batch, std::vector<Output>& out) {
        for (const auto& [key, value] : batch) {
            // A batch is nearly sorted, so the place is nearly always this.
            unwritten.insert_or_assign(unwritten.end(), key, value);
            if (const auto hash = Store::node_of(key)) cache.put(*hash, value);
        }
        out.emplace_back(output::Write{std::move(batch)});
    }
    void submit(const input::Submit& submit, std::vector<Output>& out);
    void make_block(Now now, std::vector<Output>& out);
    void settle_pool(const std::vector<Hash256>& included);
    // An immortal transaction's longevity is the largest number there is.
    std::uint64_t last_block(std::uint64_t longevity) const {
        const std::uint64_t most = ~std::uint64_t{0} - newest.number.value;
        return newest.number.value + std::min(longevity, most);
    }
    // Genesis has no time and no finality proof, so its child comes at once.
    bool wants_block(Instant now) const {
        return newest.number == BlockNumber(0) || engine.wants_block(situation(now));
    }
    consensus::Situation situation(Instant now) const {
        return {.now = now, .last_block_at = last_block_at, .transactions_ready = pool.has_ready()};
    }
    runtime::StateView state() const {
        return [this, root = Hash256(newest_header.state_root.view())](ByteView key) {
            auto value =
                trie::get_in_place([this](const Hash256& hash) { return look(hash); }, root, key);
            CLOISTER_ASSERT(value.has_value());
            return std::move(*value);
        };
    }

    consensus::Solo engine;
    Pool pool;
    KvView database;
    mutable NodeCache cache;
    mutable std::optional<Bytes> looked_at;
    Store store;
    Newest newest;
    finality::Header newest_header;
    BlockHash genesis_hash;
    std::map<Bytes, Bytes> unwritten;  // until the next step, before which the shell has applied it
    Instant last_block_at;
};

void Node::Impl::open(const Config& config, std::vector<Output>& out) {
    if (const auto stored = store.newest()) {
        newest = *stored;
        newest_header = *store.header(newest.hash);
        genesis_hash = *store.hash_at(BlockNumber(0));
        return;
    }
    const trie::Entries entries = runtime::genesis_state(config.genesis);
    trie::Changes changes;
    for (const auto& [key, value] : entries) changes.emplace(key, value);
    const auto nothing = [](const Hash256&) -> std::optional<Bytes> { return std::nullopt; };
    auto update = trie::apply(nothing, trie::empty_root(), changes, state_version);
    CLOISTER_ASSERT(update.has_value());
    newest_header = runtime::genesis_header(StateRoot(update->root.view()));
    genesis_hash = finality::hash_of(newest_header);
    newest = {.number = BlockNumber(0), .hash = genesis_hash};
    KvBatch batch;
    Store::put_nodes(batch, std::move(update->created));
    Store::put_block(
        batch, newest,
        {.header = finality::encode_header(newest_header), .extrinsics = {}, .justification = {}});
    write(std::move(batch), out);
    out.emplace_back(output::Finalised{.number = {}, .hash = genesis_hash, .transactions = {}});
}

void Node::Impl::submit(const input::Submit& submit, std::vector<Output>& out) {
    output::Submitted answer{
        .id = submit.id, .hash = crypto::blake2b_256(submit.extrinsic), .error = {}};
    const auto view = state();
    const runtime::At at{.number = newest.number, .hash = newest.hash, .genesis = genesis_hash};
    const auto validity = runtime::validate(view, at, submit.extrinsic);
    if (!validity) {
        answer.error = SubmitError{.invalid = validity.error(), .pool = {}};
    } else {
        PooledTransaction transaction{.hash = answer.hash,
                                      .bytes = submit.extrinsic,
                                      .signer = validity->signer,
                                      .nonce = validity->nonce,
                                      .priority = validity->priority,
                                      .valid_until = last_block(validity->longevity_blocks),
                                      .signature = validity->signature};
        const auto added = pool.add(std::move(transaction), validity->account_nonce);
        if (!added) answer.error = SubmitError{.invalid = {}, .pool = added.error()};
    }
    out.emplace_back(std::move(answer));
}

void Node::Impl::make_block(Now now, std::vector<Output>& out) {
    const auto view = state();
    const runtime::At parent{.number = newest.number, .hash = newest.hash, .genesis = genesis_hash};
    runtime::BlockBuilder builder(view, parent, now.wall.value);
    std::vector<Hash256> included;
    std::vector<std::pair<Hash256, runtime::TransactionError>> refused;
    for (const PooledTransaction* transaction : pool.ready()) {
        CLOISTER_ASSERT(transaction->signature.has_value());
        const auto pushed = builder.push(transaction->bytes, *transaction->signature);
        if (pushed) {
            included.push_back(transaction->hash);
        } else if (pushed.error() != runtime::TransactionError::ExhaustsResources &&
                   pushed.error() != runtime::TransactionError::Future) {
            refused.emplace_back(transaction->hash, pushed.error());
        }
    }
    for (const auto& [hash, error] : refused) {
        pool.remove(hash);
        out.emplace_back(
            output::Dropped{.hash = hash, .reason = std::string(runtime::name_of(error))});
    }
    auto built = builder.finish();
    auto update = trie::apply_in_place([this](const Hash256& hash) { return look(hash); },
                                       Hash256(newest_header.state_root.view()), built.changes,
                                       state_version);
    CLOISTER_ASSERT(update.has_value());
    finality::Header& header = built.block.header;
    header.state_root = StateRoot(update->root.view());
    newest = {.number = header.number, .hash = finality::hash_of(header)};
    newest_header = header;
    const auto proof = engine.finalise({.hash = newest.hash, .number = newest.number}, 0);
    KvBatch batch;
    Store::put_nodes(batch, std::move(update->created));
    Store::put_block(batch, newest,
                     {.header = finality::encode_header(header),
                      .extrinsics = std::move(built.block.extrinsics),
                      .justification = finality::encode_justification(proof)});
    write(std::move(batch), out);
    out.emplace_back(
        output::Finalised{.number = newest.number, .hash = newest.hash, .transactions = included});
    last_block_at = now.steady;
    settle_pool(included);
}

void Node::Impl::settle_pool(const std::vector<Hash256>& included) {
    for (const Hash256& hash : included) pool.included(hash);
    pool.prune_expired(newest.number);
}

Node::Node(const Config& config, crypto::Ed25519Key authority_key, KvView view, Now now,
           std::vector<Output>& out)
    : impl_(std::make_unique<Impl>(config, std::move(authority_key), std::move(view), now, out)) {}
Node::~Node() = default;

void Node::step(Now now, const Input& input, std::vector<Output>& out) {
    impl_->unwritten.clear();
    if (const auto* submit = std::get_if<input::Submit>(&input)) impl_->submit(*submit, out);
    if (!impl_->wants_block(now.steady)) return;
    impl_->make_block(now, out);
    // What did not fit wants another block; the shell's next Tick makes it.
}

Instant Node::next_wake() const {
    if (impl_->newest.number == BlockNumber(0)) return impl_->last_block_at;
    return impl_->engine.next_wake(impl_->situation(impl_->last_block_at));
}

const Store& Node::store() const { return impl_->store; }
const Pool& Node::pool() const { return impl_->pool; }
Newest Node::newest() const { return impl_->newest; }
const BlockHash& Node::genesis_hash() const { return impl_->genesis_hash; }
runtime::StateView Node::newest_state() const { return impl_->state(); }
runtime::At Node::newest_at() const {
    return {
        .number = impl_->newest.number, .hash = impl_->newest.hash, .genesis = impl_->genesis_hash};
}
std::uint32_t Node::next_nonce(const AccountId& account) const {
    return impl_->pool.next_nonce(account, account_nonce(impl_->state(), account));
}

}  // namespace cloister::node
