#include "output.hpp"

#include <cstdio>

#include "codec/json/writer.hpp"
#include "io/clock.hpp"

namespace cloister::app {
namespace {

struct Words {
    const char* code;
    const char* hint;
};
Words words_of(io::ErrorCode code) {
    using enum io::ErrorCode;
    switch (code) {
        case NotFound: return {"NotFound", "check the name"};
        case Exists: return {"AlreadyExists", "choose another name, or remove what is there"};
        case Denied: return {"PermissionDenied", "check who may read and write there"};
        case TooLarge: return {"TooLarge", "check that it is the right file"};
        case Full: return {"NoRoom", "make room and try again"};
        case Refused: return {"ConnectionRefused", "is it running, and at this address?"};
        case TimedOut: return {"TimedOut", "try again; if it lasts, see the logs"};
        case Closed: return {"Closed", "try again; if it lasts, see the logs"};
        case Busy: return {"InUse", "stop what uses it and try again"};
        case Corrupt: return {"Corrupt", "restore it from a copy, or start anew without it"};
        case Malformed: return {"Malformed", "is the other side what you meant to talk to?"};
        case Failed: break;
    }
    return {"Failed", "the message has the system's word: resolve it and try again"};
}

}  // namespace

int print_error(Form form, const Problem& problem) {
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("error").begin_object();
        w.key("code").string(problem.code).key("message").string(problem.message);
        w.key("hint").string(problem.hint).end_object().end_object();
        print_line(w.text());
        return exit_failure;
    }
    std::fprintf(stderr, "error: %s (%s)\n", problem.message.c_str(), problem.code.c_str());
    if (!problem.hint.empty()) std::fprintf(stderr, "hint:  %s\n", problem.hint.c_str());
    return exit_failure;
}

void print_line(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void log_line(const std::string& code, const std::string& message) {
    const auto now = io::wall_now().value;
    std::fprintf(stderr, "%llu.%03llu %s %s\n", static_cast<unsigned long long>(now / 1000),
                 static_cast<unsigned long long>(now % 1000), code.c_str(), message.c_str());
}

Problem problem_of(const io::Error& error, std::string hint) {
    const Words words = words_of(error.code);
    return {.code = words.code,
            .message = error.text,
            .hint = hint.empty() ? words.hint : std::move(hint)};
}

}  // namespace cloister::app
