#include "test/vectors/shared.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cloister::vectors {

std::string shared_path(const std::string& name) {
    const char* folder = std::getenv("CLOISTER_SHARED");
    return std::string(folder == nullptr ? "../shared" : folder) + "/vectors/" + name;
}

namespace {

std::vector<const SharedFile*>& registry() {
    static std::vector<const SharedFile*> files;
    return files;
}

// A file's content, unpacked if its name ends in .xz; nothing when it is absent.
std::optional<std::string> read_shared(const std::string& name) {
    std::ifstream file(shared_path(name), std::ios::binary);
    if (!file) return std::nullopt;
    if (!name.ends_with(".xz")) {
        std::stringstream content;
        content << file.rdbuf();
        return std::move(content).str();
    }
    std::FILE* pipe = popen(("xz -dc '" + shared_path(name) + "'").c_str(), "r");
    if (pipe == nullptr) return std::nullopt;
    std::string content;
    std::array<char, 65536> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
        content.append(part.data(), size);
    }
    if (pclose(pipe) != 0) return std::nullopt;
    return content;
}

// Skips everything where the data is absent; where it is there, a whole run must have read all of
// what it claims.
class Claims : public ::testing::Environment {
    void SetUp() override {
        if (!std::filesystem::is_directory(shared_path(""))) {
            GTEST_SKIP() << shared_path("") << " is absent (set CLOISTER_SHARED)";
        }
        present_ = true;
    }
    void TearDown() override {
        if (!present_ || ::testing::GTEST_FLAG(filter) != "*") return;
        for (const SharedFile* file : SharedFile::all()) {
            EXPECT_TRUE(file->was_read()) << file->name() << " is claimed, but no test read it";
        }
    }
    bool present_ = false;
};
[[maybe_unused]] const auto* const environment = ::testing::AddGlobalTestEnvironment(new Claims);

}  // namespace

SharedFile::SharedFile(std::string name) : name_(std::move(name)) { registry().push_back(this); }

const std::vector<const SharedFile*>& SharedFile::all() { return registry(); }

const std::string& SharedFile::text() const {
    if (!content_) {
        content_ = read_shared(name_);
        CLOISTER_ASSERT(content_.has_value());
    }
    return *content_;
}

std::vector<boost::json::value> SharedFile::json_lines() const {
    std::vector<boost::json::value> values;
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) values.push_back(boost::json::parse(line));
    return values;
}

}  // namespace cloister::vectors
