#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace cloister {
namespace {

// As the linker spells them; C++ ones by a part of their mangled name (below).
const std::set<std::string> forbidden = {
    // clocks and sleep
    "clock", "clock_gettime", "gettimeofday", "time", "localtime", "localtime_r", "gmtime",
    "mktime", "timespec_get", "nanosleep", "clock_nanosleep", "usleep", "sleep",
    // randomness
    "rand", "rand_r", "random", "srand", "srandom", "drand48", "getrandom", "getentropy",
    "arc4random", "randombytes", "randombytes_buf", "randombytes_random", "randombytes_uniform",
    "RAND_bytes", "RAND_priv_bytes",
    // files
    "open", "open64", "openat", "creat", "fopen", "fopen64", "fdopen", "freopen", "read", "pread",
    "pwrite", "fread", "fgets", "stat", "fstat", "lstat", "rename", "unlink", "mkdir", "opendir",
    "readdir", "mmap", "mmap64", "memfd_create", "ioctl", "fcntl", "fcntl64",
    // sockets
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "send", "sendto",
    "sendmsg", "recv", "recvfrom", "recvmsg", "poll", "ppoll", "select", "epoll_wait",
    "getaddrinfo",
    // processes, threads, environment, locale
    "fork", "vfork", "execve", "execv", "execvp", "posix_spawn", "system", "popen", "kill",
    "signal", "sigaction", "pthread_create", "pthread_mutex_lock", "dlopen", "dlsym", "syscall",
    "getenv", "secure_getenv", "setlocale"};

const std::vector<std::string> forbidden_parts = {"St6chrono3_V212system_clock3now",
                                                  "St6chrono3_V212steady_clock3now",
                                                  "St13random_device",
                                                  "St13basic_filebuf",
                                                  "St14basic_ifstream",
                                                  "St14basic_ofstream",
                                                  "St13basic_fstream",
                                                  "NSt10filesystem",
                                                  "St6thread",
                                                  "_ZSt4cout",
                                                  "_ZSt4cerr",
                                                  "_ZSt3cin",
                                                  "_ZSt4clog"};

bool is_forbidden(std::string symbol) {
    if (const std::size_t version = symbol.find('@'); version != std::string::npos) {
        symbol.resize(version);
    }
    if (forbidden.contains(symbol)) return true;
    // FORTIFY renames what it checks: __read_chk is read.
    if (symbol.starts_with("__") && symbol.ends_with("_chk")) {
        return forbidden.contains(symbol.substr(2, symbol.size() - 6));
    }
    for (const std::string& part : forbidden_parts) {
        if (symbol.find(part) != std::string::npos) return true;
    }
    return false;
}

std::vector<std::string> archives() {
    std::vector<std::string> out;
    std::ifstream file(CLOISTER_ARCHIVES);
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) out.push_back(line);
    }
    return out;
}

// "archive:object: U symbol" for each undefined symbol.
std::vector<std::string> undefined_in(const std::string& archive, int& status) {
    std::vector<std::string> out;
    std::string command = CLOISTER_NM " -A -P -u '";
    command.append(archive).append("'");
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return out;
    std::string text;
    std::array<char, 65536> chunk{};
    for (std::size_t count = 0; (count = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
        text.append(chunk.data(), count);
    }
    status = ::pclose(pipe);
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        out.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

// `path/libx.a[object.o]: symbol U`
std::string symbol_of(const std::string& line) {
    const std::size_t start = line.find("]: ");
    if (start == std::string::npos) return "";
    return line.substr(start + 3, line.find(' ', start + 3) - start - 3);
}

TEST(Purity, CoresCallNoClockRandomnessFileOrSocket) {
    const std::vector<std::string> cores = archives();
    ASSERT_FALSE(cores.empty());
    for (const std::string& core : cores) {
        int status = -1;
        const std::vector<std::string> lines = undefined_in(core, status);
        ASSERT_EQ(status, 0) << "nm could not read " << core;
        for (const std::string& line : lines) {
            EXPECT_FALSE(is_forbidden(symbol_of(line))) << line.substr(line.rfind('/') + 1);
        }
    }
}

TEST(Purity, RecognisesWhatItLooksFor) {
    for (const char* bad :
         {"clock_gettime", "getrandom@GLIBC_2.25", "__read_chk", "socket",
          "_ZNSt6chrono3_V212steady_clock3nowEv", "_ZNSt13random_device9_M_getvalEv"}) {
        EXPECT_TRUE(is_forbidden(bad)) << bad;
    }
    for (const char* good : {"memcpy", "_Znwm", "abort", "__memcpy_chk", "crypto_sign_detached"}) {
        EXPECT_FALSE(is_forbidden(good)) << good;
    }
    EXPECT_EQ(symbol_of("build/liba.a[a.cpp.o]: memcpy U         "), "memcpy");
}

}  // namespace
}  // namespace cloister
