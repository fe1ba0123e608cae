#include "store.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "codec/scale/scale.hpp"
#include "descriptor.hpp"

namespace cloister::platform {

namespace {

constexpr std::size_t seed_file_bytes = 40;
constexpr std::uint64_t backdated_seconds = 86400;  // so that a chain's clock may lag behind ours

std::string failure(std::string_view what, const std::string& path) {
    return std::string(what) + " " + path + ": " + std::strerror(errno);
}

bool write_all(int file, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

bool sync_directory(const std::string& directory) {
    const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.open() && ::fsync(folder.number()) == 0;
}

std::string temporary_of(const std::string& path) {
    return path + "." + std::to_string(::getpid()) + ".new";
}

bool write_temporary(const std::string& path, ByteView bytes, mode_t mode) {
    ::unlink(path.c_str());
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    return file.open() && write_all(file.number(), bytes) && ::fsync(file.number()) == 0;
}

Result<void, std::string> publish(const std::string& path, ByteView bytes) {
    const std::string temporary = temporary_of(path);
    if (!write_temporary(temporary, bytes, 0644) ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
        return err(failure("cannot write", path));
    }
    return {};
}

// Another process that makes one at the same time wins or loses as a whole: link() replaces
// nothing.
Result<void, std::string> create_seed(const std::string& directory, const std::string& path) {
    Bytes contents(32);
    if (::getrandom(contents.data(), contents.size(), 0) != 32)
        return err(failure("no entropy for", path));
    append(contents,
           scale::encode(static_cast<std::uint64_t>(std::time(nullptr)) - backdated_seconds));
    const std::string temporary = temporary_of(path);
    const bool written = write_temporary(temporary, contents, 0600);
    base::wipe(contents.data(), contents.size());
    if (!written) return err(failure("cannot write", temporary));
    const bool linked = ::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST;
    std::string reason = linked ? "" : failure("cannot create", path);
    ::unlink(temporary.c_str());
    if (!linked) return err(std::move(reason));
    if (!sync_directory(directory)) return err(failure("cannot sync", directory));
    return {};
}

Result<Platform, std::string> load(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status{};
    if (!file.open() || ::fstat(file.number(), &status) != 0)
        return err(failure("cannot open", path));
    if ((status.st_mode & 077) != 0) {
        return err(path + " is readable by others; it holds the platform's keys: chmod 600 it");
    }
    Bytes contents(seed_file_bytes + 1);
    const ssize_t size = ::read(file.number(), contents.data(), contents.size());
    if (size != static_cast<ssize_t>(seed_file_bytes))
        return err(path + " is not a platform seed of 40 bytes");
    Secret<32> seed(ByteView(contents).first(32));
    const auto not_before = scale::decode<std::uint64_t>(ByteView(contents).subspan(32, 8));
    base::wipe(contents.data(), contents.size());
    constexpr std::uint64_t year_9900 = 250'000'000'000;
    if (*not_before > year_9900) return err(path + " holds an impossible date");
    return Platform(std::move(seed), *not_before);
}

}  // namespace

std::string collateral_path(const std::string& directory) {
    return directory + "/collateral.scale";
}

Result<Platform, std::string> open_platform(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return err(failure("cannot make the directory", directory));
    }
    const std::string path = directory + "/platform.seed";
    if (::access(path.c_str(), F_OK) != 0) CLOISTER_CHECK(create_seed(directory, path));
    CLOISTER_TRY(Platform platform, load(path));
    CLOISTER_CHECK(publish(directory + "/root.der", platform.root_certificate_der()));
    CLOISTER_CHECK(publish(collateral_path(directory), scale::encode(platform.collateral())));
    return platform;
}

}  // namespace cloister::platform
