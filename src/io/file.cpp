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

Result<void, Error> write_all(int fd, ByteView bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return err(error_from_errno(doing("write", path)));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void, Error> sync_directory_of(const std::string& path) {
    const fs::path parent = fs::path(path).parent_path();
    const std::string directory = parent.empty() ? "." : parent.string();
    const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() || ::fsync(fd.get()) != 0) {
        return err(error_from_errno(doing("sync directory", directory)));
    }
    return {};
}

Result<void, Error> write_and_sync(const std::string& path, ByteView bytes, FileMode mode) {
    const mode_t bits = mode == FileMode::Private ? 0600 : 0644;
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, bits));
    if (!fd.valid()) return err(error_from_errno(doing("create", path)));
    CLOISTER_CHECK(write_all(fd.get(), bytes, path));
    if (::fsync(fd.get()) != 0) return err(error_from_errno(doing("sync", path)));
    return {};
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

Result<void, Error> write_file_atomic(const std::string& path, ByteView bytes, FileMode mode) {
    std::array<std::uint8_t, 8> suffix{};
    fill_random(suffix);
    const std::string temporary = path + "." + base::to_hex(suffix) + ".tmp";
    auto written = write_and_sync(temporary, bytes, mode);
    if (written.has_value() && ::rename(temporary.c_str(), path.c_str()) != 0) {
        written = err(error_from_errno(doing("replace", path)));
    }
    if (!written.has_value()) {
        ::unlink(temporary.c_str());
        return written;
    }
    return sync_directory_of(path);
}

Result<void, Error> ensure_directory(const std::string& path) {
    const fs::path whole(path);
    fs::path so_far;
    for (const fs::path& part : whole) {
        so_far /= part;
        if (::mkdir(so_far.c_str(), 0700) == 0 || errno == EEXIST || errno == EROFS) continue;
        return err(error_from_errno(doing("make directory", so_far.string())));
    }
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return err(Error{ErrorCode::Exists, doing("make directory", path) + ": not a directory"});
    }
    return {};
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
