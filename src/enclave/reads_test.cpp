#include "enclave/reads.hpp"

#include "enclave/world_test.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave::test {
namespace {

namespace in = protocol::input;

struct Asked : ::testing::Test {
    Asked() { out.bind(&sent); }
    std::vector<std::vector<Bytes>> flush(std::uint64_t now_ms = 1) {
        sent.clear();
        reads.flush(Instant(now_ms), out);
        std::vector<std::vector<Bytes>> keys;
        for (const Output& output : sent) {
            const auto& host = std::get<output::ToHost>(output).message;
            keys.push_back(std::get<protocol::output::NeedProof>(host).keys);
        }
        return keys;
    }
    void accept(const trie::Entries& entries, const std::vector<Bytes>& keys) {
        const auto nothing = [](const Hash256&) { return std::optional<Bytes>(); };
        const trie::Changes all(entries.begin(), entries.end());
        auto made = trie::apply(nothing, trie::empty_root(), all, trie::StateVersion::V1);
        const auto fetch = [&](const Hash256& hash) -> std::optional<Bytes> {
            return made->created.contains(hash) ? std::optional(made->created.at(hash))
                                                : std::nullopt;
        };
        sent.clear();
        reads.accept(in::Proof{at.hash, trie::prove(fetch, at.root, keys).get()}, out);
    }
    static Bytes key(std::uint32_t n) { return scale::encode(n); }
    static Hash256 root(const trie::Entries& entries) {
        return trie::root_of(entries, trie::StateVersion::V1);
    }
    Reads reads;
    Outbox out;
    std::vector<Output> sent;
    At at;
};

TEST_F(Asked, EachLargeValueHasAMessageOfItsOwn) {
    reads.begin_pass();
    for (std::uint32_t n = 0; n < 10; ++n) {
        reads.find(at, key(n), n < 3 ? Ask::Large : Ask::Own);
    }
    const auto messages = flush();
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[0].size(), 7U);
    for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(messages[i].size(), 1U);
}

TEST_F(Asked, NoMessageAsksForMoreThanItsShareAndNoneTwiceWithinASecond) {
    reads.begin_pass();
    for (std::uint32_t n = 0; n < 300; ++n) reads.find(at, key(n));
    for (const auto& keys : flush()) EXPECT_LE(keys.size(), Reads::message_keys_max);
    EXPECT_TRUE(flush(500).empty());
    EXPECT_EQ(flush(1001).size(), 3U);
}

TEST_F(Asked, AnAnswerToOneMessageIsNotPartialBecauseAnotherIsOutstanding) {
    const trie::Entries entries{{key(1), Bytes(100, 1)}, {key(2), Bytes(100, 2)}};
    at.root = root(entries);
    reads.begin_pass();
    reads.find(at, key(1));
    reads.find(at, key(2), Ask::Large);
    flush();
    accept(entries, {key(1)});
    EXPECT_TRUE(sent.empty());
    accept(entries, {key(2)});
    EXPECT_TRUE(sent.empty());
    EXPECT_FALSE(reads.outstanding(at.hash));
}

TEST_F(Asked, StrangersNeitherTakeTheRoomOfOwnReadsNorKeepTheirs) {
    const trie::Entries other{{key(70'000), Bytes(100, 1)}};
    at.root = root(other);
    reads.begin_pass();
    for (std::uint32_t n = 0; n < 5000; ++n) reads.find(at, key(n), Ask::Stranger);
    flush();
    accept(other, {key(1)});  // its one leaf proves that all are absent
    reads.begin_pass();
    EXPECT_NE(reads.find(at, key(1), Ask::Stranger), nullptr);
    for (std::uint32_t n = 6000; n < 7000; ++n) reads.find(at, key(n));
    std::size_t own = 0;
    for (const auto& keys : flush()) own += keys.size();
    EXPECT_EQ(own, 1000U);
    reads.begin_pass();
    EXPECT_EQ(reads.find(at, key(2), Ask::Stranger), nullptr);  // forgotten
}

// The counter, made two mebibytes long by a custom section.
Bytes huge_wasm(std::uint8_t mark) {
    constexpr std::size_t payload = (2U << 20) - 1024;
    Bytes wasm = counter_wasm();
    wasm.push_back(0);
    for (std::size_t left = payload; left > 0; left >>= 7) {
        wasm.push_back(static_cast<std::uint8_t>((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
    }
    append(wasm, Bytes{1, mark});
    wasm.resize(wasm.size() + payload - 2);
    return wasm;
}

TEST(Load, EightCodesOfTwoMebibytesInOneBlockDoNotStopTheCluster) {
    World world;
    world.start_network();
    std::vector<ContractId> contracts;
    for (std::uint8_t n = 0; n < 8; ++n) {
        contracts.push_back(world.chain.reserve(huge_wasm(n), n));
    }
    world.chain.seal_block();
    ASSERT_TRUE(world.until([&] {
        return std::ranges::all_of(contracts, [&](const ContractId& id) {
            return world.chain
                .get<protocol::ContractKey>(protocol::storage::registry_contract_key(id))
                .has_value();
        });
    }));
    std::size_t longest = 0;
    world.attack = [&](Machine&, protocol::HostInput& message) {
        if (const auto* proof = std::get_if<in::Proof>(&message)) {
            longest = std::max(longest, scale::encode(*proof).size());
        }
        return true;
    };
    TaskId last;
    for (const ContractId& id : contracts) {
        last = world.chain.request(
            {protocol::RequestKind::Instantiate, id, Bytes{1, 0, 0, 0, 1, 2, 3, 4}, {}});
    }
    ASSERT_TRUE(world.run_task(last));
    EXPECT_EQ(world.chain.reply(last)->outcome, protocol::TaskOutcome::Ok);
    EXPECT_LT(longest, 3U << 20);
}

TEST(Load, AQueryThatNoRunnerReachesIsRefusedAndCommandsGoOn) {
    World world;
    world.start_network();
    const ContractId counter = world.deploy();
    Machine& worker = *world.machines[1];
    const auto id = world.query(worker, {counter, Nonce32(), {}});
    EXPECT_EQ(std::erase_if(worker.outbox,
                            [](const Output& output) {
                                const auto* run = std::get_if<output::Execute>(&output);
                                return run != nullptr &&
                                       run->execution->kind() == Execution::Kind::Query;
                            }),
              1U);
    const TaskId task = world.chain.request({{}, counter, {0, 0, 0, 0}, {}});
    EXPECT_TRUE(world.run_task(task));
    world.idle(30);
    ASSERT_TRUE(worker.query_replies.contains(id));
    EXPECT_EQ(worker.query_replies[id].error, protocol::QueryError::NotReady);
}

}  // namespace
}  // namespace cloister::enclave::test
