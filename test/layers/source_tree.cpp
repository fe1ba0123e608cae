#include "source_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>

namespace cloister::layers {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t columns_max = 100;

// Columns, not bytes: continuation bytes of UTF-8 do not count.
std::size_t columns_of(const std::string& line) {
    return static_cast<std::size_t>(std::ranges::count_if(
        line, [](char c) { return (static_cast<unsigned>(c) & 0xC0U) != 0x80U; }));
}

std::string text_of_file(const fs::path& path) {
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

SourceFile read_source(const std::string& root, const fs::path& path, const Policy& policy) {
    static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
    SourceFile out;
    out.path = fs::relative(path, root).generic_string();
    const bool ours = out.path.starts_with("src/");
    out.folder =
        ours ? folder_of(out.path.substr(4), policy) : out.path.substr(0, out.path.find('/'));
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        ++out.lines;
        if (columns_of(line) > columns_max) out.long_lines.push_back(out.lines);
        if (line.find('#') == std::string::npos) continue;
        std::smatch match;
        if (!std::regex_match(line, match, include)) continue;
        out.includes.push_back({.path = match[2], .system = match[1] == "<", .line = out.lines});
    }
    return out;
}

}  // namespace

bool is_test_path(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    return name.ends_with("_test.cpp") || name.ends_with("_test.hpp") ||
           name.ends_with("_fixture.hpp") || name.starts_with("test_");
}

std::string source_root() {
    const char* root = std::getenv("CLOISTER_SOURCE");
    return root != nullptr ? root : "..";
}

Policy read_policy(const std::string& root) {
    Policy policy;
    std::ifstream file(root + "/tools/layers.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || policy.contains(line.substr(0, colon))) {
            std::cerr << "tools/layers.txt: not a new `name: folders`: " << line << "\n";
            std::abort();
        }
        std::set<std::string>& allowed = policy[line.substr(0, colon)];
        std::istringstream words(line.substr(colon + 1));
        for (std::string word; words >> word;) allowed.insert(word);
    }
    return policy;
}

std::vector<SourceFile> read_sources(const std::string& root, const std::string& top,
                                     const Policy& policy) {
    std::vector<SourceFile> out;
    if (!fs::exists(root + "/" + top)) return out;
    for (auto at = fs::recursive_directory_iterator(root + "/" + top); at != fs::end(at); ++at) {
        if (at->path().filename() == "node_modules") at.disable_recursion_pending();
        const std::string extension = at->path().extension().string();
        if (extension == ".hpp" || extension == ".cpp") {
            out.push_back(read_source(root, at->path(), policy));
        }
    }
    std::ranges::sort(out, {}, &SourceFile::path);
    return out;
}

std::map<std::string, Module> read_modules(const std::string& root, const Policy& policy) {
    static const std::regex call(R"(cloister_library\(\s*([^)]*)\))");
    std::map<std::string, Module> out;
    for (const auto& [folder, allowed] : policy) {
        const std::string text = text_of_file(root + "/src/" + folder + "/CMakeLists.txt");
        std::smatch match;
        if (!std::regex_search(text, match, call)) continue;
        std::istringstream words(match[1].str());
        std::string name;
        words >> name;
        Module& module = out[name];
        bool in_deps = false;
        for (std::string word; words >> word;) {
            if (word == "SHELL") module.shell = true;
            if (word == "DEPS" || word == "LINK" || word == "SHELL" || word == "LABELS")
                in_deps = word == "DEPS";
            else if (in_deps)
                module.deps.insert(word);
        }
    }
    return out;
}

std::string folder_of(const std::string& path, const Policy& policy) {
    std::string best;
    for (const auto& [folder, allowed] : policy) {
        if (path.starts_with(folder + "/") && folder.size() > best.size()) best = folder;
    }
    return best;
}

std::string library_of(std::string folder) {
    std::ranges::replace(folder, '/', '_');
    return folder;
}

}  // namespace cloister::layers
