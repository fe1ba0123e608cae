#include "doctor_checks.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

#include "harden.hpp"
#include "io/clock.hpp"
#include "io/fd.hpp"
#include "io/file.hpp"

namespace cloister::app {

namespace {

using State = Check::State;

constexpr rlim_t descriptors_min = 4096;
constexpr std::uint64_t room_bytes_min = std::uint64_t{2} << 30;
constexpr std::uint64_t sync_ms_max = 50;
// Nobody's clock is right before this: the first release of Cloister (2026-01-01).
constexpr std::uint64_t earliest_ms = 1'767'225'600'000;
constexpr int results_descriptor = 3;  // the measures close all above 4

std::string first_line(const std::string& path) {
    const auto bytes = io::read_file(path, 4096);
    if (!bytes) return "";
    const std::string text(text_of(*bytes));
    return text.substr(0, text.find('\n'));
}

// Takes every measure in a child, one letter each; what the child did not live to say is missing.
std::string try_measures() {
    auto pipe = io::socket_pair();
    if (!pipe) return "";
    const pid_t child = ::fork();
    if (child == 0) {
        if (::dup2(pipe->second.get(), results_descriptor) != results_descriptor) ::_exit(1);
        for (const Measure& measure : hardening_measures()) {
            const char letter = measure.take() ? 'y' : 'n';
            if (::write(results_descriptor, &letter, 1) != 1) ::_exit(1);
        }
        ::_exit(0);
    }
    pipe->second.reset();
    std::string out;
    char letter = 0;
    while (child > 0 && ::read(pipe->first.get(), &letter, 1) == 1) out += letter;
    if (child > 0) ::waitpid(child, nullptr, 0);
    return out;
}

Check check_kernel() {
    utsname name{};
    const bool known = ::uname(&name) == 0;
    return {"machine", "kernel", known ? State::Ok : State::Missing,
            known ? std::string(name.sysname) + " " + name.release : "unknown",
            known ? "" : "uname(2) fails here"};
}

Check check_landlock() {
    const long version = landlock_version();
    if (version < 1)
        return {"machine", "landlock_abi", State::Missing, "none",
                "boot with landlock in the parameter lsm="};
    return {"machine", "landlock_abi", State::Ok, "version " + std::to_string(version), ""};
}

Check check_secretmem() {
    const std::string value = first_line("/sys/module/secretmem/parameters/enable");
    if (value.empty())
        return {"machine", "secretmem", State::Absent, "the kernel says nothing of secretmem",
                "the line memfd_secret tells whether it works"};
    if (value != "Y")
        return {"machine", "secretmem", State::Missing, "switched off",
                "boot with secretmem.enable=1"};
    return {"machine", "secretmem", State::Ok, "switched on", ""};
}

Check check_yama() {
    const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
    if (scope.empty())
        return {"machine", "yama", State::Absent, "no Yama in this kernel",
                "nothing: the enclave lets nobody trace it by itself"};
    if (scope == "0")
        return {"machine", "yama", State::Absent, "ptrace_scope 0",
                "sysctl kernel.yama.ptrace_scope=1 keeps users from tracing the hosts too"};
    return {"machine", "yama", State::Ok, "ptrace_scope " + scope, ""};
}

Check check_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const bool enough = limit.rlim_max >= descriptors_min;
    return {"machine", "descriptors", enough ? State::Ok : State::Missing,
            "at most " + std::to_string(limit.rlim_max) + " open files",
            enough ? "" : "raise the hard limit to 4096: ulimit -Hn, or LimitNOFILE= of the unit"};
}

Check check_clock() {
    if (io::wall_now().value < earliest_ms)
        return {"machine", "clock", State::Missing, "years behind", "set the clock"};
    timex state{};
    if (::adjtimex(&state) == TIME_ERROR)
        return {"machine", "clock", State::Absent, "right as far as is known, but not synchronised",
                "run a time service such as systemd-timesyncd or chrony"};
    return {"machine", "clock", State::Ok, "synchronised", ""};
}

Check check_room(const std::string& path) {
    struct statvfs disk{};
    if (::statvfs(path.c_str(), &disk) != 0)
        return {"base path", "room", State::Missing, "unknown", std::strerror(errno)};
    const std::uint64_t bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const bool enough = bytes >= room_bytes_min;
    return {"base path", "room", enough ? State::Ok : State::Missing,
            std::to_string(bytes >> 20) + " MiB free",
            enough ? "" : "free 2048 MiB, or choose another --base-path"};
}

Check check_sync(const std::string& path) {
    const std::string file = path + "/.doctor";
    const std::uint64_t from = io::steady_now().value;
    const auto written = io::write_file_atomic(file, Bytes(4096));
    const std::uint64_t took = io::steady_now().value - from;
    const auto removed = io::remove_file(file);
    if (!written || !removed)
        return {"base path", "durable_writes", State::Missing, "cannot be written",
                "give this user the rights to write there"};
    const bool fast = took <= sync_ms_max;
    return {"base path", "durable_writes", fast ? State::Ok : State::Missing,
            std::to_string(took) + " ms for one",
            fast ? "" : "a block needs several: use a disk that syncs within 50 ms"};
}

}  // namespace

std::string_view name_of(Check::State state) {
    switch (state) {
        case State::Ok: return "ok";
        case State::Missing: return "missing";
        case State::Absent: return "absent";
    }
    std::unreachable();
}

std::vector<Check> check_hardening() {
    const std::string results = try_measures();
    std::vector<Check> out;
    for (const Measure& measure : hardening_measures()) {
        const bool had = out.size() < results.size() && results[out.size()] == 'y';
        out.push_back({"enclave", std::string(measure.name), had ? State::Ok : State::Missing,
                       std::string(measure.protects), had ? "" : std::string(measure.remedy)});
    }
    return out;
}

std::vector<Check> check_machine() {
    return {check_kernel(), check_landlock(),    check_secretmem(),
            check_yama(),   check_descriptors(), check_clock()};
}

std::vector<Check> check_tee() {
    struct Device {
        const char* name;
        const char* path;
        const char* what;
    };
    constexpr std::array<Device, 5> devices{{
        {"sgx", "/dev/sgx_enclave", "Intel SGX"},
        {"tdx", "/dev/tdx_guest", "Intel TDX guest"},
        {"sev_snp", "/dev/sev-guest", "AMD SEV-SNP guest"},
        {"nitro", "/dev/nsm", "AWS Nitro enclave"},
        {"tsm_reports", "/sys/kernel/config/tsm/report", "reports through configfs"},
    }};
    std::vector<Check> out;
    for (const Device& device : devices) {
        const bool there = ::access(device.path, F_OK) == 0;
        out.push_back({"tee", device.name, there ? State::Ok : State::Absent,
                       std::string(device.what) + (there ? ": " : ": no ") + device.path,
                       there ? "" : "only the simulated platform runs without TEE hardware"});
    }
    return out;
}

std::vector<Check> check_base_path(const std::string& path) {
    if (const auto made = io::ensure_directory(path); !made) {
        return {{"base path", "rights", State::Missing, path,
                 "this user can neither use nor make it: choose another --base-path"}};
    }
    const bool usable = ::access(path.c_str(), R_OK | W_OK | X_OK) == 0;
    return {{"base path", "rights", usable ? State::Ok : State::Missing, path,
             usable ? "" : "give this user all rights to it"},
            check_room(path),
            check_sync(path)};
}

}  // namespace cloister::app
