#include "faulty_disk.hpp"

#include <rocksdb/system_clock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "io/file.hpp"

namespace cloister::crash {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

namespace fs = std::filesystem;
constexpr std::size_t small_file_bytes_max = 1U << 20;

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }

}  // namespace

class FaultyDisk::Files final : public rocksdb::FileSystemWrapper {
  public:
    enum class Need { Room, NoRoom };

    Files() : FileSystemWrapper(FileSystem::Default()) {}
    const char* Name() const override { return "FaultyDisk"; }

    void plan(Fault fault, std::size_t operation) {
        const std::lock_guard guard(mutex_);
        fault_ = fault;
        at_ = operation;
        count_ = 0;
    }
    std::size_t operations() const {
        const std::lock_guard guard(mutex_);
        return count_;
    }
    IOStatus next(Need need) {
        const std::lock_guard guard(mutex_);
        const std::size_t now = count_++;
        if (fault_ == Fault::None || now < at_) return IOStatus::OK();
        if (fault_ == Fault::Once) return now == at_ ? IOStatus::IOError("injected") : IOStatus();
        if (fault_ == Fault::PowerCut) return IOStatus::IOError("no power");
        return need == Need::Room ? IOStatus::NoSpace("injected") : IOStatus::OK();
    }
    void grew(const std::string& path, std::uint64_t bytes) {
        const std::lock_guard guard(mutex_);
        sizes_[path].all += bytes;
    }
    void synced(const std::string& path) {
        const std::lock_guard guard(mutex_);
        sizes_[path].synced = sizes_[path].all;
    }
    void synced_folder(const std::string& folder) {
        const std::lock_guard guard(mutex_);
        std::erase_if(changes_, [&](const Change& c) { return folder_of(c.to) == folder; });
    }
    bool has_unsynced_names() const { return !changes_.empty(); }
    bool has_unsynced_tails() const {
        return std::ranges::any_of(
            sizes_, [](const auto& entry) { return entry.second.all > entry.second.synced; });
    }
    void cut_power(Names names, Tails tails);

    IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* result,
                             IODebugContext* debug) override;
    IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                                std::unique_ptr<FSWritableFile>* result,
                                IODebugContext* debug) override;
    IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                          std::unique_ptr<FSDirectory>* result, IODebugContext* debug) override;
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override;
    IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                        IODebugContext* debug) override;

  private:
    struct Size {
        std::uint64_t all = 0;
        std::uint64_t synced = 0;
    };
    struct Change {
        std::string from;  // empty: `to` was created
        std::string to;
        std::optional<Bytes> replaced;
    };

    mutable std::mutex mutex_;
    Fault fault_ = Fault::None;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    std::map<std::string, Size> sizes_;
    std::vector<Change> changes_;
};

namespace {

using Files = FaultyDisk::Files;

class File final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    File(std::unique_ptr<FSWritableFile> file, Files& files, std::string path)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        if (auto failed = files_.next(Files::Need::Room); !failed.ok()) return failed;
        files_.grew(path_, data.size());
        return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    // What only the machine's end could lose is never given to this machine's disk: faster.
    IOStatus Sync(const IOOptions&, IODebugContext*) override {
        auto status = files_.next(Files::Need::NoRoom);
        if (status.ok()) files_.synced(path_);
        return status;
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return Sync(options, debug);
    }
    IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
        return IOStatus::OK();
    }

  private:
    Files& files_;
    std::string path_;
};

class Folder final : public rocksdb::FSDirectoryWrapper {
  public:
    Folder(std::unique_ptr<FSDirectory> folder, Files& files, std::string path)
        : FSDirectoryWrapper(std::move(folder)), files_(files), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override {
        auto status = files_.next(Files::Need::NoRoom);
        if (status.ok()) files_.synced_folder(path_);
        return status;
    }
    IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                                 const rocksdb::DirFsyncOptions&) override {
        return Fsync(options, debug);
    }

  private:
    Files& files_;
    std::string path_;
};

// RocksDB pauses for a second behind each background error, and a close waits for it.
class Impatient final : public rocksdb::SystemClockWrapper {
  public:
    using SystemClockWrapper::SystemClockWrapper;
    const char* Name() const override { return "Impatient"; }
    void SleepForMicroseconds(int) override { std::this_thread::yield(); }
};
class World final : public rocksdb::EnvWrapper {
  public:
    explicit World(std::unique_ptr<rocksdb::Env> env) : EnvWrapper(std::move(env)) {
        system_clock_ = std::make_shared<Impatient>(system_clock_);
    }
    void SleepForMicroseconds(int) override { std::this_thread::yield(); }
};

}  // namespace

