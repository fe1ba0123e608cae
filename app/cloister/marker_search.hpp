// Looks for plaintext where none may be: in every file below a directory and in all readable memory
// of processes. Shell code of the demo: a byte string that is found outside of an enclave is a
// leak.
#pragma once

#include <bitset>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "output.hpp"

namespace cloister::app {

inline constexpr std::size_t needle_bytes_min = 16;

struct Sighting {
    std::string needle;
    std::string place;
};

class MarkerSearch {
  public:
    // Precondition: at least `needle_bytes_min` bytes.
    void add(std::string name, Bytes needle);

    void search_bytes(ByteView bytes, const std::string& place);
    // Every regular file below `path`.
    Result<void, Problem> search_files(const std::string& path);
    // Every mapping that the process can read itself.
    Result<void, Problem> search_memory(int pid, const std::string& name);

    const std::vector<Sighting>& sightings() const { return sightings_; }
    std::uint64_t searched_bytes() const { return searched_bytes_; }

  private:
    struct Needle {
        std::string name;
        Bytes bytes;
    };
    void search_mapping(int memory, std::uint64_t begin, std::uint64_t end,
                        const std::string& place);
    void check(ByteView rest, std::uint64_t head, const std::string& place);

    std::vector<Needle> needles_;
    std::unordered_multimap<std::uint64_t, std::size_t> by_head_;  // first 8 bytes
    std::bitset<65536> heads_;  // rules nearly everything out at once
    std::vector<Sighting> sightings_;
    std::size_t longest_ = 0;
    std::uint64_t searched_bytes_ = 0;
};

}  // namespace cloister::app
