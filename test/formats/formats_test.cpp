#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/hex.hpp"
#include "vectors.hpp"

namespace cloister::formats {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
    const char* source = std::getenv("CLOISTER_SOURCE");
    std::ifstream file(std::string(source == nullptr ? "." : source) + "/" + path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

const std::vector<std::string>& document() {
    static const std::vector<std::string> lines = lines_of("docs/formats.md");
    return lines;
}

// The block of lines between "```LANGUAGE" and "```".
std::string first_block(std::string_view language) {
    std::string block;
    bool inside = false;
    for (const std::string& line : document()) {
        if (inside && line == "```") break;
        if (inside) block += line + "\n";
        if (line == "```" + std::string(language)) inside = true;
    }
    return block;
}

// "vector NAME =", then indented lines of hexadecimal digits.
std::map<std::string, std::string> documented() {
    std::map<std::string, std::string> out;
    std::string* current = nullptr;
    for (const std::string& line : document()) {
        if (line.starts_with("vector ") && line.ends_with(" =")) {
            const std::string name = line.substr(7, line.size() - 9);
            EXPECT_FALSE(out.contains(name)) << name << " is documented twice";
            current = &out[name];
        } else if (current != nullptr && line.starts_with("  ")) {
            *current += line.substr(2);
        } else {
            current = nullptr;
        }
    }
    return out;
}

Vectors compute() {
    Vectors out;
    add_extrinsics(out);
    add_calls(out);
    add_storage(out);
    add_tasks(out);
    add_registry(out);
    add_queries(out);
    add_gatekeeper(out);
    add_enclave(out);
    add_channels(out);
    add_policy(out, view_of(first_block("json")));
    return out;
}

std::string as_block(const std::string& name, const std::string& hex) {
    std::string block = "vector " + name + " =\n";
    for (std::size_t at = 0; at < hex.size(); at += 112) block += "  " + hex.substr(at, 112) + "\n";
    return block;
}

TEST(Formats, EveryVectorInTheDocumentIsWhatTheCodeMakes) {
    const auto in_document = documented();
    for (const auto& [name, bytes] : computed()) {
        const std::string hex = base::to_hex(bytes);
        const auto found = in_document.find(name);
        if (found == in_document.end() || found->second != hex) {
            ADD_FAILURE() << "docs/formats.md should say\n" << as_block(name, hex);
        }
    }
}

TEST(Formats, TheDocumentNamesNoVectorThatNobodyComputes) {
    const Vectors& vectors = computed();
    EXPECT_GT(vectors.size(), 100U);
    for (const auto& [name, hex] : documented()) EXPECT_TRUE(vectors.contains(name)) << name;
}

TEST(Formats, EveryDomainTagIsInTheDocument) {
    std::string text;
    for (const std::string& line : document()) text += line + "\n";
    std::size_t tags = 0;
    for (const std::string& line : lines_of("src/protocol/domains.hpp")) {
        const std::size_t begin = line.find("\"cloister/");
        if (begin == std::string::npos) continue;
        const std::string tag = line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
        EXPECT_NE(text.find("`" + tag + "`"), std::string::npos) << tag;
        ++tags;
    }
    EXPECT_GE(tags, 28U);
}

TEST(Formats, NoLineOfTheDocumentIsLongerThan120) {
    for (const std::string& line : document()) EXPECT_LE(line.size(), 120U) << line;
}

}  // namespace

const Vectors& computed() {
    static const Vectors vectors = compute();
    return vectors;
}

}  // namespace cloister::formats
