#include "node/node.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "protocol/calls.hpp"

// The linker puts `counted` in front of crypto::verify (CMakeLists.txt): what is counted is real.
namespace cloister::crypto {
bool real_verify(const AccountId& account, ByteView message,
                 const MultiSignature& signature) asm("__real_" CLOISTER_VERIFY_SYMBOL);
bool counted_verify(const AccountId& account, ByteView message,
                    const MultiSignature& signature) asm("__wrap_" CLOISTER_VERIFY_SYMBOL);
namespace {
std::size_t verifications = 0;
}
bool counted_verify(const AccountId& account, ByteView message, const MultiSignature& signature) {
    ++verifications;
    return real_verify(account, message, signature);
}
}  // namespace cloister::crypto

namespace cloister::node {
namespace {

constexpr u128 unit = 1'000'000'000'000;
constexpr std::uint64_t block_time_ms = 1000;

crypto::KeyPair key_of(std::uint32_t number) {
    return *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519,
                                       "//Account//" + std::to_string(number));
}
AccountId stranger(std::uint32_t number) {
    return AccountId(crypto::blake2b_256(scale::encode(number)).view());
}
Now at(std::uint64_t ms) {
    return {.steady = Instant(ms), .wall = UnixMillis(1'800'000'000'000 + ms)};
}

// The database, and a node on it. `signers` accounts have keys, `strangers` more only money.
class Bed {
  public:
    Bed(std::uint32_t signers, std::uint32_t strangers) {
        for (std::uint32_t i = 0; i < signers; ++i) {
            keys.push_back(key_of(i));
            config.genesis.balances.emplace_back(keys.back().account(), Balance(1000 * unit));
        }
        for (std::uint32_t i = 0; i < strangers; ++i) {
            config.genesis.balances.emplace_back(stranger(i), Balance(1000 * unit));
        }
        config.genesis.authorities = {{authority().public_key(), 1}};
        config.solo.block_time_ms = block_time_ms;
        start();
        step(input::Tick{});
    }
    Bed(const Bed&) = delete;

    void start() {
        node.reset();
        std::vector<Output> out;
        const KvView view = [this](ByteView key) -> std::optional<Bytes> {
            ++reads;
            const auto found = database.find(to_bytes(key));
            if (found == database.end()) return std::nullopt;
            return found->second;
        };
        node.emplace(config, authority(), view, at(now_ms), out);
        take(std::move(out));
    }
    std::optional<SubmitError> submit(const Bytes& extrinsic) {
        refusal.reset();
        step(input::Submit{.id = 1, .extrinsic = extrinsic});
        return refusal;
    }
    // The next block, which is due.
    void block() {
        now_ms += block_time_ms;
        step(input::Tick{});
    }
    Bytes transfer(std::uint32_t from, const AccountId& to, std::uint32_t nonce = 0) const {
        protocol::TransferKeepAlive call;
        call.destination = to;
        call.value = {unit};
        const BlockHash& genesis = node->genesis_hash();
        return protocol::sign_extrinsic(
            keys.at(from), protocol::encode_call(call),
            {.era = {}, .nonce = nonce, .tip = 0, .metadata_mode = 0},
            {runtime::spec_version, runtime::transaction_version, genesis, genesis});
    }
    void submit_from_all(std::uint32_t nonce = 0) {
        for (std::uint32_t i = 0; i < keys.size(); ++i) {
            EXPECT_FALSE(submit(transfer(i, stranger(i), nonce)).has_value());
        }
    }

    Config config;
    std::vector<crypto::KeyPair> keys;
    std::map<Bytes, Bytes> database;
    std::size_t reads = 0;
    std::optional<Node> node;
    std::uint64_t now_ms = 0;
    std::optional<SubmitError> refusal;
    std::vector<Hash256> included;

