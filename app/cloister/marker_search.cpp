#include "marker_search.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/fd.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = std::size_t{1} << 30;
constexpr std::size_t chunk_bytes = 4U << 20;
constexpr std::size_t sightings_max = 100;

std::uint64_t head_of(const std::uint8_t* bytes) {
    std::uint64_t head = 0;
    std::memcpy(&head, bytes, sizeof(head));
    return head;
}

std::size_t slot_of(std::uint64_t head) { return (head * 0x9e3779b97f4a7c15U) >> 48; }

}  // namespace

void MarkerSearch::add(std::string name, Bytes needle) {
    CLOISTER_ASSERT(needle.size() >= needle_bytes_min);
    const std::uint64_t head = head_of(needle.data());
    heads_.set(slot_of(head));
    by_head_.emplace(head, needles_.size());
    longest_ = std::max(longest_, needle.size());
    needles_.push_back({std::move(name), std::move(needle)});
}

void MarkerSearch::search_bytes(ByteView bytes, const std::string& place) {
    searched_bytes_ += bytes.size();
    for (std::size_t i = 0; i + needle_bytes_min <= bytes.size(); ++i) {
        const std::uint64_t head = head_of(bytes.data() + i);
        if (heads_.test(slot_of(head))) check(bytes.subspan(i), head, place);
    }
}

void MarkerSearch::check(ByteView rest, std::uint64_t head, const std::string& place) {
    const auto [first, last] = by_head_.equal_range(head);
    for (auto at = first; at != last; ++at) {
        const Needle& needle = needles_[at->second];
        const bool found = rest.size() >= needle.bytes.size() &&
                           equal(rest.first(needle.bytes.size()), needle.bytes);
        if (found && sightings_.size() < sightings_max) sightings_.push_back({needle.name, place});
    }
}

Result<void, Problem> MarkerSearch::search_files(const std::string& path) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code gone;  // databases drop files while we look
        if (!at->is_regular_file(gone)) continue;
        const auto bytes = io::read_file(at->path().string(), file_bytes_max);
        if (bytes) search_bytes(*bytes, at->path().string());
        if (!bytes && bytes.error().code != io::ErrorCode::NotFound)
            return err(problem_of(bytes.error()));
    }
    if (error)
        return err(Problem{"SearchFailed", path + ": " + error.message(),
                           "leave the run's folder alone and try again"});
    return {};
}

Result<void, Problem> MarkerSearch::search_memory(int pid, const std::string& name) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const io::Fd memory(::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    std::ifstream maps(folder + "/maps");
    if (!memory.valid() || !maps) {
        return err(Problem{"SearchFailed", "the memory of " + name + " cannot be read",
                           "run as the same user, or as root"});
    }
    const std::uint64_t before = searched_bytes_;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        char dash = 0;
        std::string rights;
        words >> std::hex >> begin >> dash >> end >> rights;
        if (rights.starts_with('r') && line.find("[v") == std::string::npos) {
            search_mapping(memory.get(), begin, end, "memory of " + name);
        }
    }
    if (searched_bytes_ == before)
        return err(Problem{"SearchFailed", "nothing of " + name + "'s memory could be read",
                           "allow ptrace of own processes, or run without --markers"});
    return {};
}

// In pieces that overlap, so that no needle hides on a border.
void MarkerSearch::search_mapping(int memory, std::uint64_t begin, std::uint64_t end,
                                  const std::string& place) {
    Bytes chunk(chunk_bytes);
    while (begin < end) {
        const std::size_t want = std::min<std::uint64_t>(chunk.size(), end - begin);
        const ssize_t count = ::pread(memory, chunk.data(), want, static_cast<off_t>(begin));
        if (count <= 0) return;  // unmapped meanwhile, or nothing behind it
        const auto got = static_cast<std::size_t>(count);
        search_bytes(ByteView(chunk).first(got), place);
        begin += got <= longest_ || begin + got == end ? got : got - longest_;
    }
}

}  // namespace cloister::app
