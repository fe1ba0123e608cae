// `cloister dev` from outside: it becomes ready, goes on after stops and kills, and names what is
// wrong.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "io/clock.hpp"
#include "io/file.hpp"
#include "test/support/dev_process.hpp"

namespace cloister {
namespace {

using test::Dev;
using test::http;
using test::Members;
using test::members_of;
using test::within;

class DevNetwork : public testing::Test {
  protected:
    void SetUp() override {
        const char* folder = std::getenv("CLOISTER_BIN");
        if (folder == nullptr) GTEST_SKIP() << "CLOISTER_BIN is not set";
        programs_ = folder;
        temporary_ = io::make_temporary_directory("cloister-e2e-").get();
        base_path_ = temporary_ + "/dev";
    }
    void TearDown() override {
        if (temporary_.empty()) return;
        if (HasFailure()) {
            std::printf("kept: %s\n", temporary_.c_str());
        } else {
            EXPECT_TRUE(io::remove_tree(temporary_).has_value());
        }
    }
    Dev start(const std::vector<std::string>& more = {}) {
        return {programs_ + "/cloister", base_path_, more};
    }

    std::string programs_;
    std::string temporary_;
    std::string base_path_;
};

bool is_attested(const std::string& host_url) {
    const auto body = http(host_url + "/status", "GET", "");
    Members status = members_of(body.value_or("{}"));
    return status["registered"] == "true" && status["has_keys"] == "true" &&
           status["fresh"] == "true";
}

constexpr const char* header_request =
    R"({"jsonrpc":"2.0","id":1,"method":"chain_getHeader","params":[]})";

std::string block_number(const std::string& rpc) {
    return members_of(http(rpc, "POST", header_request).value_or("{}"))["result.number"];
}

TEST_F(DevNetwork, BecomesReadyWithAttestedWorkers) {
    Dev dev = start();
    ASSERT_TRUE(dev.ready()) << dev["error.code"] << ": " << dev["error.message"];
    EXPECT_TRUE(is_attested(dev["workers.0.url"]));
    EXPECT_TRUE(is_attested(dev["workers.1.url"]));
    EXPECT_TRUE(http(dev["workers.0.url"] + "/session", "GET", "").has_value());
    EXPECT_NE(block_number(dev["rpc"]), "0x0");
    const std::uint64_t asked_at = io::steady_now().value;
    EXPECT_TRUE(dev.end(SIGTERM).success());
    EXPECT_LT(io::steady_now().value - asked_at, 2'000U);
}

TEST_F(DevNetwork, GoesOnFromWhereItWasAfterAStopAndAfterAKill) {
    std::string genesis;
    for (const int signal : {SIGTERM, SIGKILL, SIGINT}) {
        Dev dev = start();
        ASSERT_TRUE(dev.ready()) << dev["error.code"] << ": " << dev["error.message"];
        EXPECT_EQ(dev["genesis"], genesis.empty() ? dev["genesis"] : genesis);
        genesis = dev["genesis"];
        const std::string rpc = dev["rpc"];
        dev.end(signal);
        EXPECT_TRUE(within(2'000, [&] { return block_number(rpc).empty(); }))
            << "the node outlives its parent";
    }
}

TEST_F(DevNetwork, StartsAKilledWorkersHostAgain) {
    Dev dev = start();
    ASSERT_TRUE(dev.ready()) << dev["error.code"] << ": " << dev["error.message"];
    const std::string url = dev["workers.0.url"];
    ::kill(std::stoi(dev["workers.0.pid"]), SIGKILL);
    EXPECT_TRUE(within(1'000, [&] { return !is_attested(url); }));
    EXPECT_TRUE(within(10'000, [&] { return is_attested(url); }));
    EXPECT_TRUE(dev.end(SIGTERM).success());
}

TEST_F(DevNetwork, StartsAKilledEnclaveAgain) {
    Dev dev = start();
    ASSERT_TRUE(dev.ready()) << dev["error.code"] << ": " << dev["error.message"];
    const std::string url = dev["workers.0.url"];
    ::kill(std::stoi(dev["workers.0.enclave_pid"]), SIGKILL);
    EXPECT_TRUE(within(1'000, [&] { return !is_attested(url); }));
    EXPECT_TRUE(within(10'000, [&] { return is_attested(url); }));
    EXPECT_TRUE(dev.end(SIGTERM).success());
}

TEST_F(DevNetwork, NamesWhatIsTaken) {
    Dev dev = start();
    ASSERT_TRUE(dev.ready()) << dev["error.code"] << ": " << dev["error.message"];
    Dev second = start();
    EXPECT_EQ(second["error.code"], "BasePathInUse");
    EXPECT_EQ(second.wait().code, 1);
    const std::string port = dev["rpc"].substr(dev["rpc"].rfind(':') + 1);
    Dev third(programs_ + "/cloister", temporary_ + "/other", {"--gatekeeper-port", port});
    EXPECT_EQ(third["error.code"], "PortInUse");
    EXPECT_EQ(third.wait().code, 1);
}

// A byte behind an ELF file changes its hash and nothing else.
TEST_F(DevNetwork, AsksBeforeARebuiltEnclaveIsLetIn) {
    const std::string build = temporary_ + "/bin";
    std::filesystem::create_directory(build);
    for (const char* name : {"cloister", "cloister-platform", "cloister-enclave"}) {
        std::filesystem::copy(programs_ + "/" + name, build + "/" + name);
    }
    programs_ = build;
    {
        Dev dev = start();
        ASSERT_TRUE(dev.ready()) << dev["error.code"] << ": " << dev["error.message"];
        // The program is kept for the gatekeeper after the line is printed.
        ASSERT_TRUE(within(2'000, [&] { return io::file_exists(base_path_ + "/enclave"); }));
        dev.end(SIGTERM);
    }
    std::ofstream(build + "/cloister-enclave", std::ios::app) << '!';
    Dev refused = start();
    EXPECT_EQ(refused["error.code"], "MeasurementChanged");
    refused.wait();
    Dev approved = start({"--approve-measurement"});
    EXPECT_TRUE(approved.ready()) << approved["error.code"] << ": " << approved["error.message"];
    approved.end(SIGTERM);
    Dev after = start();
    EXPECT_TRUE(after.ready()) << after["error.code"] << ": " << after["error.message"];
    after.end(SIGTERM);
}

}  // namespace
}  // namespace cloister
