#include "memory.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "io/fd.hpp"

namespace cloister::sandbox {

namespace {

constexpr std::size_t page_bytes = 4096;

// Page by page where it must be: what cannot be read stays zero.
template <class Read>
Bytes read_range(std::uint64_t begin, std::uint64_t end, Read read) {
    Bytes out(end - begin);
    bool any = false;
    for (std::uint64_t at = begin; at < end;) {
        const ssize_t count = read(out.data() + (at - begin), at, end - at);
        any = any || count > 0;
        at += count > 0 ? static_cast<std::uint64_t>(count) : page_bytes;
    }
    return any ? out : Bytes();
}

}  // namespace

std::vector<Mapping> read_memory(int pid, Door door) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const io::Fd memory(::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    std::ifstream maps(folder + "/maps");
    std::vector<Mapping> out;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        Mapping mapping;
        char dash = 0;
        std::string rights;
        std::string skipped;
        words >> std::hex >> mapping.begin >> dash >> mapping.end >> rights >> skipped >> skipped >>
            skipped;
        std::getline(words >> std::ws, mapping.name);
        if (!rights.starts_with('r') || mapping.name.starts_with("[v")) continue;
        mapping.bytes =
            read_range(mapping.begin, mapping.end,
                       [&](std::uint8_t* to, std::uint64_t at, std::size_t count) -> ssize_t {
                           if (door == Door::ProcMem)
                               return ::pread(memory.get(), to, count, static_cast<off_t>(at));
                           const iovec local{to, count};
                           const iovec remote{reinterpret_cast<void*>(at), count};
                           return ::process_vm_readv(pid, &local, 1, &remote, 1, 0);
                       });
        out.push_back(std::move(mapping));
    }
    return out;
}

}  // namespace cloister::sandbox
