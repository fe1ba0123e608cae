#include "io/error.hpp"

#include <cerrno>
#include <system_error>

namespace cloister::io {
namespace {

ErrorCode code_of(int number) {
    switch (number) {
        case ENOENT:
        case ESRCH:
        case EHOSTUNREACH:
        case ENETUNREACH: return ErrorCode::NotFound;
        case EEXIST:
        case EADDRINUSE: return ErrorCode::Exists;
        case EACCES:
        case EPERM:
        case EROFS: return ErrorCode::Denied;
        case E2BIG:
        case EFBIG:
        case EMSGSIZE:
        case ENAMETOOLONG: return ErrorCode::TooLarge;
        case ENOSPC:
        case EDQUOT:
        case EMFILE:
        case ENFILE:
        case ENOMEM: return ErrorCode::Full;
        case ECONNREFUSED: return ErrorCode::Refused;
        case ETIMEDOUT: return ErrorCode::TimedOut;
        case EPIPE:
        case ECONNRESET:
        case ECONNABORTED:
        case ENOTCONN: return ErrorCode::Closed;
        case EBUSY:
        case ETXTBSY:
        case EAGAIN: return ErrorCode::Busy;
        default: return ErrorCode::Failed;
    }
}

}  // namespace

std::string_view name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::NotFound: return "not found";
        case ErrorCode::Exists: return "already exists";
        case ErrorCode::Denied: return "permission denied";
        case ErrorCode::TooLarge: return "too large";
        case ErrorCode::Full: return "no room";
        case ErrorCode::Refused: return "connection refused";
        case ErrorCode::TimedOut: return "timed out";
        case ErrorCode::Closed: return "closed by the other side";
        case ErrorCode::Busy: return "in use";
        case ErrorCode::Corrupt: return "corrupt";
        case ErrorCode::Malformed: return "malformed";
        case ErrorCode::Failed: return "failed";
    }
    return "failed";
}

Error error_from_errno(std::string_view what) { return error_from_errno(what, errno); }

Error error_from_errno(std::string_view what, int number) {
    std::string text(what);
    text += ": ";
    text += std::generic_category().message(number);
    return {.code = code_of(number), .text = std::move(text)};
}

}  // namespace cloister::io
