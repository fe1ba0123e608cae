#include "key_file.hpp"

#include <sys/stat.h>

#include "base/hex.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

Result<Bytes, Problem> read_private(const std::string& path, std::size_t bytes_max) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        return err(Problem{"NoKey", "there is no key file " + path,
                           "give a file, or //Name for a development account"});
    }
    if ((status.st_mode & 077) != 0) {
        return err(
            Problem{"KeyExposed", "others may read the key file " + path, "chmod 600 " + path});
    }
    auto bytes = io::read_file(path, bytes_max);
    if (!bytes) return err(problem_of(bytes.error()));
    return std::move(*bytes);
}

}  // namespace

Result<Secret<32>, Problem> read_seed_file(const std::string& path) {
    CLOISTER_TRY(Bytes bytes, read_private(path, 64));
    if (bytes.size() != 32)
        return err(Problem{"BadKey", path + " does not hold 32 bytes",
                           "name the key file that was stored with the request"});
    Secret<32> seed{ByteView(bytes)};
    base::wipe(bytes.data(), bytes.size());
    return seed;
}

Result<crypto::KeyPair, Problem> load_key(crypto::Scheme scheme, const std::string& source) {
    std::optional<crypto::KeyPair> key;
    if (source.starts_with("//")) {
        key = crypto::KeyPair::from_suri(scheme, source);
    } else {
        CLOISTER_TRY(Bytes bytes, read_private(source, 4096));
        std::string text(text_of(bytes));
        base::wipe(bytes.data(), bytes.size());
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
        const bool bare_hex = text.size() == 64 && base::from_hex(text).has_value();
        key = crypto::KeyPair::from_suri(scheme, bare_hex ? "0x" + text : text);
        base::wipe(text.data(), text.size());
    }
    if (!key)
        return err(Problem{"BadKey", "not a secret URI: " + source,
                           "//Alice, or a file with 0x and 64 digits"});
    return std::move(*key);
}

}  // namespace cloister::app
