#include "contract_build.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/hex.hpp"
#include "contract/bundle.hpp"
#include "contract/engine.hpp"
#include "contract/host.hpp"
#include "contract/wasm_binary.hpp"
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
                           "name contracts/sdk of this repository"});
    }
    const auto self = io::own_program_path();
    for (const fs::path& start : {self ? fs::path(*self).parent_path() : fs::path(),
                                  fs::absolute(plan.source).parent_path(), fs::current_path()}) {
        if (const fs::path found = sdk_above(start); !found.empty()) return found;
    }
    return err(Problem{"NoSdk", "the contract SDK was not found",
                       "give --sdk DIRECTORY, or set CLOISTER_SDK"});
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
                       "install it: apt-get install clang-19 lld-19"});
}

// Before the compiler works for nothing.
Result<void, Problem> check_output(const std::string& output) {
    const fs::path folder = fs::absolute(output).parent_path();
    std::error_code ignored;
    if (fs::is_directory(output, ignored))
        return err(Problem{"BadOutput", output + " is a directory", "name a file with -o"});
    if (fs::is_directory(folder, ignored) && ::access(folder.c_str(), W_OK) == 0) return {};
    return err(Problem{"BadOutput", "no file can be written in " + folder.string(),
                       "make the directory, or name another file with -o"});
}

// The import at which a module is refused: not a host function, or not of its type.
std::string refused_import(ByteView wasm) {
    static std::string asked;
    static contract::FunctionType type;
    const auto find = [](std::string_view module,
                         std::string_view name) -> const contract::FunctionType* {
        constexpr std::string_view prefix = "seal_";
        asked = std::string(module) + "." + std::string(name);
        for (const contract::HostFunction& function : contract::host_functions()) {
            const bool prefixed = module != "cloister" && name.starts_with(prefix) &&
                                  function.name == name.substr(prefix.size());
            if (function.module != module || (function.name != name && !prefixed)) continue;
            type = contract::type_of(function);
            return &type;
        }
        return nullptr;
    };
    const auto shape = contract::inspect(wasm, contract::Limits{}, find);
    return !shape && shape.error() == contract::CodeError::ForbiddenImport ? asked : std::string();
}

// What deploying would only say as BadCode.
Result<void, Problem> check_code(const std::string& source, ByteView code) {
    const contract::Engine engine{contract::Limits{}};
    const auto compiled = engine.compile(code);
    if (compiled) return {};
    if (const std::string import = refused_import(code); !import.empty()) {
        return err(Problem{"ForbiddenImport",
                           source + " needs what an enclave does not have: " + import,
                           "leave out what reads files, clocks or the console"});
    }
    return err(Problem{std::string(contract::name_of(compiled.error())),
                       "an enclave would refuse the module of " + source,
                       "contracts/README.md says what a contract is"});
}

struct Removed {
    std::string path;
    ~Removed() {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
};

Result<void, Problem> compile(const BuildPlan& plan, const std::string& wasm) {
    CLOISTER_TRY(const fs::path sdk, find_sdk(plan));
    CLOISTER_TRY(const std::string program, find_compiler());
    const char* path = std::getenv("PATH");
    auto process = io::spawn(
        program, {.arguments = {"@" + (sdk / "flags.txt").string(), "-I" + sdk.string(),
                                "-I" + sdk.parent_path().string(),
                                "-I" + fs::absolute(plan.source).parent_path().string(),
                                plan.source, (sdk / "runtime.cpp").string(), "-o", wasm},
                  .name = program,
                  .environment = {std::string("PATH=") + (path == nullptr ? "/usr/bin" : path)}});
    if (!process) return err(problem_of(process.error()));
    if (process->wait().success()) return {};
    return err(Problem{"DoesNotCompile", plan.source + " does not compile",
                       "the compiler's words are above"});
}

}  // namespace

Result<Built, Problem> build_contract(const BuildPlan& plan) {
    if (!io::file_exists(plan.source))
        return err(Problem{"NotFound", "there is no " + plan.source, "name a C++ file"});
    CLOISTER_CHECK(check_output(plan.output));
    const fs::path output(plan.output);
    const std::string wasm = fs::path(output).replace_extension(".wasm").string();
    // Until all is well: a failed build leaves nothing, and an older module as it was.
    const Removed part{wasm + ".part"};
    CLOISTER_CHECK(compile(plan, part.path));
    const auto code = io::read_file(part.path, wasm_bytes_max);
    if (!code) return err(problem_of(code.error(), "a contract has at most 2 MiB"));
    CLOISTER_CHECK(check_code(plan.source, *code));
    const std::string name = output.stem().string();
    const auto bundle = contract::make_bundle({name, plan.version}, *code);
    if (!bundle) {
        return err(Problem{"NoDescription", plan.source + " declares no contract",
                           "declare one with CLOISTER_CONTRACT(...)"});
    }
    if (auto written = io::write_file_atomic(plan.output, view_of(*bundle), io::FileMode::Public);
        !written) {
        return err(problem_of(written.error()));
    }
    std::error_code failed;
    fs::rename(part.path, wasm, failed);
    if (failed)
        return err(
            Problem{"BadOutput", wasm + ": " + failed.message(), "name another file with -o"});
    return Built{.wasm_path = wasm,
                 .code_hash = base::to_hex_0x(crypto::blake2b_256(*code).view()),
                 .wasm_bytes = code->size()};
}

}  // namespace cloister::app
