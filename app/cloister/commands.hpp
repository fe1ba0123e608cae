// The subcommands of `cloister`. Each lives in a file of its own, `NAME_command.cpp`, which adds
// its options to the parser and leaves what to do in the invocation. A new one is a file, a
// declaration and an entry here.
#pragma once

#include <array>
#include <functional>

namespace CLI {
class App;
}

namespace cloister::app {

// What the command line asked for. The action returns the exit code (output.hpp) and runs after
// parsing.
struct Invocation {
    bool json = false;  // global --json: results and errors as JSON on standard output
    std::function<int()> action;
};

void add_attest(CLI::App& app, Invocation& invocation);
void add_contract(CLI::App& app, Invocation& invocation);
void add_demo(CLI::App& app, Invocation& invocation);
void add_dev(CLI::App& app, Invocation& invocation);
void add_doctor(CLI::App& app, Invocation& invocation);
void add_key(CLI::App& app, Invocation& invocation);
void add_node(CLI::App& app, Invocation& invocation);
void add_party(CLI::App& app, Invocation& invocation);
void add_proof(CLI::App& app, Invocation& invocation);
void add_task(CLI::App& app, Invocation& invocation);
void add_worker(CLI::App& app, Invocation& invocation);

inline constexpr std::array all_commands{add_attest, add_contract, add_demo,  add_dev,
                                         add_doctor, add_key,      add_node,  add_party,
                                         add_proof,  add_task,     add_worker};

}  // namespace cloister::app
