// Whole files: read with a limit, replaced atomically.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/error.hpp"

namespace cloister::io {

enum class FileMode { Private, Public };  // 0600 and 0644

// TooLarge if the file has more than `bytes_max` bytes; no more are read than that and one.
Result<Bytes, Error> read_file(const std::string& path, std::size_t bytes_max);
// After it returns well, the path has all of `bytes` even through a power cut; before, all of what
// it had.
Result<void, Error> write_file_atomic(const std::string& path, ByteView bytes,
                                      FileMode mode = FileMode::Private);
// Makes the directory and its missing parents, 0700.
Result<void, Error> ensure_directory(const std::string& path);
bool file_exists(const std::string& path);
// Well also if there is no such file.
Result<void, Error> remove_file(const std::string& path);
Result<void, Error> remove_tree(const std::string& path);
// Names in the directory, sorted, without `.` and `..`.
Result<std::vector<std::string>, Error> list_directory(const std::string& path);
// A fresh directory below $TMPDIR or /tmp whose name begins with `prefix`.
Result<std::string, Error> make_temporary_directory(const std::string& prefix);

}  // namespace cloister::io
