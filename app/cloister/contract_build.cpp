#include "contract_build.hpp"

#include <cstdlib>
#include <filesystem>

#include "base/hex.hpp"
#include "contract/bundle.hpp"
#include "crypto/hash.hpp"
#include "io/file.hpp"
#include "io/process.hpp"

namespace cloister::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view compiler = "clang++-19";
constexpr std::size_t wasm_bytes_max = 2U << 20;

bool is_sdk(const fs::path& path) { return fs::is_regular_file(path / "flags.txt"); }

// `contracts/sdk` in a folder or in one of its parents.
fs::path sdk_above(fs::path folder) {
    for (; !folder.empty(); folder = folder.parent_path()) {
        if (is_sdk(folder / "contracts/sdk")) return folder / "contracts/sdk";
        if (is_sdk(folder / "share/cloister/sdk")) return folder / "share/cloister/sdk";
        if (folder == folder.root_path()) break;
    }
    return {};
}

Result<fs::path, Problem> find_sdk(const BuildPlan& plan) {
    std::string named = plan.sdk;
    if (const char* variable = std::getenv("CLOISTER_SDK"); named.empty() && variable != nullptr)
        named = variable;
    if (!named.empty()) {
        if (is_sdk(named)) return fs::absolute(named);
        return err(Problem{"NoSdk", named + " is not a contract SDK: it has no flags.txt",
                           "contracts/sdk of this repository"});
    }
    const auto self = io::own_program_path();
    for (const fs::path& start : {self ? fs::path(*self).parent_path() : fs::path(),
                                  fs::absolute(plan.source).parent_path(), fs::current_path()}) {
        if (const fs::path found = sdk_above(start); !found.empty()) return found;
    }
    return err(
        Problem{"NoSdk", "the contract SDK was not found", "--sdk DIRECTORY, or CLOISTER_SDK"});
}

Result<std::string, Problem> find_compiler() {
    const char* variable = std::getenv("PATH");
    std::string rest = variable == nullptr ? "/usr/bin" : variable;
    while (!rest.empty()) {
        const std::size_t end = rest.find(':');
        const fs::path candidate = fs::path(rest.substr(0, end)) / compiler;
        if (fs::is_regular_file(candidate)) return candidate.string();
        rest = end == std::string::npos ? std::string() : rest.substr(end + 1);
    }
    return err(Problem{"NoCompiler", std::string(compiler) + " is not on the PATH",
                       "apt-get install clang-19 lld-19"});
}

}  // namespace

Result<Built, Problem> build_contract(const BuildPlan& plan) {
    if (!io::file_exists(plan.source))
        return err(Problem{"NotFound", "there is no " + plan.source, "name a C++ file"});
    CLOISTER_TRY(const fs::path sdk, find_sdk(plan));
    CLOISTER_TRY(const std::string program, find_compiler());
    const fs::path output(plan.output);
    const std::string wasm = fs::path(output).replace_extension(".wasm").string();
    const char* path = std::getenv("PATH");
    auto process = io::spawn(
        program, {.arguments = {"@" + (sdk / "flags.txt").string(), "-I" + sdk.string(),
                                "-I" + sdk.parent_path().string(),
                                "-I" + fs::absolute(plan.source).parent_path().string(),
                                plan.source, (sdk / "runtime.cpp").string(), "-o", wasm},
                  .name = program,
                  .environment = {std::string("PATH=") + (path == nullptr ? "/usr/bin" : path)}});
    if (!process) return err(problem_of(process.error()));
    if (!process->wait().success()) {
        return err(Problem{"DoesNotCompile", plan.source + " does not compile",
                           "the compiler's words are above"});
    }
    const auto code = io::read_file(wasm, wasm_bytes_max);
    if (!code) return err(problem_of(code.error(), "a contract has at most 2 MiB"));
    const std::string name = output.stem().string();
    const auto bundle = contract::make_bundle({name, plan.version}, *code);
    if (!bundle) {
        return err(Problem{"NoDescription", plan.source + " declares no contract",
                           "CLOISTER_CONTRACT(...) does"});
    }
    if (auto written = io::write_file_atomic(plan.output, view_of(*bundle), io::FileMode::Public);
        !written) {
        return err(problem_of(written.error()));
    }
    return Built{.wasm_path = wasm,
                 .code_hash = base::to_hex_0x(crypto::blake2b_256(*code).view()),
                 .wasm_bytes = code->size()};
}

}  // namespace cloister::app
