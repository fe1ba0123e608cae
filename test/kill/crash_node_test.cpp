// The node's shell on a disk that runs full or refuses, over real HTTP: it stops with a name for
// it, has told nothing that is not on the disk, and goes on from there when there is room.
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "chain_script.hpp"
#include "client/json_rpc.hpp"
#include "fast_directory.hpp"
#include "faulty_disk.hpp"
#include "io/file.hpp"
#include "io/http_client.hpp"
#include "node/replay.hpp"
#include "node_genesis.hpp"
#include "node_shell.hpp"
#include "test/support/cases.hpp"

namespace cloister::crash {
namespace {

constexpr std::uint32_t transfers = 3;
constexpr std::uint64_t answer_ms_max = 10'000;

class Shell : public testing::Test {
  protected:
    Shell() { genesis_.balances = {{sender_.account(), Balance(u128{1} << 60)}}; }
    ~Shell() override { EXPECT_TRUE(io::remove_tree(folder_)); }

    void fresh() {
        disk_.reset();
        ASSERT_TRUE(io::remove_tree(path_));
        ASSERT_TRUE(io::ensure_directory(path_));
        const auto authority = app::make_authority(path_);
        ASSERT_TRUE(authority);
        genesis_.authorities = {{authority->public_key(), 1}};
        ASSERT_TRUE(app::save_genesis(app::genesis_path(path_), genesis_));
    }
    // Sends each transfer as soon as the one before is final. How many were told to be, with
    // `first` of them already; `failure_` says how it ended.
    std::uint32_t run(std::uint32_t first) {
        failure_.reset();
        std::uint32_t told = first;
        io::EventLoop loop;
        auto shell = app::NodeShell::open(loop, {.base_path = path_,
                                                 .rpc_port = 0,
                                                 .genesis_config = {},
                                                 .disk = {.env = disk_.env()}});
        if (!shell) {
            failure_ = shell.error();
            return told;
        }
        io::HttpClient client(loop);
        const auto call = [&](const std::string& method, const std::string& parameters,
                              std::function<void(const std::string&)> then) {
            io::HttpCall http;
            http.port = (*shell)->rpc_port();
            http.body = R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" +
                        parameters + "}";
            client.request(std::move(http), [then = std::move(then)](auto done) {
                if (done && done->status == 200) then(client::result_of(done->body).get());
            });
        };
        // A submission's answer comes behind its block: what it names is final.
        std::function<void()> next = [&] {
            if (told == transfers) return loop.stop();
            call("author_submitExtrinsic",
                 "[\"" + base::to_hex_0x(transfer((*shell)->genesis(), told)) + "\"]",
                 [&](const std::string& hash) {
                     call("cloister_transactionStatus", '[' + hash + ']',
                          [&](const std::string& status) {
                              EXPECT_NE(status.find("finalised"), status.npos) << status;
                              ++told;
                              next();
                          });
                 });
        };
        if (told == transfers) return told;
        next();
        loop.call_after(answer_ms_max, [&] { loop.stop(); });
        loop.run();
        failure_ = (*shell)->failure();
        return told;
    }
    Bytes transfer(const BlockHash& genesis, std::uint32_t nonce) const {
        protocol::TransferKeepAlive call;
        call.destination = AccountId(crypto::blake2b_256(scale::encode(nonce)).view());
        call.value = {u128{1} << 50};
        return protocol::sign_extrinsic(
            sender_, protocol::encode_call(call),
            {.era = {}, .nonce = nonce, .tip = 0, .metadata_mode = 0},
            {runtime::spec_version, runtime::transaction_version, genesis, genesis});
    }
    // How many of the transfers are in the chain on the disk, which must be an unbroken one.
    std::uint32_t on_disk() {
        const auto database = io::KeyValue::open(path_ + "/db", {.env = disk_.env()});
        EXPECT_TRUE(database.has_value());
        const node::Store store([&](ByteView key) { return database->get(key).get(); });
        if (!store.newest()) return 0;
        const auto replay = node::verify_store(store, genesis_);
        EXPECT_TRUE(replay.has_value()) << node::name_of(replay.error().error);
        std::uint32_t count = 0;
        while (count < transfers &&
               store.transaction(crypto::blake2b_256(transfer(replay->genesis_hash(), count))))
            ++count;
        return count;
    }

    std::string folder_ = fast_directory();
    std::string path_ = folder_ + "/node";
    crypto::KeyPair sender_ = *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice");
    runtime::GenesisConfig genesis_;
    FaultyDisk disk_;
    std::optional<app::Problem> failure_;
};

TEST_F(Shell, StopsWithAHintWhenTheDiskRefusesAndGoesOnWhenItDoesNot) {
    fresh();
    ASSERT_EQ(run(0), transfers);
    const std::size_t operations = disk_.operations();
    std::size_t stopped = 0;
    for (const Fault fault : {Fault::Full, Fault::Once, Fault::PowerCut}) {
        for (std::size_t operation = 0; operation < operations; ++operation) {
            fresh();
            disk_.plan(fault, operation);
            const std::uint32_t told = run(0);
            EXPECT_TRUE(failure_ || told == transfers) << "silence, operation " << operation;
            if (failure_) {
                EXPECT_FALSE(failure_->hint.empty());
                // While it starts, the code is the system's word: Full, Failed.
                if (failure_->code == "StorageFailed") ++stopped;
            }
            if (fault == Fault::PowerCut) disk_.cut_power(Names::Lost, Tails::Lost);
            disk_.plan(Fault::None, 0);
            const std::uint32_t there = on_disk();
            EXPECT_TRUE(there == told || there == told + 1) << "operation " << operation;
            EXPECT_EQ(run(there), transfers) << "operation " << operation;
            EXPECT_FALSE(failure_);
        }
    }
    EXPECT_GT(stopped, transfers);
    test::ran_cases(3 * operations);
}

}  // namespace
}  // namespace cloister::crash
