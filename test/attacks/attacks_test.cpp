// The table of docs/SECURITY.md: every test that it names exists, every file too, and no test of a
// hostile host is missing from it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace cloister::attacks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view heading = "## Attacks, defences, tests";

fs::path root() {
    const char* source = std::getenv("CLOISTER_SOURCE");
    return source == nullptr ? "." : source;
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

struct Row {
    std::string attack;
    std::string defence;
    std::string tests;
};

std::vector<Row> table() {
    std::vector<Row> rows;
    std::istringstream lines(text_of(root() / "docs/SECURITY.md"));
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## ")) inside = line == heading;
        if (!inside || !line.starts_with("| ")) continue;
        static const std::regex three(R"(\| ([^|]+) \| ([^|]+) \| ([^|]+) \|)");
        std::smatch columns;
        if (!std::regex_match(line, columns, three)) {
            ADD_FAILURE() << "not three columns: " << line;
            continue;
        }
        rows.push_back({columns[1], columns[2], columns[3]});
    }
    if (rows.size() > 2) rows.erase(rows.begin(), rows.begin() + 2);  // the heads
    return rows;
}

// "Suite.Name" of every test in a file.
std::set<std::string> tests_in(const fs::path& path) {
    static const std::regex declared(R"((?:^|\n)(?:TYPED_)?TEST(?:_F|_P)?\((\w+),\s*(\w+)\))");
    const std::string text = text_of(path);
    std::set<std::string> out;
    for (std::sregex_iterator test(text.begin(), text.end(), declared), end; test != end; ++test) {
        out.insert((*test)[1].str() + "." + (*test)[2].str());
    }
    return out;
}

std::set<std::string> all_tests() {
    std::set<std::string> out;
    for (const char* top : {"src", "app", "test", "sim", "contracts", "fuzz"}) {
        if (!fs::exists(root() / top)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root() / top)) {
            if (entry.path().extension() == ".cpp") out.merge(tests_in(entry.path()));
        }
    }
    return out;
}

// "program: Suite.Name, Suite.Name".
std::vector<std::string> named_in(const std::string& column) {
    static const std::regex name(R"(\b[A-Z]\w+\.[A-Z]\w+)");
    std::vector<std::string> out;
    for (std::sregex_iterator test(column.begin(), column.end(), name), end; test != end; ++test) {
        out.push_back(test->str());
    }
    return out;
}

// The sources of the program `hostile`, as CMake is told.
std::vector<fs::path> hostile_sources() {
    const std::string text = text_of(root() / "test/scenarios/CMakeLists.txt");
    const std::size_t begin = text.find("cloister_test(hostile");
    const std::string call = text.substr(begin, text.find(')', begin) - begin);
    static const std::regex source(R"(\w+_test\.cpp)");
    std::vector<fs::path> out{root() / "src/enclave/hostile_test.cpp"};
    for (std::sregex_iterator file(call.begin(), call.end(), source), end; file != end; ++file) {
        out.push_back(root() / "test/scenarios" / file->str());
    }
    return out;
}

TEST(Attacks, EveryTestThatTheTableNamesExists) {
    const auto known = all_tests();
    const auto rows = table();
    EXPECT_GE(rows.size(), 40U);
    for (const Row& row : rows) {
        const auto named = named_in(row.tests);
        EXPECT_FALSE(named.empty()) << row.attack;
        for (const std::string& test : named) {
            EXPECT_TRUE(known.contains(test)) << row.attack << ": " << test;
        }
    }
}

TEST(Attacks, EveryDefenceThatTheTableNamesLiesWhereItSays) {
    static const std::regex path(R"(`((?:src|app|sim)/[\w/.]+)`)");
    for (const Row& row : table()) {
        std::sregex_iterator file(row.defence.begin(), row.defence.end(), path);
        EXPECT_NE(file, std::sregex_iterator()) << row.attack << " names no file";
        for (; file != std::sregex_iterator(); ++file) {
            EXPECT_TRUE(fs::exists(root() / (*file)[1].str())) << (*file)[1].str();
        }
    }
}

TEST(Attacks, EveryTestOfAHostileHostIsInTheTable) {
    std::set<std::string> named;
    for (const Row& row : table()) {
        for (const std::string& test : named_in(row.tests)) named.insert(test);
    }
    std::size_t tests = 0;
    for (const fs::path& source : hostile_sources()) {
        const auto declared = tests_in(source);
        EXPECT_FALSE(declared.empty()) << source;
        for (const std::string& test : declared) {
            EXPECT_TRUE(named.contains(test)) << source << ": " << test;
            ++tests;
        }
    }
    EXPECT_GE(tests, 40U);
}

}  // namespace
}  // namespace cloister::attacks
