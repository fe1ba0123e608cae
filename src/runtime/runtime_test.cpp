#include "runtime/runtime.hpp"

#include "finality/light_client.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/frame/pallet.hpp"
#include "runtime/test_chain.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::runtime {
namespace {

using namespace test;
namespace storage = protocol::storage;
using protocol::Era;

constexpr u128 deposit = balances::existential_deposit;

protocol::TransferKeepAlive keep_alive(const AccountId& to, u128 amount) {
    return {{0, to, {amount}}};
}
protocol::TransferAllowDeath allow_death(const AccountId& to, u128 amount) {
    return {{0, to, {amount}}};
}
Bytes small_transfer(std::uint8_t destination = 1) {
    return encode_call(keep_alive(AccountId({destination}), unit));
}

TransactionError push_error(Chain& chain, const Bytes& extrinsic) {
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000);
    const auto pushed = builder.push(extrinsic);
    EXPECT_FALSE(pushed.has_value());
    return pushed ? TransactionError::Malformed : pushed.error();
}

u128 issuance_in_accounts(const Chain& chain) {
    const Bytes prefix = storage::prefix("System", "Account");
    u128 total = 0;
    for (auto it = chain.entries.lower_bound(prefix); it != chain.entries.end(); ++it) {
        if (!equal(ByteView(it->first).first(std::min(prefix.size(), it->first.size())), prefix))
            break;
        scale::Decoder decoder(ByteView(it->second).subspan(16));
        total += decoder.read<u128>();
        total += decoder.read<u128>();
    }
    return total;
}

TEST(Genesis, HoldsWhatClientsReadFirst) {
    const Chain chain;
    EXPECT_EQ(chain.view(to_bytes(":code")), runtime_version());
    const auto authorities = chain.view(finality::grandpa_authorities_key());
    EXPECT_EQ(authorities->at(0), 1);
    EXPECT_EQ(chain.view(storage::system_account(account("Alice")))->size(), 80U);
    EXPECT_EQ(chain.free_of(account("Alice")), 1'000'000 * unit);
    EXPECT_EQ(chain.read<Hash256>(storage::attestation_simulated_root()),
              vendor().root_fingerprint());
}

TEST(Genesis, OfARealChainHasNoSimulatedRoot) {
    auto config = dev_config();
    config.simulated_root.reset();
    EXPECT_FALSE(genesis_state(config).contains(storage::attestation_simulated_root()));
}

TEST(Genesis, MayBondOperators) {
    auto config = dev_config();
    config.bonds = {{account("Bob"), Balance(7 * unit)}};
    const Chain chain(config);
    EXPECT_EQ(chain.reserved_of(account("Bob")), 7 * unit);
    EXPECT_EQ(chain.free_of(account("Bob")), 1'000'000 * unit);
}

TEST(Block, NumbersHashesAndTimeAreInTheState) {
    Chain chain;
    chain.skip(3);
    EXPECT_EQ(chain.read<BlockNumber>(storage::system_number()), BlockNumber(3));
    EXPECT_EQ(chain.read<BlockHash>(storage::system_block_hash(BlockNumber(2))), chain.hashes[2]);
    EXPECT_EQ(chain.read<UnixMillis>(storage::timestamp_now())->value, chain.seconds * 1000);
}

TEST(Block, TimeAlwaysAdvances) {
    Chain chain;
    chain.block({});
    chain.seconds -= 1;
    const auto before = chain.read<UnixMillis>(storage::timestamp_now());
    BlockBuilder builder(chain.view, chain.at(), 5);
    chain.import(builder.finish());
    EXPECT_EQ(chain.read<UnixMillis>(storage::timestamp_now())->value, before->value + 1);
}

