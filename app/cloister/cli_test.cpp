// The command line from the outside: exit codes and the shape of what it prints. Needs no network.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "flat_json.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

std::string variable(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : value;
}

struct Ran {
    int code = -1;
    std::string output;
    FlatJson json() const { return FlatJson::parse(output).value_or(FlatJson{}); }
};

Ran cloister(const std::string& arguments, const std::string& environment = {}) {
    // Neither the caller's chain nor the caller's memory of chains takes part.
    const std::string line = "env -u CLOISTER_GENESIS XDG_STATE_HOME=" + testing::TempDir() +
                             "cli-test-state " + environment + " " +
                             variable("CLOISTER_BIN", "bin") + "/cloister " + arguments +
                             " 2>/dev/null";
    Ran ran;
    FILE* pipe = ::popen(line.c_str(), "r");
    std::array<char, 4096> part{};
    while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe))
        ran.output.append(part.data(), count);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
    return ran;
}

std::string evidence() { return variable("CLOISTER_SHARED", "../shared") + "/evidence/"; }

std::string verify_line(const std::string& quote, const std::string& collateral,
                        const std::string& at) {
    return "attest verify --json --evidence " + evidence() + "intel-sgx/" + quote +
           " --collateral " + evidence() + "intel-collateral/" + collateral + " --at " + at;
}

const std::string quote = "v3_00606a000000_22c0df5d.bin";
const std::string of_its_day = "sgx-00606a000000-20240613-ev16.json";

class Attest : public testing::Test {
    void SetUp() override {
        if (!io::file_exists(evidence() + "MANIFEST.json"))
            GTEST_SKIP() << "the evidence corpus is absent (set CLOISTER_SHARED)";
    }
};

TEST_F(Attest, AuthenticAndAcceptedIsZero) {
    const Ran ran = cloister(verify_line(quote, of_its_day, "1719814286"));
    EXPECT_EQ(ran.code, 0);
    EXPECT_TRUE(ran.json().boolean("authentic"));
    EXPECT_EQ(ran.json().text("tcb_status"), "SWHardeningNeeded");
    EXPECT_EQ(ran.json().object("policy").text("verdict"), "accepted");
}

TEST_F(Attest, AuthenticButRefusedByPolicyIsTwo) {
    const Ran ran =
        cloister(verify_line(quote, "sgx-00606a000000-20260115-ev20.json", "1769807728"));
    EXPECT_EQ(ran.code, 2);
    EXPECT_TRUE(ran.json().boolean("authentic"));
    EXPECT_EQ(ran.json().object("policy").raw("reasons"), "[\"TcbStatusNotAccepted\"]");
}

TEST_F(Attest, NotAuthenticIsOneAndNamesTheClause) {
    const Ran ran = cloister(verify_line("v3_00606a000000_c81a90ee.bin",
                                         "sgx-00606a000000-20240502-ev16-v2.json", "1720665870"));
    EXPECT_EQ(ran.code, 1);
    EXPECT_FALSE(ran.json().boolean("authentic"));
    EXPECT_EQ(ran.json().object("error").text("code"), "CrlExpired");
    EXPECT_FALSE(ran.json().object("error").text("clause").empty());
}

TEST_F(Attest, HexadecimalEvidenceIsTheSameEvidence) {
    const auto folder = io::make_temporary_directory("cli-test-").get();
    const std::string hex = folder + "/quote.hex";
    ASSERT_EQ(
        std::system(("od -An -v -tx1 " + evidence() + "intel-sgx/" + quote + " > " + hex).c_str()),
        0);
    EXPECT_EQ(cloister("attest inspect --json " + hex).output,
              cloister("attest inspect --json " + evidence() + "intel-sgx/" + quote).output);
    EXPECT_TRUE(io::remove_tree(folder).has_value());
}

TEST_F(Attest, BundlesCompleteEachOther) {
    const auto folder = io::make_temporary_directory("cli-test-").get();
    ASSERT_TRUE(io::write_file_atomic(folder + "/empty.json", view_of("{}")).has_value());
    const std::string line =
        verify_line(quote, of_its_day, "1719814286") + " --collateral " + folder + "/empty.json";
    EXPECT_EQ(cloister(line).code, 0);
    const std::string alone = "attest verify --json --evidence " + evidence() + "intel-sgx/" +
                              quote + " --collateral " + folder + "/empty.json";
    EXPECT_EQ(cloister(alone).code, 1);
    EXPECT_EQ(cloister(alone).json().object("error").text("code"), "MissingCollateral");
    EXPECT_TRUE(io::remove_tree(folder).has_value());
}

TEST(Cli, WrongWordsAreSixtyFour) {
    for (const char* line :
         {"attest verify --json", "proof verify --json", "no-such-command --json", "key --json",
          "proof verify /dev/null --genesis 0x11 --json", "contract call --json"}) {
        const Ran ran = cloister(line);
        EXPECT_EQ(ran.code, 64) << line;
        EXPECT_EQ(ran.json().object("error").text("code"), "Usage") << line;
    }
}

TEST(Cli, AMissingProofIsSixtyFour) {
    const Ran ran =
        cloister("proof verify /no/such.proof --json --genesis " + std::string(64, '1'));
    EXPECT_EQ(ran.code, 64);
    EXPECT_EQ(ran.json().object("error").text("code"), "Usage");
}

