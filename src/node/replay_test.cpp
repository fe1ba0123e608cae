#include "node/replay.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "node/node.hpp"
#include "protocol/calls.hpp"

namespace cloister::node {
namespace {

constexpr std::uint32_t blocks = 4;

using Database = std::map<Bytes, Bytes>;

KvView view_into(const Database& database) {
    return [&database](ByteView key) -> std::optional<Bytes> {
        const auto found = database.find(to_bytes(key));
        return found == database.end() ? std::nullopt : std::optional(found->second);
    };
}

// A chain with a transfer in each block, as a node leaves it.
struct Chain {
    Chain() {
        const crypto::Ed25519Key authority(Secret<32>(Bytes(32, 7)));
        config.genesis.balances = {{sender.account(), Balance(u128{1} << 60)}};
        config.genesis.authorities = {{authority.public_key(), 1}};
        std::vector<Output> out;
        Node node(config, crypto::Ed25519Key(Secret<32>(Bytes(32, 7))), view_into(database), {},
                  out);
        take(out);
        for (std::uint32_t i = 0; i < blocks; ++i) {
            protocol::TransferKeepAlive call;
            call.destination = AccountId(crypto::blake2b_256(scale::encode(i)).view());
            call.value = {u128{1} << 50};
            const Bytes extrinsic =
                protocol::sign_extrinsic(sender, protocol::encode_call(call),
                                         {.era = {}, .nonce = i, .tip = 0, .metadata_mode = 0},
                                         {runtime::spec_version, runtime::transaction_version,
                                          node.genesis_hash(), node.genesis_hash()});
            const Now now{.steady = Instant(i * 1000), .wall = UnixMillis(1'800'000'000'000 + i)};
            node.step(now, input::Submit{.id = i, .extrinsic = extrinsic}, out);
            take(out);
        }
        newest = node.newest();
    }
    void take(std::vector<Output>& out) {
        for (const Output& output : out) {
            const auto* write = std::get_if<output::Write>(&output);
            if (write == nullptr) continue;
            for (const auto& [key, value] : write->batch) database.insert_or_assign(key, value);
        }
        out.clear();
    }
    std::string verdict() const {
        const auto replay = verify_store(Store(view_into(database)), config.genesis);
        return replay ? "" : std::string(name_of(replay.error().error));
    }

    crypto::KeyPair sender = *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice");
    Config config;
    Database database;
    Newest newest;
};

TEST(Replay, ComesToTheNewestBlockOfAnUnbrokenChain) {
    const Chain chain;
    const auto replay = verify_store(Store(view_into(chain.database)), chain.config.genesis);
    ASSERT_TRUE(replay.has_value()) << chain.verdict();
    EXPECT_EQ(replay->newest().hash, chain.newest.hash);
    EXPECT_GE(replay->newest().number.value, blocks);
}

// An archive has nothing that it could do without.
TEST(Replay, MissesEveryEntryThatIsTakenAway) {
    Chain chain;
    const Database whole = chain.database;
    for (const auto& [key, value] : whole) {
        chain.database.erase(key);
        EXPECT_NE(chain.verdict(), "") << key[0];
        chain.database = whole;
    }
}

TEST(Replay, SeesEveryEntryThatIsChanged) {
    Chain chain;
    const Database whole = chain.database;
    for (const auto& [key, value] : whole) {
        chain.database[key][value.size() / 2] ^= 1;
        EXPECT_NE(chain.verdict(), "") << key[0];
        chain.database = whole;
    }
}

TEST(Replay, KnowsAnotherGenesisAndABlockTooMany) {
    Chain chain;
    Chain other;
    other.config.genesis.balances[0].second = Balance(1);
    EXPECT_EQ(other.verdict(), "BadHeader");
    KvBatch batch;
    Store::put_block(batch, {.number = chain.newest.number.next(), .hash = BlockHash{}}, {});
    for (const auto& [key, value] : batch) {
        if (key[0] == 'h') chain.database.insert_or_assign(key, value);
    }
    EXPECT_EQ(chain.verdict(), "MissingBlock");
}

}  // namespace
}  // namespace cloister::node