TEST(Block, IsRefusedForEachThingThatIsWrongWithIt) {
    Chain chain;
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000);
    ASSERT_TRUE(builder.push(chain.sign("Alice", small_transfer())));
    const Block good = builder.finish().block;
    const auto error_of = [&](auto&& spoil) {
        Block bad = good;
        spoil(bad);
        const auto result = execute(chain.view, chain.at(), bad);
        return result ? "accepted" : name_of(result.error());
    };
    const auto rooted = [](Block& b) { b.header.extrinsics_root = extrinsics_root(b.extrinsics); };
    EXPECT_EQ(error_of([](Block&) {}), "accepted");
    EXPECT_EQ(error_of([](Block& b) { b.header.parent_hash = {}; }), "WrongParent");
    EXPECT_EQ(error_of([](Block& b) { b.header.number = BlockNumber(9); }), "WrongNumber");
    EXPECT_EQ(error_of([](Block& b) { b.header.extrinsics_root = {}; }), "BadExtrinsicsRoot");
    EXPECT_EQ(error_of([](Block& b) { b.header.digest.clear(); }), "BadDigest");
    EXPECT_EQ(error_of([&](Block& b) { b.extrinsics.clear(), rooted(b); }), "BadTimestamp");
    EXPECT_EQ(error_of([&](Block& b) { b.extrinsics.erase(b.extrinsics.begin()), rooted(b); }),
              "BadTimestamp");
    EXPECT_EQ(error_of([&](Block& b) { b.extrinsics.push_back(b.extrinsics[0]), rooted(b); }),
              "BadExtrinsic");
    EXPECT_EQ(error_of([&](Block& b) { b.extrinsics.push_back(b.extrinsics[1]), rooted(b); }),
              "BadExtrinsic");
}

TEST(Block, OfAnEarlierTimeThanItsParentIsRefused) {
    Chain chain;
    chain.block({});
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000 + 1);
    Block block = builder.finish().block;
    const protocol::TimestampSet earlier{.now_ms = {chain.seconds * 1000}};
    block.extrinsics = {protocol::encode_bare(protocol::encode_call(earlier))};
    block.header.extrinsics_root = extrinsics_root(block.extrinsics);
    EXPECT_EQ(execute(chain.view, chain.at(), block).error(), BlockError::BadTimestamp);
}

TEST(Block, HashesAreKeptForBlockHashCountBlocks) {
    Chain chain;
    chain.skip(3);
    // As if the chain were long: only the numbers matter for what goes.
    chain.header.number = BlockNumber(block_hash_count + 1);
    chain.hashes.resize(block_hash_count + 2, chain.hashes.back());
    chain.skip(1);
    EXPECT_FALSE(chain.view(storage::system_block_hash(BlockNumber(1))));
    EXPECT_TRUE(chain.view(storage::system_block_hash(BlockNumber(0))));
    EXPECT_TRUE(chain.view(storage::system_block_hash(BlockNumber(2))));
}

TEST(Transfer, MovesMoneyAndChargesTheFee) {
    Chain chain;
    const Bytes extrinsic = chain.sign("Alice", encode_call(keep_alive(account("Bob"), 5 * unit)));
    const u128 fee = transaction_payment::fee_of(extrinsic.size(), 150 * microsecond);
    EXPECT_EQ(chain.block({extrinsic}).at(1).error, "");
    EXPECT_EQ(chain.free_of(account("Alice")), 1'000'000 * unit - 5 * unit - fee);
    EXPECT_EQ(chain.free_of(account("Bob")), 1'000'005 * unit);
    EXPECT_EQ(chain.nonce_of("Alice"), 1U);
}

TEST(Transfer, ThatFailsStillCostsFeeAndNonce) {
    Chain chain;
    EXPECT_EQ(chain.call("Alice", keep_alive(account("Bob"), 2'000'000 * unit)),
              "Balances.InsufficientBalance");
    EXPECT_LT(chain.free_of(account("Alice")), 1'000'000 * unit);
    EXPECT_EQ(chain.free_of(account("Bob")), 1'000'000 * unit);
    EXPECT_EQ(chain.nonce_of("Alice"), 1U);
}

TEST(Transfer, RespectsTheExistentialDeposit) {
    Chain chain;
    const AccountId stranger({7});
    EXPECT_EQ(chain.call("Alice", keep_alive(stranger, deposit - 1)),
              "Balances.ExistentialDeposit");
    EXPECT_EQ(chain.call("Alice", keep_alive(stranger, deposit)), "");
    // The fee is a little more than one deposit.
    const u128 nearly_all = chain.free_of(account("Alice")) - deposit * 3 / 2;
    EXPECT_EQ(chain.call("Alice", keep_alive(account("Bob"), nearly_all)),
              "Balances.Expendability");
}

