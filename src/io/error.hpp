// What the world can refuse: one code that programs decide by and a sentence that people read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cloister::io {

enum class ErrorCode {
    NotFound,   // no such file, program or host
    Exists,     // the name is taken
    Denied,     // permission refused
    TooLarge,   // more bytes than the stated limit
    Full,       // disk, queue or table has no room
    Refused,    // nobody listens there
    TimedOut,   // the deadline passed
    Closed,     // the other side went away
    Busy,       // held by another process
    Corrupt,    // stored bytes are not what was written
    Malformed,  // bytes that break the protocol
    Failed,     // anything else; the text has the system's word
};

// The enumerator's name in words, for logs and JSON.
std::string_view name_of(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Failed;
    std::string text{};  // what was tried and why it failed, one line
};

// The current or given errno after trying `what`.
Error error_from_errno(std::string_view what);
Error error_from_errno(std::string_view what, int number);

}  // namespace cloister::io
