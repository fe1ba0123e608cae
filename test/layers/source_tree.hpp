// The source tree as text: its files, their includes, and the policy that tools/layers.txt states.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cloister::layers {

struct Include {
    std::string path;     // as written
    bool system = false;  // <...>
    std::size_t line = 0;
};

// Test programs and what only they include: x_test.cpp, x_test.hpp, test_x.hpp, x_fixture.hpp.
bool is_test_path(const std::string& path);

struct SourceFile {
    std::string path;    // from the repository's root, "src/trie/trie.cpp"
    std::string folder;  // a name of the policy ("codec/scale", "crypto"), or "app", "test", ...
    std::vector<Include> includes;
    std::vector<std::size_t> long_lines;  // numbers of those beyond 100 columns
    std::size_t lines = 0;
    bool is_test() const { return is_test_path(path); }
    bool is_header() const { return path.ends_with(".hpp"); }
};

using Policy = std::map<std::string, std::set<std::string>>;

// A folder of src/ as CMake builds it.
struct Module {
    bool shell = false;
    std::set<std::string> deps;  // names of libraries, "codec_scale"
};

// $CLOISTER_SOURCE, without a slash at the end.
std::string source_root();
// The lines `name: folder folder`; aborts the test program on a line of another form.
Policy read_policy(const std::string& root);
// Every .hpp and .cpp below `top` ("src", "app", ...). Empty if there is no such folder.
std::vector<SourceFile> read_sources(const std::string& root, const std::string& top,
                                     const Policy& policy);
// Name of the library to what its folder's CMakeLists.txt says.
std::map<std::string, Module> read_modules(const std::string& root, const Policy& policy);
// The policy's folder that `path` (from src/) lies in: the longest name that begins it. Empty if
// none.
std::string folder_of(const std::string& path, const Policy& policy);
// "codec/scale" is built as "codec_scale".
std::string library_of(std::string folder);

}  // namespace cloister::layers
