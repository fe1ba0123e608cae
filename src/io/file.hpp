// Whole files: read with a limit, replaced atomically.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/error.hpp"
#include "io/file_calls.hpp"

namespace cloister::io {

enum class FileMode { Private, Public };  // 0600 and 0644

// TooLarge if the file has more than `bytes_max` bytes; no more are read than that and one.
Result<Bytes, Error> read_file(const std::string& path, std::size_t bytes_max);
// After it returns well, the path has all of `bytes` even through a power cut; before, all of what
// it had. After an error it has one or the other.
Result<void, Error> write_file_atomic(const std::string& path, ByteView bytes,
                                      FileMode mode = FileMode::Private,
                                      FileCalls& calls = system_calls());
// Removes from the directory what write_file_atomic leaves there when the process is killed in it.
// Nobody else may be writing there at the time.
Result<void, Error> remove_leftovers(const std::string& directory);
// Makes the directory and its missing parents, 0700, and has them outlive a power cut: a file that
// is synced inside would be lost with its directory.
Result<void, Error> ensure_directory(const std::string& path, FileCalls& calls = system_calls());
bool file_exists(const std::string& path);
// Well also if there is no such file.
Result<void, Error> remove_file(const std::string& path);
Result<void, Error> remove_tree(const std::string& path);
// Names in the directory, sorted, without `.` and `..`.
Result<std::vector<std::string>, Error> list_directory(const std::string& path);
// A fresh directory below $TMPDIR or /tmp whose name begins with `prefix`.
Result<std::string, Error> make_temporary_directory(const std::string& prefix);

}  // namespace cloister::io