// Commands share their flags, and the parser must not let the environment write over them.
TEST(Cli, FlagsBeatTheEnvironment) {
    const std::string wrong = "0x" + std::string(64, '2');
    for (const char* command : {"proof verify /dev/null", "task show 1", "proof export 1 -o x"}) {
        const Ran given =
            cloister(std::string(command) + " --json --genesis 0x11", "CLOISTER_GENESIS=" + wrong);
        EXPECT_NE(given.json().object("error").text("message").find("'0x11'"), std::string::npos)
            << command << given.output;
        const Ran absent = cloister(std::string(command) + " --json", "CLOISTER_GENESIS=0x22");
        EXPECT_NE(absent.json().object("error").text("message").find("'0x22'"), std::string::npos)
            << command << absent.output;
    }
}

TEST(Cli, UnknownCommandsAreNamed) {
    for (const char* line : {"no-such --json", "key no-such --json"}) {
        const FlatJson error = cloister(line).json().object("error");
        EXPECT_NE(error.text("message").find("'no-such'"), std::string::npos) << line;
        EXPECT_FALSE(error.text("hint").empty());
    }
}

TEST(Cli, NumbersOutOfRangeAreSixtyFour) {
    for (const char* line :
         {"dev --json --worker-port 65535 --workers 2", "dev --json --block-time-ms=-1",
          "attest verify --json --evidence x --at=-1", "task show --json -- -1"}) {
        EXPECT_EQ(cloister(line).code, 64) << line;
    }
}

TEST(Cli, AFailedBuildLeavesNothing) {
    const auto folder = io::make_temporary_directory("cli-test-").get();
    ASSERT_TRUE(io::write_file_atomic(folder + "/a.cpp", view_of("no C++")).has_value());
    ASSERT_TRUE(io::write_file_atomic(folder + "/flags.txt", {}).has_value());
    const std::string build =
        "contract build --json --sdk " + folder + " " + folder + "/a.cpp -o " + folder;
    EXPECT_EQ(cloister(build + "/a.contract").json().object("error").text("code"),
              "DoesNotCompile");
    for (const char* name : {"/a.wasm", "/a.wasm.part", "/a.contract"})
        EXPECT_FALSE(io::file_exists(folder + name)) << name;
    EXPECT_EQ(cloister(build + "/none/a.contract").json().object("error").text("code"),
              "BadOutput");
    EXPECT_TRUE(io::remove_tree(folder).has_value());
}

TEST(Cli, BadKeysAreToldApart) {
    const auto code = [](const std::string& subject) {
        return cloister("key inspect --json " + subject).json().object("error").text("code");
    };
    EXPECT_EQ(code("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"), "BadAddress");
    EXPECT_EQ(code("0x1234"), "BadSeed");
    EXPECT_EQ(code("no-such-file"), "NoKey");
}

TEST(Cli, GarbageIsNoProof) {
    const std::string genesis(64, '1');
    const auto folder = io::make_temporary_directory("cli-test-").get();
    ASSERT_TRUE(io::write_file_atomic(folder + "/garbage", view_of("no proof at all")).has_value());
    const Ran ran = cloister("proof verify " + folder + "/garbage --json --genesis " + genesis);
    EXPECT_EQ(ran.code, 1);
    for (const char* name : {"valid", "simulated", "task", "worker", "error"})
        EXPECT_TRUE(ran.json().has(name)) << name;
    EXPECT_FALSE(ran.json().boolean("valid"));
    EXPECT_EQ(ran.json().object("error").text("code"), "MalformedProof");
    EXPECT_TRUE(io::remove_tree(folder).has_value());
}

TEST(Cli, DevelopmentAccountsAreSubstrates) {
    EXPECT_EQ(cloister("key inspect //Alice --json").json().text("address"),
              "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
    EXPECT_EQ(cloister("key inspect //Alice --scheme ed25519 --json").json().text("address"),
              "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu");
    const FlatJson ecdsa = cloister("key inspect //Alice --scheme ecdsa --json").json();
    EXPECT_EQ(ecdsa.text("public_key"),
              "0x020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1");
    EXPECT_EQ(ecdsa.text("address"), "5C7C2Z5sWbytvHpuLTvzKunnnRwQxft1jiqrLD5rhucQ5S9X");
}

TEST(Cli, GeneratedKeysAreInspectedBySeed) {
    const FlatJson made = cloister("key generate --json").json();
    EXPECT_EQ(
        cloister("key inspect " + made.text("secret_seed") + " --json").json().text("address"),
        made.text("address"));
    EXPECT_NE(cloister("key generate --json").json().text("address"), made.text("address"));
}

TEST(Cli, ClientsNameTheMissingGenesisAndTheSilentNode) {
    EXPECT_EQ(
        cloister("task show 1 --json --rpc http://127.0.0.1:1").json().object("error").text("code"),
        "NoGenesis");
    const std::string line =
        "task show 1 --json --rpc http://127.0.0.1:1 --genesis " + std::string(64, '1');
    const FlatJson error = cloister(line).json().object("error");
    EXPECT_EQ(error.text("code"), "Unreachable");
    EXPECT_FALSE(error.text("hint").empty());
}

TEST(Cli, EveryCommandHelpsWithAnExample) {
    for (const char* command :
         {"key generate", "key inspect", "contract build", "contract deploy", "contract call",
          "contract query", "task show", "task result", "proof export", "proof verify",
          "attest verify", "attest inspect", "demo"}) {
        const Ran ran = cloister(std::string(command) + " --help");
        EXPECT_EQ(ran.code, 0) << command;
        EXPECT_NE(ran.output.find("Example"), std::string::npos) << command;
        EXPECT_NE(ran.output.find("--json"), std::string::npos) << command;
    }
}

}  // namespace
}  // namespace cloister::app
