#include "io/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/hex.hpp"
#include "io/entropy.hpp"
#include "io/fd.hpp"

namespace cloister::io {
namespace {

namespace fs = std::filesystem;

std::string doing(const char* verb, const std::string& path) {
    return std::string(verb) + " " + path;
}

constexpr std::string_view temporary_suffix = ".tmp";
constexpr std::size_t temporary_digits = 16;

// An open file of whichever disk.
class Opened {
  public:
    Opened(FileCalls& calls, const std::string& path, int flags, mode_t mode = 0)
        : calls_(calls), fd_(calls.open(path, flags | O_CLOEXEC, mode)) {}
    ~Opened() {
        if (fd_ >= 0) calls_.close(fd_);
    }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

    bool valid() const { return fd_ >= 0; }
    bool sync() { return calls_.fsync(fd_) == 0; }
    ssize_t write(ByteView bytes) { return calls_.write(fd_, bytes); }

  private:
    FileCalls& calls_;
    int fd_;
};

Result<void, Error> write_all(Opened& file, ByteView bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t count = file.write(bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return err(error_from_errno(doing("write", path)));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void, Error> sync_directory_of(const std::string& path, FileCalls& calls) {
    const fs::path parent = fs::path(path).parent_path();
    const std::string directory = parent.empty() ? "." : parent.string();
    Opened opened(calls, directory, O_RDONLY | O_DIRECTORY);
    if (!opened.valid() || !opened.sync()) {
        return err(error_from_errno(doing("sync directory", directory)));
    }
    return {};
}

Result<void, Error> write_and_sync(const std::string& path, ByteView bytes, FileMode mode,
                                   FileCalls& calls) {
    const mode_t bits = mode == FileMode::Private ? 0600 : 0644;
    Opened file(calls, path, O_WRONLY | O_CREAT | O_EXCL, bits);
    if (!file.valid()) return err(error_from_errno(doing("create", path)));
    CLOISTER_CHECK(write_all(file, bytes, path));
    if (!file.sync()) return err(error_from_errno(doing("sync", path)));
    return {};
}

bool is_leftover(std::string_view name) {
    constexpr std::size_t tail = 1 + temporary_digits + temporary_suffix.size();
    if (name.size() <= tail || !name.ends_with(temporary_suffix)) return false;
    const std::string_view digits = name.substr(name.size() - tail + 1, temporary_digits);
    return name[name.size() - tail] == '.' &&
           digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

}  // namespace

Result<Bytes, Error> read_file(const std::string& path, std::size_t bytes_max) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return err(error_from_errno(doing("open", path)));
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return err(error_from_errno(doing("examine", path)));
    const auto claimed = static_cast<std::size_t>(status.st_size);
    Bytes out;
    // The claim only sizes the first read: files of /proc claim nothing and a file may grow
    // meanwhile.
    std::size_t chunk = std::min(claimed, bytes_max) + 1;
    for (;;) {
        const std::size_t have = out.size();
        out.resize(have + std::min(chunk, bytes_max + 1 - have));
        const ssize_t count = ::read(fd.get(), out.data() + have, out.size() - have);
        const int number = errno;
        out.resize(have + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 && number != EINTR) return err(error_from_errno(doing("read", path), number));
        if (count == 0) return out;
        if (out.size() > bytes_max) {
            return err(Error{ErrorCode::TooLarge, doing("read", path) + ": more than " +
                                                      std::to_string(bytes_max) + " bytes"});
        }
        chunk = 65536;
    }
}

Result<void, Error> write_file_atomic(const std::string& path, ByteView bytes, FileMode mode,
                                      FileCalls& calls) {
    std::array<std::uint8_t, temporary_digits / 2> suffix{};
    fill_random(suffix);
    const std::string temporary = path + "." + base::to_hex(suffix) + std::string(temporary_suffix);
    auto written = write_and_sync(temporary, bytes, mode, calls);
    if (written.has_value() && calls.rename(temporary, path) != 0) {
        written = err(error_from_errno(doing("replace", path)));
    }
    if (!written.has_value()) {
        calls.unlink(temporary);
        return written;
    }
    return sync_directory_of(path, calls);
}

Result<void, Error> remove_leftovers(const std::string& directory) {
    CLOISTER_TRY(const auto names, list_directory(directory));
    for (const std::string& name : names) {
        if (is_leftover(name)) CLOISTER_CHECK(remove_file(directory + "/" + name));
    }
    return {};
}

Result<void, Error> ensure_directory(const std::string& path, FileCalls& calls) {
    const fs::path whole(path);
    fs::path so_far;
    for (auto part = whole.begin(); part != whole.end(); ++part) {
        so_far /= *part;
        const bool made = calls.mkdir(so_far.string(), 0700) == 0;
        if (!made && errno != EEXIST && errno != EROFS) {
            return err(error_from_errno(doing("make directory", so_far.string())));
        }
        // A run that was killed may have made the last one and not synced it.
        const bool last = std::next(part) == whole.end();
        if (made || last) CLOISTER_CHECK(sync_directory_of(so_far.string(), calls));
    }
    const Opened opened(calls, path, O_RDONLY | O_DIRECTORY);
    if (opened.valid()) return {};
    return err(Error{ErrorCode::Exists, doing("make directory", path) + ": not a directory"});
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<void, Error> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return err(error_from_errno(doing("remove", path)));
    }
    return {};
}

Result<void, Error> remove_tree(const std::string& path) {
    std::error_code code;
    fs::remove_all(path, code);
    if (code) return err(error_from_errno(doing("remove", path), code.value()));
    return {};
}

Result<std::vector<std::string>, Error> list_directory(const std::string& path) {
    std::error_code code;
    std::vector<std::string> names;
    fs::directory_iterator at(path, code);
    while (!code && at != fs::directory_iterator()) {
        names.push_back(at->path().filename().string());
        at.increment(code);
    }
    if (code) return err(error_from_errno(doing("list", path), code.value()));
    std::ranges::sort(names);
    return names;
}

Result<std::string, Error> make_temporary_directory(const std::string& prefix) {
    const char* base = std::getenv("TMPDIR");
    std::string path =
        std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/" + prefix + "XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) return err(error_from_errno(doing("make", path)));
    return path;
}

}  // namespace cloister::io
