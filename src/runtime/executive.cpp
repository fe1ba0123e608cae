#include "runtime/executive.hpp"

#include "runtime/balances/balances.hpp"
#include "runtime/tasks/tasks.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::runtime {

namespace {

constexpr std::uint8_t class_normal = 0;
constexpr std::uint8_t class_mandatory = 2;
constexpr std::uint8_t pays_no = 1;

}  // namespace

Executive::Executive(const StateView& view, const At& parent)
    : state_(view),
      context_{state_, parent.number.next(), parent.genesis, std::nullopt},
      parent_time_(context_.now()) {
    system::initialize(state_, parent);
    tasks::on_initialize(context_);
}

Result<void, TransactionError> Executive::take_room(std::size_t bytes, Weight weight) {
    if (bytes > block_bytes_max - bytes_ || weight > block_weight_max - weight_) {
        return err(TransactionError::ExhaustsResources);
    }
    bytes_ += bytes;
    weight_ += weight;
    return {};
}

void Executive::report(const Dispatch& result, Weight weight, std::uint8_t dispatch_class) {
    const bool free = dispatch_class == class_mandatory || (result && context_.fee_returned);
    const system::DispatchInfo info{
        {weight}, {0}, dispatch_class, free ? pays_no : std::uint8_t{0}};
    if (result) {
        context_.deposit(system::events::ExtrinsicSuccess{info});
    } else {
        context_.deposit(
            system::events::ExtrinsicFailed{system::events::on_wire(result.error()), info});
    }
    ++extrinsics_;
}

Result<void, TransactionError> Executive::apply_inherent(ByteView extrinsic) {
    const auto call = inherent_call(extrinsic);
    if (!call || extrinsics_ != 0) return err(TransactionError::BadMandatory);
    const Weight weight = *find_call(*call)->weigh(call->subspan(2));
    CLOISTER_CHECK(take_room(extrinsic.size(), weight));
    context_.extrinsic = 0;
    const auto result = dispatch_atomically(context_, {}, *call);
    if (!result) return err(TransactionError::BadMandatory);
    report(result, weight, class_mandatory);
    return {};
}

Result<void, TransactionError> Executive::apply(ByteView extrinsic,
                                                const VerifiedSignature* known) {
    CLOISTER_TRY(const Checked checked, check_signed(context_, extrinsic, NonceRule::Exact, known));
    CLOISTER_CHECK(take_room(extrinsic.size(), checked.weight));
    context_.extrinsic = extrinsics_;
    u128 paid = checked.fee + checked.extra.tip;
    const auto withdrawn = balances::withdraw(context_, checked.signer, paid);
    CLOISTER_ASSERT(withdrawn.has_value());  // check_signed saw that it can pay
    auto account = system::account(state_, checked.signer);
    ++account.nonce;
    system::set_account(state_, checked.signer, account);
    context_.fee_returned = false;
    const auto result =
        dispatch_atomically(context_, {Origin::Kind::Signed, checked.signer}, checked.call);
    if (result && context_.fee_returned) {
        balances::refund(context_, checked.signer, checked.fee);
        paid -= checked.fee;
    }
    context_.deposit(
        transaction_payment::events::TransactionFeePaid{checked.signer, paid, checked.extra.tip});
    report(result, checked.weight, class_normal);
    return {};
}

trie::Changes Executive::finish() {
    system::finalize(state_, extrinsics_);
    return state_.take_changes();
}

struct BlockBuilder::Impl {
    Impl(const StateView& view, const At& parent_block)
        : executive(view, parent_block), parent(parent_block) {}
    Result<void, TransactionError> push(ByteView extrinsic, const VerifiedSignature* known) {
        CLOISTER_CHECK(executive.apply(extrinsic, known));
        extrinsics.push_back(to_bytes(extrinsic));
        return {};
    }
    Executive executive;
    At parent;
    std::vector<Bytes> extrinsics;
};

BlockBuilder::BlockBuilder(const StateView& view, const At& parent, std::uint64_t now_ms)
    : impl_(std::make_unique<Impl>(view, parent)) {
    const std::uint64_t earliest = impl_->executive.parent_time().value + 1;
    const protocol::TimestampSet set{.now_ms = {std::max(now_ms, earliest)}};
    Bytes inherent = protocol::encode_bare(protocol::encode_call(set));
    const auto applied = impl_->executive.apply_inherent(inherent);
    CLOISTER_ASSERT(applied.has_value());
    impl_->extrinsics.push_back(std::move(inherent));
}

BlockBuilder::~BlockBuilder() = default;

Result<void, TransactionError> BlockBuilder::push(ByteView extrinsic) {
    return impl_->push(extrinsic, nullptr);
}

Result<void, TransactionError> BlockBuilder::push(ByteView extrinsic,
                                                  const VerifiedSignature& known) {
    return impl_->push(extrinsic, &known);
}

std::size_t BlockBuilder::count() const { return impl_->extrinsics.size(); }

BlockBuilder::Built BlockBuilder::finish() {
    Built built;
    built.block.header = {
        .parent_hash = impl_->parent.hash,
        .number = impl_->executive.number(),
        .state_root = {},
        .extrinsics_root = extrinsics_root(impl_->extrinsics),
        .digest = system::digest_of(impl_->executive.number()),
    };
    built.block.extrinsics = std::move(impl_->extrinsics);
    built.changes = impl_->executive.finish();
    return built;
}

Hash256 extrinsics_root(std::span<const Bytes> extrinsics) {
    return trie::ordered_root(extrinsics, trie::StateVersion::V1);
}

Result<Executed, BlockError> execute(const StateView& view, const At& parent, const Block& block) {
    const finality::Header& header = block.header;
    if (header.parent_hash != parent.hash) return err(BlockError::WrongParent);
    if (header.number != parent.number.next()) return err(BlockError::WrongNumber);
    auto digest = system::digest_of(header.number);
    if (header.digest != digest) return err(BlockError::BadDigest);
    if (header.extrinsics_root != extrinsics_root(block.extrinsics)) {
        return err(BlockError::BadExtrinsicsRoot);
    }
    if (block.extrinsics.empty()) return err(BlockError::BadTimestamp);
    Executive executive(view, parent);
    if (!executive.apply_inherent(block.extrinsics.front())) return err(BlockError::BadTimestamp);
    for (const Bytes& extrinsic : std::span(block.extrinsics).subspan(1)) {
        const auto applied = executive.apply(extrinsic, nullptr);
        if (applied) continue;
        const bool full = applied.error() == TransactionError::ExhaustsResources;
        return err(full ? BlockError::TooLarge : BlockError::BadExtrinsic);
    }
    return Executed{executive.finish(), std::move(digest)};
}

std::string_view name_of(BlockError error) {
    switch (error) {
        case BlockError::WrongParent: return "WrongParent";
        case BlockError::WrongNumber: return "WrongNumber";
        case BlockError::BadExtrinsicsRoot: return "BadExtrinsicsRoot";
        case BlockError::BadStateRoot: return "BadStateRoot";
        case BlockError::BadDigest: return "BadDigest";
        case BlockError::BadTimestamp: return "BadTimestamp";
        case BlockError::BadExtrinsic: return "BadExtrinsic";
        case BlockError::TooLarge: return "TooLarge";
    }
    std::unreachable();
}

}  // namespace cloister::runtime