TEST(Transfer, AllowDeathBurnsTheDustAndKeepsTheNonce) {
    Chain chain;
    const Bytes probe =
        chain.sign("Alice", encode_call(allow_death(account("Bob"), unit * 900'000)));
    const u128 fee = transaction_payment::fee_of(probe.size(), 150 * microsecond);
    const u128 all_but_dust = chain.free_of(account("Alice")) - fee - 2'000'000;
    EXPECT_EQ(chain.call("Alice", allow_death(account("Bob"), all_but_dust)), "");
    EXPECT_LT(chain.free_of(account("Alice")), deposit);
    EXPECT_EQ(chain.free_of(account("Alice")), 0U);
    EXPECT_EQ(chain.nonce_of("Alice"), 1U);
}

TEST(Transfer, ToAnotherKindOfAddressIsNoLookup) {
    Chain chain;
    auto call = keep_alive(account("Bob"), unit);
    call.address_kind = 3;
    EXPECT_EQ(chain.call("Alice", call), "CannotLookup");
}

TEST(Money, IsConserved) {
    Chain chain;
    const u128 before = issuance_in_accounts(chain);
    chain.call("Alice", keep_alive(account("Bob"), 5 * unit));
    chain.call("Bob", protocol::StakeBond{{50 * unit}});
    chain.call("Bob", protocol::StakeUnbond{{20 * unit}});
    chain.call("Charlie", allow_death(account("Bob"), 3'000'000 * unit));
    const auto total = chain.read<u128>(balances::total_issuance_key());
    EXPECT_EQ(issuance_in_accounts(chain), *total);
    EXPECT_LT(*total, before);
}

TEST(Extrinsic, WithAWrongNonceIsStaleOrFuture) {
    Chain chain;
    const Bytes first = chain.sign("Alice", small_transfer());
    const Bytes third = chain.sign("Alice", small_transfer(), 2);
    EXPECT_EQ(push_error(chain, third), TransactionError::Future);
    chain.block({first});
    EXPECT_EQ(push_error(chain, first), TransactionError::Stale);
    EXPECT_EQ(validate(chain.view, chain.at(), third)->nonce, 2U);
}

TEST(Extrinsic, OfAnotherChainOrVersionIsABadProof) {
    Chain chain;
    const auto signed_for = [&](std::uint32_t spec, std::uint32_t tx, const BlockHash& genesis) {
        return protocol::sign_extrinsic(account_key("Alice"), small_transfer(), {},
                                        {spec, tx, genesis, genesis});
    };
    const BlockHash other({1});
    EXPECT_EQ(push_error(chain, signed_for(2, 1, chain.genesis)), TransactionError::BadProof);
    EXPECT_EQ(push_error(chain, signed_for(1, 2, chain.genesis)), TransactionError::BadProof);
    EXPECT_EQ(push_error(chain, signed_for(1, 1, other)), TransactionError::BadProof);
}

TEST(Extrinsic, LivesAsLongAsItsEra) {
    Chain chain;
    chain.skip(10);
    const Bytes mortal = chain.sign("Alice", small_transfer(), 0, Era::mortal(4, BlockNumber(10)));
    EXPECT_EQ(validate(chain.view, chain.at(), mortal)->longevity_blocks, 3U);
    chain.skip(2);
    EXPECT_TRUE(validate(chain.view, chain.at(), mortal));
    chain.skip(1);
    EXPECT_EQ(validate(chain.view, chain.at(), mortal).error(),
              TransactionError::AncientBirthBlock);
    chain.skip(1);
    EXPECT_EQ(validate(chain.view, chain.at(), mortal).error(), TransactionError::BadProof);
}

TEST(Extrinsic, OfABirthBlockThatIsUnknownIsAncient) {
    Chain chain;
    chain.skip(3);
    const protocol::Extra extra{.era = Era::mortal(64, BlockNumber(40))};
    const Bytes early = protocol::sign_extrinsic(account_key("Alice"), small_transfer(), extra,
                                                 {1, 1, chain.genesis, chain.genesis});
    EXPECT_EQ(push_error(chain, early), TransactionError::AncientBirthBlock);
}

TEST(Extrinsic, WithAMetadataHashIsRefusedByName) {
    Chain chain;
    protocol::Extra extra;
    extra.metadata_mode = 1;
    const Bytes wanted = protocol::sign_extrinsic(account_key("Alice"), small_transfer(), extra,
                                                  {1, 1, chain.genesis, chain.genesis});
    EXPECT_EQ(push_error(chain, wanted), TransactionError::MetadataHashUnsupported);
}

TEST(Extrinsic, OfWhoCannotPayIsRefused) {
    Chain chain;
    EXPECT_EQ(push_error(chain, chain.sign("Ferdie", small_transfer())), TransactionError::Payment);
    protocol::Extra extra;
    extra.tip = ~u128{0};
    const Bytes greedy = protocol::sign_extrinsic(account_key("Alice"), small_transfer(), extra,
                                                  {1, 1, chain.genesis, chain.genesis});
    EXPECT_EQ(push_error(chain, greedy), TransactionError::Payment);
}

TEST(Extrinsic, OfTheZeroAccountIsABadProof) {
    Chain chain;
    const protocol::SignedPart part{AccountId{}, {}, {}};
    EXPECT_EQ(push_error(chain, protocol::encode_signed(small_transfer(), part)),
              TransactionError::BadProof);
}

TEST(Extrinsic, ThatIsAnInherentFromOutsideIsRefused) {
    Chain chain;
    const Bytes set = protocol::encode_call(protocol::TimestampSet{{~std::uint64_t{0}}});
    EXPECT_EQ(push_error(chain, protocol::encode_bare(set)), TransactionError::BadMandatory);
    EXPECT_EQ(chain.block({chain.sign("Alice", set)}).at(1).error, "BadOrigin");
}

TEST(Extrinsic, WithATipHasPriority) {
    Chain chain;
    protocol::Extra extra;
    extra.tip = 5;
    const Bytes tipped = protocol::sign_extrinsic(account_key("Alice"), small_transfer(), extra,
                                                  {1, 1, chain.genesis, chain.genesis});
    const Bytes plain = chain.sign("Alice", small_transfer());
    EXPECT_GT(validate(chain.view, chain.at(), tipped)->priority,
              validate(chain.view, chain.at(), plain)->priority);
}

TEST(Extrinsic, ThatFindsNoRoomWaits) {
    Chain chain;
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000);
    const Bytes big = protocol::encode_call(protocol::SystemRemark{Bytes(3'500'000)});
    ASSERT_TRUE(builder.push(chain.sign("Alice", big)));
    ASSERT_TRUE(builder.push(chain.sign("Bob", big)));
    EXPECT_EQ(builder.push(chain.sign("Charlie", big)).error(),
              TransactionError::ExhaustsResources);
    EXPECT_EQ(builder.count(), 3U);
    EXPECT_TRUE(execute(chain.view, chain.at(), builder.finish().block));
}

TEST(Extrinsic, CutAnywhereIsRefused) {
    Chain chain;
    const Bytes whole = chain.sign("Alice", small_transfer());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(validate(chain.view, chain.at(), ByteView(whole).first(size))) << size;
    }
}

TEST(Extrinsic, WithAnyBitFlippedIsRefused) {
    Chain chain;
    const Bytes whole = chain.sign("Alice", small_transfer());
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes bent = whole;
        bent[bit / 8] = static_cast<std::uint8_t>(bent[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(validate(chain.view, chain.at(), bent)) << bit;
    }
}

TEST(Outcomes, NameEveryErrorOnce) {
    for (const PalletEntry& pallet : pallets()) {
        std::vector<std::string_view> names(pallet.errors.begin(), pallet.errors.end());
        std::ranges::sort(names);
        EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << pallet.name;
    }
    EXPECT_EQ(module_error_name(50, 4), "Tasks.RequestIdSeen");
    EXPECT_EQ(module_error_name(50, 200), "Unknown.50.200");
}

TEST(Declarations, KeepCallsUnderTheirPalletAndDistinct) {
    for (const PalletEntry& pallet : pallets()) {
        std::vector<std::uint8_t> seen;
        for (const CallEntry& entry : pallet.calls) {
            EXPECT_EQ(entry.index.pallet, pallet.index) << entry.name;
            seen.push_back(entry.index.call);
        }
        std::ranges::sort(seen);
        EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end()) << pallet.name;
    }
}

TEST(Governance, OnlyItsAuthorityActsAsRoot) {
    Chain chain;
    const protocol::ApproveMeasurement approve{Measurement({5}), "second"};
    EXPECT_EQ(chain.call("Bob", approve), "BadOrigin");
    EXPECT_EQ(chain.call("Bob", protocol::GovernanceEnact{encode_call(approve)}),
              "Governance.NotAuthority");
    EXPECT_EQ(chain.enact(approve), "");
    EXPECT_EQ(chain.enact(approve), "Attestation.AlreadyApproved");
    EXPECT_EQ(chain.call("Alice", protocol::GovernanceEnact{Bytes{99, 0}}),
              "Governance.UndecodableCall");
    EXPECT_EQ(chain.enact(protocol::GovernanceEnact{encode_call(approve)}), "BadOrigin");
}

TEST(Attestation, ApprovalsTakeEffectAfterTheNoticePeriod) {
    Chain chain;
    const Measurement second({5});
    ASSERT_EQ(chain.enact(protocol::ApproveMeasurement{second, "second"}), "");
    const auto approval =
        chain.read<protocol::MeasurementApproval>(storage::attestation_approved(second));
    EXPECT_EQ(approval->approved_at, BlockNumber(1));
    EXPECT_EQ(approval->keys_from, BlockNumber(101));
    EXPECT_EQ(chain.enact(protocol::RemoveMeasurement{second}), "");
    EXPECT_EQ(chain.enact(protocol::RemoveMeasurement{second}), "Attestation.NotApproved");
}

TEST(Attestation, TakesOnlyCollateralAndPoliciesThatAreSome) {
    Chain chain;
    attest::Policy lax = dev_config().policy;
    EXPECT_EQ(chain.enact(protocol::SubmitCollateral{Bytes{1, 2}}),
              "Attestation.MalformedCollateral");
    EXPECT_EQ(chain.enact(protocol::SubmitCollateral{scale::encode(vendor().collateral())}), "");
    EXPECT_EQ(chain.enact(protocol::SetPolicy{Bytes{1}}), "Attestation.MalformedPolicy");
    EXPECT_EQ(chain.enact(protocol::SetPolicy{scale::encode(lax)}), "");
    lax.any_measurement = true;
    EXPECT_EQ(chain.enact(protocol::SetPolicy{scale::encode(lax)}), "Attestation.MalformedPolicy");
}

TEST(Stake, UnbondsNoMoreThanIsBonded) {
    Chain chain;
    EXPECT_EQ(chain.call("Bob", protocol::StakeUnbond{{1}}), "Stake.NotBonded");
    EXPECT_EQ(chain.call("Bob", protocol::StakeBond{{unit}}), "");
    EXPECT_EQ(chain.reserved_of(account("Bob")), unit);
    EXPECT_EQ(chain.call("Bob", protocol::StakeUnbond{{unit}}), "");
    EXPECT_EQ(chain.reserved_of(account("Bob")), 0U);
}

TEST(Block, AsksTheViewForEachKeyOnce) {
    Chain chain;
    std::map<Bytes, int> asked;
    const StateView counting = [&](ByteView key) {
        ++asked[to_bytes(key)];
        return chain.view(key);
    };
    BlockBuilder builder(counting, chain.at(), chain.seconds * 1000);
    ASSERT_TRUE(builder.push(chain.sign("Alice", small_transfer())));
    ASSERT_TRUE(builder.push(chain.sign("Alice", small_transfer(2), 1)));
    static_cast<void>(builder.finish());
    EXPECT_TRUE(asked.contains(storage::system_account(account("Alice"))));
    for (const auto& [key, times] : asked) EXPECT_EQ(times, 1);
}

TEST(KnownSignature, IsNotVerifiedAgain) {
    Chain chain;
    const Bytes extrinsic = chain.sign("Alice", small_transfer());
    const auto validity = validate(chain.view, chain.at(), extrinsic);
    ASSERT_TRUE(validity.has_value());
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000);
    EXPECT_TRUE(builder.push(extrinsic, validity->signature));
    chain.import(builder.finish());
}

