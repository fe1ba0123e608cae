// The memory of a process and of all that it started, from /proc (proc(5)).
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloister::bench {

// Proportional set size: shared pages are divided among those who share them. Only root may read it
// of a hardened enclave; for anybody else what is resident counts instead, which is more.
struct Memory {
    double mib = 0;
    std::string_view kind = "PSS";
};

inline std::optional<double> find_kib(const std::string& path, std::string_view name) {
    std::ifstream file(path);
    double kib = 0;
    for (std::string word; file >> word;) {
        if (word == name && file >> kib) return kib;
    }
    return std::nullopt;
}

inline std::optional<Memory> memory_of(int pid) {
    const std::string process = "/proc/" + std::to_string(pid);
    if (const auto pss = find_kib(process + "/smaps_rollup", "Pss:")) return Memory{*pss / 1024};
    if (const auto rss = find_kib(process + "/status", "VmRSS:")) return Memory{*rss / 1024, "RSS"};
    return std::nullopt;
}

// `root` and every process below it.
inline std::vector<int> family_of(int root) {
    std::map<int, int> parents;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        std::ifstream status(entry.path() / "status");
        int pid = 0;
        for (std::string word; status >> word;) {
            if (word == "Pid:") status >> pid;
            if (word == "PPid:" && status >> parents[pid]) break;
        }
    }
    std::vector<int> family{root};
    for (std::size_t i = 0; i < family.size(); ++i) {
        for (const auto& [pid, parent] : parents) {
            if (parent == family[i]) family.push_back(pid);
        }
    }
    return family;
}

}  // namespace cloister::bench
