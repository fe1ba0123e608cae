// How every command talks: results as text or JSON lines on standard output, and errors with a
// code, a message and what to do next: as text on standard error, or as {"error":{...}} on standard
// output under --json.
#pragma once

#include <string>

#include "base/result.hpp"
#include "io/error.hpp"

namespace cloister::app {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 64;  // sysexits.h, EX_USAGE

struct Problem {
    std::string code;     // one CamelCase word that programs decide by
    std::string message;  // what was wrong
    std::string hint;     // what to do next
};

enum class Form { Text, Json };
constexpr Form form_of(bool json) { return json ? Form::Json : Form::Text; }

// Prints it and returns `exit_failure`.
int print_error(Form form, const Problem& problem);
// One line, flushed at once: supervisors wait for it.
void print_line(const std::string& line);
// A line of a log, on standard error.
void log_line(const std::string& code, const std::string& message);

// Without a hint of the caller's: the general one for such an error.
Problem problem_of(const io::Error& error, std::string hint = {});

}  // namespace cloister::app
