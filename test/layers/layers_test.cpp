#include "source_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cloister::layers {
namespace {

// Folders outside src/ that may open io; sim/ has a clock and a network of its own.
const std::set<std::string> shells = {"app", "test", "bench", "fuzz"};
const std::vector<std::string> tops = {"src", "app", "sim", "test", "bench", "fuzz"};

// What a deterministic core may not reach for: time, randomness, threads, files, sockets, the
// terminal.
const std::set<std::string> forbidden = {"chrono",     "condition_variable",
                                         "ctime",      "filesystem",
                                         "fstream",    "future",
                                         "iostream",   "locale",
                                         "mutex",      "random",
                                         "semaphore",  "shared_mutex",
                                         "stop_token", "syncstream",
                                         "thread",     "time.h",
                                         "unistd.h",   "fcntl.h",
                                         "signal.h",   "csignal",
                                         "poll.h",     "pthread.h",
                                         "spawn.h",    "netdb.h",
                                         "dirent.h",   "dlfcn.h",
                                         "sched.h",    "execution",
                                         "latch",      "barrier",
                                         "coroutine"};
const std::vector<std::string> forbidden_beginnings = {
    "boost/asio", "boost/beast", "rocksdb/", "sys/", "netinet/", "arpa/", "net/", "linux/"};

bool is_forbidden(const std::string& header) {
    return forbidden.contains(header) ||
           std::ranges::any_of(forbidden_beginnings,
                               [&](const std::string& start) { return header.starts_with(start); });
}

// Tables and test vectors are long by nature; the name says so.
bool is_table(const std::string& path) {
    return path.find("_vectors.") != std::string::npos ||
           path.find("_table.") != std::string::npos || path.find("/vectors/") != std::string::npos;
}

std::string at(const SourceFile& file, std::size_t line) {
    return file.path + ":" + std::to_string(line);
}

class Layers : public testing::Test {
  protected:
    std::string root_ = source_root();
    Policy policy_ = read_policy(root_);
    std::vector<SourceFile> sources_ = read_sources(root_, "src", policy_);
};

TEST_F(Layers, AreReadAtAll) {
    EXPECT_GE(policy_.size(), 10U);
    EXPECT_GE(sources_.size(), 20U);
    EXPECT_TRUE(
        std::ranges::any_of(sources_, [](const SourceFile& f) { return !f.includes.empty(); }));
}

TEST_F(Layers, PolicyNamesEarlierLinesOnlySoThatItHasNoCycle) {
    std::set<std::string> settled;
    for (bool progress = true; progress;) {
        progress = false;
        for (const auto& [folder, allowed] : policy_) {
            for (const std::string& dep : allowed)
                EXPECT_TRUE(policy_.contains(dep)) << folder << ": " << dep;
            const bool ready =
                std::ranges::all_of(allowed, [&](auto& d) { return settled.contains(d); });
            if (ready && settled.insert(folder).second) progress = true;
        }
    }
    for (const auto& [folder, allowed] : policy_) {
        EXPECT_TRUE(settled.contains(folder)) << folder << " is part of a cycle";
    }
}

TEST_F(Layers, EverySourceLiesInAFolderOfThePolicy) {
    for (const SourceFile& file : sources_) EXPECT_NE(file.folder, "") << file.path;
}

TEST_F(Layers, FoldersIncludeOnlyWhatThePolicyAllows) {
    for (const SourceFile& file : sources_) {
        if (file.is_test()) continue;  // nothing links them, so they may act as any neighbour
        for (const Include& include : file.includes) {
            if (include.system) continue;
            const std::string target = folder_of(include.path, policy_);
            if (target.empty() || target == file.folder) continue;
            EXPECT_TRUE(policy_[file.folder].contains(target))
                << at(file, include.line) << ": " << file.folder << " may not include "
                << include.path;
        }
    }
}

TEST_F(Layers, ProductsDoNotIncludeWhatServesTests) {
    for (const SourceFile& file : sources_) {
        if (file.is_test()) continue;
        for (const Include& include : file.includes) {
            EXPECT_FALSE(is_test_path(include.path))
                << at(file, include.line) << ": " << include.path;
        }
    }
}

TEST_F(Layers, QuotedIncludesAreOurOwnFiles) {
    for (const SourceFile& file : sources_) {
        for (const Include& include : file.includes) {
            if (include.system) continue;
            const std::string whole = "src/" + include.path;
            EXPECT_TRUE(std::ranges::any_of(sources_, [&](auto& f) { return f.path == whole; }))
                << at(file, include.line) << ": no such file: " << whole;
        }
    }
}

TEST_F(Layers, OnlyShellsIncludeIo) {
    for (const std::string& top : tops) {
        for (const SourceFile& file : read_sources(root_, top, policy_)) {
            if (shells.contains(top) || file.folder == "io") continue;
            for (const Include& include : file.includes) {
                EXPECT_FALSE(include.path.starts_with("io/")) << at(file, include.line);
            }
        }
    }
}

TEST_F(Layers, CoresIncludeNothingOfTheWorld) {
    for (const SourceFile& file : sources_) {
        if (file.folder == "io" || file.is_test()) continue;
        for (const Include& include : file.includes) {
            EXPECT_FALSE(include.system && is_forbidden(include.path))
                << at(file, include.line) << ": <" << include.path << ">";
        }
    }
}

// Who includes a header pays for what it includes; one that only sources of its own folder include
// costs nobody else.
TEST_F(Layers, HeadersKeepHeavyLibrariesInTheirSources) {
    std::set<std::string> shared;
    for (const SourceFile& file : sources_) {
        for (const Include& include : file.includes) {
            const bool own = include.path.starts_with(file.folder + "/") && !file.is_test();
            if (file.is_header() || !own) shared.insert("src/" + include.path);
        }
    }
    EXPECT_TRUE(shared.contains("src/io/http_server.hpp"));
    for (const SourceFile& file : sources_) {
        if (!file.is_header() || file.is_test() || !shared.contains(file.path)) continue;
        for (const Include& include : file.includes) {
            const bool heavy =
                include.path.starts_with("boost/") || include.path.starts_with("rocksdb/");
            EXPECT_FALSE(include.system && heavy) << at(file, include.line) << ": " << include.path;
        }
    }
}

TEST_F(Layers, CMakeLinksWhatThePolicyAllowsAndTheSourcesUse) {
    const auto modules = read_modules(root_, policy_);
    for (const auto& [folder, allowed] : policy_) {
        const auto module = modules.find(library_of(folder));
        if (module == modules.end()) continue;
        std::set<std::string> permitted;
        for (const std::string& name : allowed) permitted.insert(library_of(name));
        for (const std::string& dep : module->second.deps) {
            EXPECT_TRUE(permitted.contains(dep))
                << "src/" << folder << "/CMakeLists.txt links " << dep;
        }
    }
    for (const SourceFile& file : sources_) {
        const auto module = modules.find(library_of(file.folder));
        if (module == modules.end() || file.is_test()) continue;
        for (const Include& include : file.includes) {
            const std::string target = include.system ? "" : folder_of(include.path, policy_);
            if (target.empty() || target == file.folder) continue;
            EXPECT_TRUE(module->second.deps.contains(library_of(target)))
                << at(file, include.line) << ": DEPS of " << module->first << " lack " << target;
        }
    }
}

TEST_F(Layers, FilesAndLinesKeepTheirSizes) {
    for (const std::string& top : tops) {
        for (const SourceFile& file : read_sources(root_, top, policy_)) {
            if (is_table(file.path)) continue;
            EXPECT_LE(file.lines, file.is_header() ? 200U : 500U) << file.path << " is too long";
            EXPECT_TRUE(file.long_lines.empty())
                << at(file, file.long_lines.front()) << ": beyond 100 columns, with "
                << file.long_lines.size() - 1 << " more";
        }
    }
}

}  // namespace
}  // namespace cloister::layers
