// `cloister doctor` from outside, on this kernel as it is and as if it lacked something.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "flat_json.hpp"
#include "harden.hpp"
#include "io/fd.hpp"
#include "io/file.hpp"
#include "test/support/cases.hpp"
#include "test/support/kernel.hpp"

namespace cloister::app {
namespace {

struct Examined {
    int code = -1;
    FlatJson whole;
    std::map<std::string, FlatJson> checks;  // by name
};

Examined examine(const std::string& base_path, const std::vector<unsigned>& forgotten = {}) {
    auto pipe = io::socket_pair().get();
    const std::string program = std::string(std::getenv("CLOISTER_BIN")) + "/cloister";
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe.second.get(), STDOUT_FILENO);
        for (const unsigned call : forgotten) {
            if (!test::forget_call(call)) ::_exit(99);
        }
        ::execl(program.c_str(), "cloister", "doctor", "--json", "--base-path", base_path.c_str(),
                nullptr);
        ::_exit(98);
    }
    pipe.second.reset();
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = ::read(pipe.first.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(count));
    int status = 0;
    ::waitpid(child, &status, 0);
    Examined out;
    if (WIFEXITED(status)) out.code = WEXITSTATUS(status);
    out.whole = FlatJson::parse(text).value_or(FlatJson());
    for (const std::string& element : out.whole.elements("checks")) {
        const auto check = FlatJson::parse(element);
        if (check) out.checks.emplace(check->text("name"), *check);
    }
    return out;
}

class Doctor : public testing::Test {
  protected:
    void SetUp() override { folder_ = io::make_temporary_directory("cloister-doctor-").get(); }
    void TearDown() override { EXPECT_TRUE(io::remove_tree(folder_).has_value()); }
    std::string folder_;
};

TEST_F(Doctor, JudgesEveryMeasureOfTheEnclaveAndTheBasePath) {
    const Examined found = examine(folder_);
    std::size_t missing = 0;
    for (const auto& [name, check] : found.checks) {
        const std::string state = check.text("state");
        EXPECT_TRUE(state == "ok" || state == "missing" || state == "absent") << name;
        EXPECT_EQ(check.text("hint").empty(), state == "ok") << name;
        EXPECT_FALSE(check.text("detail").empty()) << name;
        missing += state == "missing";
    }
    EXPECT_EQ(found.whole.number("missing"), missing);
    EXPECT_EQ(found.code, missing == 0 ? 0 : 1);
    for (const Measure& measure : hardening_measures()) {
        EXPECT_TRUE(found.checks.contains(std::string(measure.name))) << measure.name;
    }
    for (const char* name : {"rights", "durable_writes", "no_core", "seccomp"}) {
        ASSERT_TRUE(found.checks.contains(name)) << name;
        EXPECT_EQ(found.checks.at(name).text("state"), "ok") << name;
    }
    test::ran_cases(found.checks.size());
}

TEST_F(Doctor, NamesWhatTheKernelLacks) {
    const Examined found =
        examine(folder_, {test::memfd_secret_call, test::landlock_create_ruleset_call});
    for (const char* name : {"memfd_secret", "landlock", "landlock_network", "landlock_scope"}) {
        ASSERT_TRUE(found.checks.contains(name)) << name;
        EXPECT_EQ(found.checks.at(name).text("state"), "missing") << name;
    }
    EXPECT_EQ(found.checks.at("seccomp").text("state"), "ok");
    EXPECT_EQ(found.code, 1);
}

TEST_F(Doctor, ABasePathThatCannotBeMadeIsMissing) {
    const Examined found = examine("/proc/no-such-directory");
    ASSERT_TRUE(found.checks.contains("rights"));
    EXPECT_EQ(found.checks.at("rights").text("state"), "missing");
    EXPECT_EQ(found.code, 1);
}

}  // namespace
}  // namespace cloister::app
