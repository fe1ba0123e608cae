#include "runtime/test_chain.hpp"

namespace cloister::runtime {
namespace {

using namespace test;

Bytes transfer_of(const Chain& chain, std::uint32_t nonce_offset = 0) {
    const protocol::TransferKeepAlive call{{0, account("Bob"), {unit}}};
    return chain.sign("Alice", protocol::encode_call(call), nonce_offset);
}

TEST(Api, AnswersTheVersion) {
    const Chain chain;
    const auto version = call_api(chain.view, chain.at(), "Core_version", {});
    scale::Decoder decoder(*version);
    EXPECT_EQ(decoder.read<std::string>(), spec_name);
    EXPECT_FALSE(call_api(chain.view, chain.at(), "Core_version", Bytes{1}));
}

TEST(Api, AnswersTheNonce) {
    Chain chain;
    chain.block({transfer_of(chain)});
    const Bytes who = to_bytes(account("Alice").view());
    const auto nonce = call_api(chain.view, chain.at(), "AccountNonceApi_account_nonce", who);
    EXPECT_EQ(nonce, scale::encode(std::uint32_t{1}));
}

TEST(Api, ForetellsTheFee) {
    Chain chain;
    const Bytes extrinsic = transfer_of(chain);
    const Bytes arguments =
        concat(extrinsic, scale::encode(static_cast<std::uint32_t>(extrinsic.size())));
    const auto info =
        call_api(chain.view, chain.at(), "TransactionPaymentApi_query_info", arguments);
    scale::Decoder decoder(*info);
    decoder.compact(~std::uint64_t{0});
    decoder.compact(~std::uint64_t{0});
    EXPECT_EQ(decoder.byte(), 0);
    const u128 fee = decoder.read<u128>();
    chain.block({extrinsic});
    EXPECT_EQ(chain.free_of(account("Alice")), 1'000'000 * unit - unit - fee);
}

TEST(Api, ValidatesTransactions) {
    Chain chain;
    const auto validate_it = [&](const Bytes& extrinsic) {
        const Bytes arguments = concat(Bytes{2}, extrinsic, chain.hashes.back().view());
        return call_api(chain.view, chain.at(), "TaggedTransactionQueue_validate_transaction",
                        arguments);
    };
    const Bytes first = transfer_of(chain);
    EXPECT_EQ(validate_it(first)->at(0), 0);
    EXPECT_EQ(validate_it(transfer_of(chain, 1))->at(0), 0);
    chain.block({first});
    EXPECT_EQ(validate_it(first), (Bytes{1, 0, 3}));
}

TEST(Api, AnswersForGrandpa) {
    const Chain chain;
    const auto set = call_api(chain.view, chain.at(), "GrandpaApi_grandpa_authorities", {});
    EXPECT_EQ(*set, scale::encode(dev_config().authorities));
    EXPECT_EQ(call_api(chain.view, chain.at(), "GrandpaApi_current_set_id", {}), Bytes(8));
}

TEST(Api, IsSilentAboutOtherNames) {
    const Chain chain;
    EXPECT_FALSE(call_api(chain.view, chain.at(), "BabeApi_configuration", {}));
}

}  // namespace
}  // namespace cloister::runtime
