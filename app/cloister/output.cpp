#include "output.hpp"

#include <cstdio>

#include "codec/json/writer.hpp"
#include "io/clock.hpp"

namespace cloister::app {

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
    return {.code = std::string(io::name_of(error.code)),
            .message = error.text,
            .hint = std::move(hint)};
}

}  // namespace cloister::app
