// The exported proof of a task: valid as it is, and in no other form.
#include "client/proof.hpp"

#include "network.hpp"
#include "protocol/storage.hpp"

namespace cloister::scenarios {
namespace {

class ProofFile : public Shared {
  protected:
    void SetUp() override {
        ASSERT_TRUE(net.works());
        TaskId newest(net.on_chain<std::uint64_t>(protocol::storage::tasks_next_task()) - 1);
        auto exported = client::export_proof(net.charlie.chain, newest);
        ASSERT_TRUE(exported.has_value()) << exported.error().message;
        file = std::move(*exported);
        bytes = scale::encode(file);
    }
    std::string verdict(ByteView of) const {
        return why(client::verify_proof(of, world.node().genesis_hash()));
    }
    protocol::ProofFile file;
    Bytes bytes;
};

TEST_F(ProofFile, IsValidAndSaysSimulated) {
    const auto verdict = client::verify_proof(bytes, world.node().genesis_hash());
    ASSERT_TRUE(verdict.has_value()) << verdict.error().message;
    EXPECT_TRUE(verdict->simulated);
    EXPECT_EQ(verdict->task, file.task);
}

TEST_F(ProofFile, IsRefusedWithAnyByteFlipped) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes altered = bytes;
        altered[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        EXPECT_NE(verdict(altered), "") << "byte " << i;
    }
}

TEST_F(ProofFile, IsRefusedCutOffOrContinued) {
    for (std::size_t size = 0; size < bytes.size(); size += 97) {
        EXPECT_NE(verdict(ByteView(bytes).first(size)), "");
    }
    EXPECT_NE(verdict(concat(bytes, Bytes{0})), "");
}

TEST_F(ProofFile, IsRefusedForAnotherGenesis) {
    EXPECT_FALSE(client::verify_proof(bytes, BlockHash(Bytes(32, 1))).has_value());
}

TEST_F(ProofFile, IsRefusedWithANodeMoreThanItNeeds) {
    protocol::ProofFile more = file;
    more.storage_proof.push_back(Bytes(40, 7));
    EXPECT_EQ(verdict(scale::encode(more)), "storage proof: UnusedNode");
    more = file;
    more.genesis_proof.push_back(Bytes(40, 7));
    EXPECT_EQ(verdict(scale::encode(more)), "genesis: UnusedNode");
}

}  // namespace
}  // namespace cloister::scenarios
