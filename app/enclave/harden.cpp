#include "harden.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "secret_pages.hpp"
#include "system_calls.hpp"

namespace cloister::app {

namespace {

// The last of what the platform gives: nothing, log, log, host, platform.
constexpr unsigned descriptor_last = 4;
// Those, the runners' counters, and what the measures themselves open for a moment.
constexpr rlim_t descriptors_max = 16;

bool limit(__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    return ::setrlimit(resource, &both) == 0;
}

bool take_no_new_privileges() { return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0; }
bool take_not_dumpable() { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0; }
bool take_no_core() { return limit(RLIMIT_CORE, 0); }
bool take_few_descriptors() { return limit(RLIMIT_NOFILE, descriptors_max); }
bool take_no_processes() { return limit(RLIMIT_NPROC, 0); }
bool take_own_descriptors() { return ::syscall(SYS_close_range, descriptor_last + 1, ~0U, 0) == 0; }

// Landlock's own numbers (landlock(7)), since headers are older than kernels.
constexpr long landlock_create_ruleset = 444;
constexpr long landlock_restrict_self = 446;
constexpr unsigned long landlock_version_flag = 1;
constexpr long network_since = 4;
constexpr long scope_since = 6;
struct LandlockRuleset {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scoped;
};

// A ruleset without a rule: all that the kernel's version can refuse is refused.
bool take_landlock() {
    const long version = landlock_version();
    if (version < 1) return false;
    // Rights to files: 13 in version 1, then refer, truncate and device ioctl.
    const int file_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    LandlockRuleset rules{(std::uint64_t{1} << file_rights) - 1, 0, 0};
    if (version >= network_since) rules.network = 3;  // bind, connect
    if (version >= scope_since) rules.scoped = 3;     // abstract sockets, signals to others
    const std::size_t size = version >= scope_since ? 24 : version >= network_since ? 16 : 8;
    const long file = ::syscall(landlock_create_ruleset, &rules, size, 0);
    if (file < 0) return false;
    const bool done = ::syscall(landlock_restrict_self, file, 0) == 0;
    ::close(static_cast<int>(file));
    return done;
}
bool has_landlock_network() { return landlock_version() >= network_since; }
bool has_landlock_scope() { return landlock_version() >= scope_since; }

using When = Measure::When;
constexpr std::array<Measure, 11> measures{{
    {"no_new_privs", "no program that it starts gains rights", "Linux 3.5 or newer", When::AtStart,
     take_no_new_privileges},
    {"not_dumpable", "other processes of its user neither trace nor read it, no core dumps",
     "any Linux", When::AtStart, take_not_dumpable},
    {"no_core", "a crash writes no memory to disk", "any Linux", When::AtStart, take_no_core},
    {"own_descriptors", "nothing of the launcher's stays open in it", "Linux 5.9 or newer",
     When::AtStart, take_own_descriptors},
    {"few_descriptors", "it cannot open many files even before the filter", "any Linux",
     When::AtStart, take_few_descriptors},
    {"landlock", "it opens no file by its path",
     "Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK, and landlock in the boot parameter lsm=",
     When::AtStart, take_landlock},
    {"landlock_network", "it binds and connects no TCP socket", "Linux 6.7 or newer with Landlock",
     When::AtStart, has_landlock_network},
    {"landlock_scope", "it reaches no abstract socket and signals no process outside",
     "Linux 6.12 or newer with Landlock", When::AtStart, has_landlock_scope},
    {"memfd_secret", "root and the kernel itself do not read the long-term keys",
     "Linux 5.14 or newer with CONFIG_SECRETMEM; before 6.5 the boot parameter secretmem.enable=1; "
     "a limit of locked memory (ulimit -l) of 8192 KiB",
     When::AtStart, can_map_secret_pages},
    {"no_processes", "it makes no thread or process", "any Linux", When::BeforeServing,
     take_no_processes},
    {"seccomp", "any other system call than the listed ones kills it",
     "Linux 4.14 or newer with CONFIG_SECCOMP_FILTER", When::BeforeServing, restrict_system_calls},
}};

}  // namespace

long landlock_version() {
    return ::syscall(landlock_create_ruleset, nullptr, 0, landlock_version_flag);
}

std::span<const Measure> hardening_measures() { return measures; }

std::vector<const Measure*> harden(Measure::When when) {
    std::vector<const Measure*> missing;
    for (const Measure& measure : measures) {
        if (measure.when == when && !measure.take()) missing.push_back(&measure);
    }
    return missing;
}

}  // namespace cloister::app
