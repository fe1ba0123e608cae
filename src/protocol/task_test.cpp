#include "protocol/task.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "protocol/domains.hpp"
#include "protocol/fill_test.hpp"

namespace cloister::protocol {
namespace {

crypto::RistrettoPoint vrf_value(std::uint8_t seed) {
    return crypto::ristretto_hash(view_of(domain::draw), Bytes(1, seed));
}

TEST(GasClass, IsTheCeilingOfTheLogarithm) {
    EXPECT_EQ(gas_class_of(Gas(0)), 0);
    EXPECT_EQ(gas_class_of(Gas(1)), 0);
    EXPECT_EQ(gas_class_of(Gas(2)), 1);
    EXPECT_EQ(gas_class_of(Gas(3)), 2);
    EXPECT_EQ(gas_class_of(Gas(4)), 2);
    EXPECT_EQ(gas_class_of(Gas(5)), 3);
    EXPECT_EQ(gas_class_of(Gas(~std::uint64_t{0})), 64);
}

TEST(GasClass, StandsForTheMostGasOfItsClass) {
    for (std::uint8_t c = 0; c < 64; ++c) {
        const Gas most = gas_of_class(c);
        EXPECT_EQ(gas_class_of(most), c);
        EXPECT_EQ(gas_class_of(most.next()), c + 1);
    }
}

TEST(GasClass, SaturatesFromClass64On) {
    for (const int c : {64, 65, 255}) {
        EXPECT_EQ(gas_of_class(static_cast<std::uint8_t>(c)).value, ~std::uint64_t{0});
    }
}

TEST(Draw, IsTheSameForEver) {
    std::string drawn;
    for (std::uint64_t task = 0; task < 32; ++task) {
        drawn += std::to_string(drawn_index(vrf_value(1), TaskId(task), 10));
    }
    EXPECT_EQ(drawn, "47143501157343240739627695445086");
}

TEST(Draw, OfOneMemberIsThatMember) { EXPECT_EQ(drawn_index(vrf_value(1), TaskId(9), 1), 0U); }

// 14,000 tasks over 7 members: 2,000 each, deviation 41. Six of them is never in a lifetime.
TEST(Draw, IsSpreadEvenlyOverMembers) {
    std::array<int, 7> counts{};
    for (std::uint64_t task = 0; task < 14000; ++task) {
        ++counts.at(drawn_index(vrf_value(2), TaskId(task), counts.size()));
    }
    for (const int count : counts) EXPECT_NEAR(count, 2000, 6 * 41);
}

TEST(Draw, OfOneTaskIsSpreadEvenlyOverEvaluations) {
    std::array<int, 4> counts{};
    for (int seed = 0; seed < 256; ++seed) {
        ++counts.at(
            drawn_index(vrf_value(static_cast<std::uint8_t>(seed)), TaskId(5), counts.size()));
    }
    for (const int count : counts) EXPECT_NEAR(count, 64, 6 * 7);
}

TEST(Draw, MessageNamesGenesisClusterAndBlock) {
    const BlockHash a(Bytes(32, 1));
    const ClusterId b(Bytes(32, 2));
    const BlockHash c(Bytes(32, 3));
    EXPECT_EQ(draw_message(a, b, c), concat(a.view(), b.view(), c.view()));
}

TEST(RequestContext, IsTakenFromTheRecord) {
    const auto record = testing::numbered<RequestRecord>();
    const BlockHash genesis(Bytes(32, 0xee));
    const RequestContext context = context_of(genesis, record);
    EXPECT_EQ(context.version, 1);
    EXPECT_EQ(context.genesis, genesis);
    EXPECT_EQ(context.contract, record.contract);
    EXPECT_EQ(context.epoch, record.epoch);
    EXPECT_EQ(context.origin, record.origin);
    EXPECT_EQ(context.request_id, record.request_id);
    EXPECT_EQ(context.reply_key, record.reply_key);
    EXPECT_EQ(context.policy_hash, hash_of(record.policy));
    EXPECT_EQ(context.blob_root, record.blob_root);
}

TEST(Names, OfOutcomesAreAllDifferent) {
    std::map<std::string_view, int> names;
    for (int i = 0; i <= static_cast<int>(scale_last(TaskOutcome{})); ++i) {
        EXPECT_EQ(++names[name_of(static_cast<TaskOutcome>(i))], 1);
    }
}

}  // namespace
}  // namespace cloister::protocol