TEST(KnownSignature, SaysNothingOfAnotherExtrinsic) {
    Chain chain;
    const auto validity = validate(chain.view, chain.at(), chain.sign("Alice", small_transfer()));
    ASSERT_TRUE(validity.has_value());
    Bytes forged = chain.sign("Alice", small_transfer());
    forged.back() ^= 1;
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000);
    EXPECT_EQ(builder.push(forged, validity->signature).error(), TransactionError::BadProof);
}

TEST(KnownSignature, EndsWithItsEra) {
    Chain chain;
    chain.skip(1);
    const auto era = protocol::Era::mortal(4, chain.header.number);
    const Bytes extrinsic = chain.sign("Alice", small_transfer(), 0, era);
    const auto validity = validate(chain.view, chain.at(), extrinsic);
    ASSERT_TRUE(validity.has_value());
    chain.skip(4);  // the same era bytes name a later block now
    BlockBuilder builder(chain.view, chain.at(), chain.seconds * 1000);
    EXPECT_EQ(builder.push(extrinsic, validity->signature).error(), TransactionError::BadProof);
}

TEST(KnownSignature, EndsWithItsChain) {
    Chain chain;
    const Bytes extrinsic = chain.sign("Alice", small_transfer());
    const auto validity = validate(chain.view, chain.at(), extrinsic);
    ASSERT_TRUE(validity.has_value());
    At elsewhere = chain.at();
    elsewhere.genesis = fixed_of<BlockHash>("another genesis");
    BlockBuilder builder(chain.view, elsewhere, chain.seconds * 1000);
    EXPECT_EQ(builder.push(extrinsic, validity->signature).error(), TransactionError::BadProof);
}

}  // namespace
}  // namespace cloister::runtime