  private:
    static crypto::Ed25519Key authority() { return crypto::Ed25519Key(Secret<32>(Bytes(32, 7))); }
    void step(const Input& input) {
        std::vector<Output> out;
        node->step(at(now_ms), input, out);
        take(std::move(out));
    }
    void take(std::vector<Output> outputs) {
        for (const Output& output : outputs) {
            if (const auto* write = std::get_if<output::Write>(&output)) {
                for (const auto& [key, value] : write->batch) database[key] = value;
            } else if (const auto* submitted = std::get_if<output::Submitted>(&output)) {
                refusal = submitted->error;
            } else if (const auto* finalised = std::get_if<output::Finalised>(&output)) {
                included = finalised->transactions;
            }
        }
    }
};

TEST(Node, VerifiesASignatureOnceBetweenPoolAndBlock) {
    Bed bed(5, 5);
    crypto::verifications = 0;
    bed.submit_from_all();
    bed.submit_from_all(1);
    EXPECT_EQ(crypto::verifications, 10U);
    bed.block();
    EXPECT_EQ(bed.included.size(), 10U);
    EXPECT_EQ(crypto::verifications, 10U);
}

TEST(Node, VerifiesAgainAfterARestart) {
    Bed bed(1, 1);
    const Bytes transfer = bed.transfer(0, stranger(0));
    EXPECT_FALSE(bed.submit(transfer));
    bed.start();
    crypto::verifications = 0;
    EXPECT_FALSE(bed.submit(transfer));
    EXPECT_EQ(crypto::verifications, 1U);
}

TEST(Node, TheBlocksOfOthersAreVerifiedWhateverIsKnownHere) {
    Bed bed(3, 3);
    bed.submit_from_all();
    const auto parent = bed.node->newest_at();
    bed.block();
    const auto stored = *bed.node->store().block(bed.node->newest().hash);
    const runtime::Block block{.header = *bed.node->store().header(bed.node->newest().hash),
                               .extrinsics = stored.extrinsics};
    const auto state = *bed.node->store().state(parent.hash);
    crypto::verifications = 0;
    EXPECT_TRUE(runtime::execute(state, parent, block).has_value());
    EXPECT_EQ(crypto::verifications, 3U);
}

TEST(Node, RefusesASignatureOfOtherBytes) {
    Bed bed(2, 2);
    Bytes forged = bed.transfer(0, stranger(0));
    EXPECT_FALSE(bed.submit(forged));
    forged.back() ^= 1;  // another amount under the signature of the first
    const auto refused = bed.submit(forged);
    ASSERT_TRUE(refused && refused->invalid);
    EXPECT_EQ(*refused->invalid, runtime::TransactionError::BadProof);
}

TEST(Node, SleepsUntilTheNextTimedBlockThoughTransactionsWait) {
    Bed bed(1, 1);
    EXPECT_FALSE(bed.submit(bed.transfer(0, stranger(0))));
    EXPECT_EQ(bed.node->next_wake(), Instant(bed.now_ms + block_time_ms));
}

TEST(Node, WritesTheSameWhateverItsCacheHolds) {
    const auto play = [](std::size_t cache_bytes_max) {
        Bed bed(4, 4);
        bed.config.cache_bytes_max = cache_bytes_max;
        for (std::uint32_t round = 0; round < 3; ++round) {
            bed.start();
            bed.submit_from_all(round);
            bed.block();
            EXPECT_EQ(bed.included.size(), 4U);
        }
        return bed.database;
    };
    EXPECT_EQ(play(0), play(64U << 20));
}

// What a block costs in look-ups, from a cold start, in a state of so many accounts.
double reads_per_transfer(std::uint32_t strangers) {
    constexpr std::uint32_t signers = 32;
    Bed bed(signers, strangers);
    bed.start();
    bed.reads = 0;
    bed.submit_from_all();
    bed.block();
    EXPECT_EQ(bed.included.size(), signers);
    return static_cast<double>(bed.reads) / signers;
}

TEST(Node, ReadsOfTheDatabaseGrowWithTheLogarithmOfTheAccounts) {
    const double few = reads_per_transfer(256);
    const double many = reads_per_transfer(16 * 256);
    // One more level of a trie of sixteen: for sender and receiver one more node each, at most.
    EXPECT_LE(many, few + 2);
    // And a transfer asks for no node twice: two paths of three levels below the common ones, and
    // the two accounts behind their hashes.
    EXPECT_LE(many, 11);
}

}  // namespace
}  // namespace cloister::node
