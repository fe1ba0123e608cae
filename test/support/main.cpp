// main() of every test program: GoogleTest's, and one line at the end that says what ran.
#include <gtest/gtest.h>

#include <cstdio>

#include "test/support/cases.hpp"

namespace {

// Rows that tables reported beyond the one that each test counts for itself.
std::size_t total = 0;
std::size_t in_this_test = 0;

class Counter : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo&) override { in_this_test = 0; }
    void OnTestEnd(const testing::TestInfo& test) override {
        if (!test.result()->Skipped()) total += in_this_test == 0 ? 1 : in_this_test;
    }
    void OnTestProgramEnd(const testing::UnitTest& program) override {
        std::printf("cases: %zu ran, %d skipped\n", total, program.skipped_test_count());
    }
};

}  // namespace

namespace cloister::test {

void ran_cases(std::size_t count) { in_this_test += count; }

}  // namespace cloister::test

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    testing::UnitTest::GetInstance()->listeners().Append(new Counter);
    return RUN_ALL_TESTS();
}
