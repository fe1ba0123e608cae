#include "forgetful_disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace cloister::crash {
namespace {

int fail(int number) {
    errno = number;
    return -1;
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? "." : path.substr(0, slash);
}

}  // namespace

void ForgetfulDisk::plan(std::optional<Fault> fault) {
    fault_ = fault;
    calls_ = 0;
    cut_ = false;
}

bool ForgetfulDisk::faulty() {
    const bool now = fault_ && fault_->call == calls_;
    ++calls_;
    if (now && fault_->number == 0) cut_ = true;
    if (cut_) errno = EIO;
    if (now && !cut_) errno = fault_->number;
    return now || cut_;
}

void ForgetfulDisk::apply(Names& names, const Change& change) {
    for (const auto& [path, file] : change) {
        if (file) {
            names[path] = file;
        } else {
            names.erase(path);
        }
    }
}

void ForgetfulDisk::change(Change change) {
    apply(names_, change);
    unsynced_.push_back(std::move(change));
}

int ForgetfulDisk::open(const std::string& path, int flags, mode_t) {
    if (faulty()) return -1;
    auto found = names_.find(path);
    if (found == names_.end()) {
        if ((flags & O_CREAT) == 0 || !names_.contains(parent_of(path))) return fail(ENOENT);
        change({{path, std::make_shared<File>()}});
        found = names_.find(path);
    } else if ((flags & O_EXCL) != 0) {
        return fail(EEXIST);
    }
    if ((flags & O_DIRECTORY) != 0 && !found->second->directory) return fail(ENOTDIR);
    open_.emplace(next_fd_, *found);
    return next_fd_++;
}

ssize_t ForgetfulDisk::write(int fd, ByteView bytes) {
    if (faulty()) return -1;
    const ByteView part = bytes.first(std::min(bytes.size(), write_bytes_max_));
    append(open_.at(fd).second->bytes, part);
    return static_cast<ssize_t>(part.size());
}

// A file's own sync says nothing of its name, and a directory's nothing of its files' bytes.
int ForgetfulDisk::fsync(int fd) {
    if (faulty()) return -1;
    const auto& [path, file] = open_.at(fd);
    file->synced = file->bytes.size();
    if (!file->directory) return 0;
    std::erase_if(unsynced_, [&, folder = path](const Change& change) {
        const bool inside = parent_of(change.front().first) == folder;
        if (inside) apply(kept_, change);
        return inside;
    });
    return 0;
}

int ForgetfulDisk::close(int fd) {
    open_.erase(fd);
    return 0;
}

int ForgetfulDisk::rename(const std::string& from, const std::string& to) {
    if (faulty()) return -1;
    const auto found = names_.find(from);
    if (found == names_.end()) return fail(ENOENT);
    change({{to, found->second}, {from, nullptr}});
    return 0;
}

int ForgetfulDisk::unlink(const std::string& path) {
    if (faulty()) return -1;
    if (!names_.contains(path)) return fail(ENOENT);
    change({{path, nullptr}});
    return 0;
}

int ForgetfulDisk::mkdir(const std::string& path, mode_t) {
    if (faulty()) return -1;
    if (names_.contains(path)) return fail(EEXIST);
    if (!names_.contains(parent_of(path))) return fail(ENOENT);
    change({{path, std::make_shared<File>(File{.directory = true, .bytes = {}})}});
    return 0;
}

Found ForgetfulDisk::seen() const {
    Found out;
    for (const auto& [path, file] : names_) {
        if (!file->directory) out.emplace(path, file->bytes);
    }
    return out;
}

bool ForgetfulDisk::reachable(const Names& names, const std::string& path) {
    return path == "." || (names.contains(path) && reachable(names, parent_of(path)));
}

// Every length that each file may have, each with each.
std::set<Found> ForgetfulDisk::outcomes(const Names& names) {
    std::set<Found> out{Found{}};
    for (const auto& [path, file] : names) {
        if (file->directory || !reachable(names, path)) continue;
        std::set<Found> longer;
        for (const Found& found : out) {
            for (std::size_t size = file->synced; size <= file->bytes.size(); ++size) {
                Found more = found;
                more.emplace(path, Bytes(file->bytes.begin(),
                                         file->bytes.begin() + static_cast<std::ptrdiff_t>(size)));
                longer.insert(std::move(more));
            }
        }
        out = std::move(longer);
    }
    return out;
}

std::set<Found> ForgetfulDisk::after_power_cut() const {
    std::set<Found> out;
    // Each change of names reached the disk or did not, whatever came before it.
    for (std::size_t subset = 0; subset < std::size_t{1} << unsynced_.size(); ++subset) {
        Names names = kept_;
        for (std::size_t i = 0; i < unsynced_.size(); ++i) {
            if ((subset >> i & 1) != 0) apply(names, unsynced_[i]);
        }
        out.merge(outcomes(names));
    }
    return out;
}

}  // namespace cloister::crash
