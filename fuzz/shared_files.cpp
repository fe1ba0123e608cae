#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bodies.hpp"

namespace cloister::fuzz {

std::vector<Bytes> shared_files(const std::string& folder, std::string_view ending,
                                std::size_t bytes_max) {
    namespace fs = std::filesystem;
    const char* shared = std::getenv("CLOISTER_SHARED");
    const fs::path root = fs::path(shared == nullptr ? "../shared" : shared) / folder;
    if (!fs::is_directory(root)) return {};
    std::vector<fs::path> paths;
    for (const auto& each : fs::directory_iterator(root)) {
        if (each.path().string().ends_with(ending) && each.file_size() <= bytes_max) {
            paths.push_back(each.path());
        }
    }
    std::ranges::sort(paths);
    std::vector<Bytes> out;
    for (const fs::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return out;
}

}  // namespace cloister::fuzz