IOStatus FaultyDisk::Files::NewWritableFile(const std::string& path, const FileOptions& options,
                                            std::unique_ptr<FSWritableFile>* result,
                                            IODebugContext* debug) {
    if (auto failed = next(Need::Room); !failed.ok()) return failed;
    std::unique_ptr<FSWritableFile> file;
    auto status = FileSystemWrapper::NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    {
        const std::lock_guard guard(mutex_);
        sizes_[path] = {};
        changes_.push_back({.from = {}, .to = path, .replaced = {}});
    }
    *result = std::make_unique<File>(std::move(file), *this, path);
    return status;
}

// RocksDB reopens none with these options; one that it did would escape the bookkeeping.
IOStatus FaultyDisk::Files::ReopenWritableFile(const std::string& path, const FileOptions&,
                                               std::unique_ptr<FSWritableFile>*, IODebugContext*) {
    return IOStatus::NotSupported("reopen " + path);
}

IOStatus FaultyDisk::Files::NewDirectory(const std::string& path, const IOOptions& options,
                                         std::unique_ptr<FSDirectory>* result,
                                         IODebugContext* debug) {
    std::unique_ptr<FSDirectory> folder;
    auto status = FileSystemWrapper::NewDirectory(path, options, &folder, debug);
    if (status.ok()) *result = std::make_unique<Folder>(std::move(folder), *this, path);
    return status;
}

IOStatus FaultyDisk::Files::RenameFile(const std::string& from, const std::string& to,
                                       const IOOptions& options, IODebugContext* debug) {
    if (auto failed = next(Need::Room); !failed.ok()) return failed;
    auto replaced = io::read_file(to, small_file_bytes_max);
    auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    const std::lock_guard guard(mutex_);
    if (const auto size = sizes_.find(from); size != sizes_.end()) {
        sizes_[to] = size->second;
        sizes_.erase(from);
    }
    changes_.push_back({.from = from,
                        .to = to,
                        .replaced = replaced ? std::optional(std::move(*replaced)) : std::nullopt});
    return status;
}

// Taken for durable at once: what comes back is only rubbish that an open removes.
IOStatus FaultyDisk::Files::DeleteFile(const std::string& path, const IOOptions& options,
                                       IODebugContext* debug) {
    if (auto failed = next(Need::NoRoom); !failed.ok()) return failed;
    {
        const std::lock_guard guard(mutex_);
        sizes_.erase(path);
    }
    return FileSystemWrapper::DeleteFile(path, options, debug);
}

void FaultyDisk::Files::cut_power(Names names, Tails tails) {
    const std::lock_guard guard(mutex_);
    for (const auto& [path, size] : sizes_) {
        const std::uint64_t tail = size.all - size.synced;
        if (tail == 0 || tails == Tails::Kept || !fs::exists(path)) continue;
        fs::resize_file(path, tails == Tails::Lost ? size.synced : size.synced + tail / 2);
    }
    for (auto change = changes_.rbegin(); names == Names::Lost && change != changes_.rend();
         ++change) {
        if (!fs::exists(change->to)) continue;
        if (change->from.empty()) {
            fs::remove(change->to);
            continue;
        }
        fs::rename(change->to, change->from);
        if (change->replaced && !io::write_file_atomic(change->to, *change->replaced)) std::abort();
    }
    changes_.clear();
    sizes_.clear();
}

FaultyDisk::FaultyDisk() { reset(); }
FaultyDisk::~FaultyDisk() = default;
void FaultyDisk::reset() {
    files_ = std::make_shared<Files>();
    env_ = std::make_unique<World>(rocksdb::NewCompositeEnv(files_));
}
void FaultyDisk::plan(Fault fault, std::size_t operation) { files_->plan(fault, operation); }
std::size_t FaultyDisk::operations() const { return files_->operations(); }
bool FaultyDisk::has_unsynced_names() const { return files_->has_unsynced_names(); }
bool FaultyDisk::has_unsynced_tails() const { return files_->has_unsynced_tails(); }
void FaultyDisk::cut_power(Names names, Tails tails) { files_->cut_power(names, tails); }

}  // namespace cloister::crash
