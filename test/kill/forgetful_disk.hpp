// A disk in memory that promises as little as POSIX does: what was not synced may be there after a
// power cut or not, names and bytes each for themselves, a file cut off at any byte. It says every
// state that it may be found in.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "io/file_calls.hpp"

namespace cloister::crash {

// What a reader finds: the bytes under each path.
using Found = std::map<std::string, Bytes>;

class ForgetfulDisk final : public io::FileCalls {
  public:
    struct Fault {
        std::size_t call = 0;  // counted from 0
        int number = 0;        // errno of this one call; 0: power is cut before it
    };
    void plan(std::optional<Fault> fault);
    std::size_t calls() const { return calls_; }
    // Writes take at most so many bytes at a time.
    void set_write_bytes_max(std::size_t bytes) { write_bytes_max_ = bytes; }

    // As other processes see it now, and as it stays when only the writer is killed.
    Found seen() const;
    // Every state after a power cut now.
    std::set<Found> after_power_cut() const;

    int open(const std::string& path, int flags, mode_t mode) override;
    ssize_t write(int fd, ByteView bytes) override;
    int fsync(int fd) override;
    int close(int fd) override;
    int rename(const std::string& from, const std::string& to) override;
    int unlink(const std::string& path) override;
    int mkdir(const std::string& path, mode_t mode) override;

  private:
    struct File {
        bool directory = false;
        Bytes bytes;
        std::size_t synced = 0;  // bytes at the front that are safe; files here only grow
    };
    using Names = std::map<std::string, std::shared_ptr<File>>;
    // Names that change together: a rename is one.
    using Change = std::vector<std::pair<std::string, std::shared_ptr<File>>>;

    bool faulty();
    void change(Change change);
    static void apply(Names& names, const Change& change);
    static bool reachable(const Names& names, const std::string& path);
    static std::set<Found> outcomes(const Names& names);

    Names names_{{".", std::make_shared<File>(File{.directory = true, .bytes = {}})}};
    Names kept_ = names_;  // without the changes below
    std::vector<Change> unsynced_;
    std::map<int, std::pair<std::string, std::shared_ptr<File>>> open_;
    int next_fd_ = 1000;
    std::size_t calls_ = 0;
    std::optional<Fault> fault_;
    bool cut_ = false;
    std::size_t write_bytes_max_ = ~std::size_t{0};
};

}  // namespace cloister::crash
