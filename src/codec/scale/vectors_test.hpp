// For tests only: vectors from the shared folder (environment variable CLOISTER_SHARED), read in
// place.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "base/hex.hpp"

namespace cloister::testing {

inline std::string shared_path(const std::string& name) {
    const char* folder = std::getenv("CLOISTER_SHARED");
    return std::string(folder == nullptr ? "../shared" : folder) + "/vectors/" + name;
}

// A file's content, unpacked if its name ends in .xz; nothing when it is absent.
inline std::optional<std::string> read_shared(const std::string& name) {
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

inline Bytes hex_bytes(const boost::json::value& text) {
    auto bytes = base::from_hex(std::string_view(text.as_string()));
    CLOISTER_ASSERT(bytes.has_value());
    return std::move(*bytes);
}

template <class Fixed>
Fixed hex_fixed(const boost::json::value& text) {
    return Fixed(hex_bytes(text));
}

// A small generator of our own (splitmix64): the same seed gives the same case everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
    Bytes bytes(std::size_t size) {
        Bytes out(size);
        for (auto& byte : out) byte = static_cast<std::uint8_t>(next());
        return out;
    }

  private:
    std::uint64_t state_;
};

}  // namespace cloister::testing

// Declares `name` with the parsed content of a shared JSON file, or skips the test.
#define CLOISTER_SHARED_TEXT(name, file)                             \
    const auto name##_text = ::cloister::testing::read_shared(file); \
    if (!name##_text) GTEST_SKIP() << file << " is absent (set CLOISTER_SHARED)"
#define CLOISTER_SHARED_JSON(name, file) \
    CLOISTER_SHARED_TEXT(name, file);    \
    const auto name = boost::json::parse(*name##_text)
