#include "enclave_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

#include "crypto/hash.hpp"

namespace cloister::platform {

namespace {

constexpr int exec_failed_code = 127;
constexpr int program_descriptor = 5;  // closed by the exec itself
constexpr int parking_descriptor_min = 16;

Descriptor make_memfd() {
    // Kernels from 6.3 on want to be told that a memfd will be executed; older ones refuse the
    // flag.
    constexpr unsigned mfd_exec = 0x10;
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const int file = ::memfd_create("enclave", flags | mfd_exec);
    if (file >= 0 || errno != EINVAL) return Descriptor(file);
    return Descriptor(::memfd_create("enclave", flags));
}

Result<Descriptor, LaunchError> copy_sealed(const std::string& path) {
    const Descriptor source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (!source.open() || ::fstat(source.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size <= 0 ||
        static_cast<std::uint64_t>(status.st_size) > enclave_file_bytes_max) {
        return err(LaunchError::UnreadableProgram);
    }
    Descriptor copy = make_memfd();
    if (!copy.open()) return err(LaunchError::LaunchFailed);
    auto left = static_cast<std::size_t>(status.st_size);
    while (left > 0) {
        const ssize_t count = ::sendfile(copy.number(), source.number(), nullptr, left);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return err(LaunchError::UnreadableProgram);
        left -= static_cast<std::size_t>(count);
    }
    constexpr int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (::fcntl(copy.number(), F_ADD_SEALS, seals) != 0) return err(LaunchError::LaunchFailed);
    return copy;
}

// Hashes what is sealed, not what was read: nothing can come between the measured and the executed
// bytes.
Result<Measurement, LaunchError> measure(const Descriptor& sealed) {
    struct stat status{};
    if (::fstat(sealed.number(), &status) != 0) return err(LaunchError::LaunchFailed);
    const auto size = static_cast<std::size_t>(status.st_size);
    void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, sealed.number(), 0);
    if (mapping == MAP_FAILED) return err(LaunchError::LaunchFailed);
    const Hash256 digest = crypto::sha256({static_cast<const std::uint8_t*>(mapping), size});
    ::munmap(mapping, size);
    return Measurement(digest.array());
}

struct ChildDescriptors {
    int log;
    int host_channel;
    int platform_channel;
    int program;
};

// Puts the descriptors at 0 to 5 and closes all others. The sources may themselves lie at 0 to 5,
// so they are first moved out of the way.
bool arrange(const ChildDescriptors& given) {
    const int null = ::open("/dev/null", O_RDWR);
    const int log = given.log >= 0 ? given.log : null;
    std::array sources{null, log, log, given.host_channel, given.platform_channel, given.program};
    for (int& source : sources) {
        source = ::fcntl(source, F_DUPFD, parking_descriptor_min);
        if (source < 0) return false;
    }
    for (int target = 0; target <= program_descriptor; ++target) {
        if (::dup2(sources[static_cast<std::size_t>(target)], target) < 0) return false;
    }
    return ::fcntl(program_descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
           ::syscall(SYS_close_range, program_descriptor + 1, ~0U, 0) == 0;
}

// The child between fork and exec.
[[noreturn]] void become_enclave(const ChildDescriptors& descriptors, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    ::signal(SIGPIPE, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    // It stays in the platform's process group, whose Ctrl-C is the platform's to answer.
    ::signal(SIGINT, SIG_IGN);
    // The enclave dies with the platform; the parent may have died before this took effect.
    const bool bound = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
    if (bound && ::chdir("/") == 0 && arrange(descriptors)) {
        char name[] = "cloister-enclave";
        char* const arguments[] = {name, nullptr};
        char* const environment[] = {nullptr};
        ::fexecve(program_descriptor, arguments, environment);
    }
    ::_exit(exec_failed_code);
}

}  // namespace

Result<EnclaveProcess, LaunchError> EnclaveProcess::launch(LaunchOptions options) {
    CLOISTER_TRY(const Descriptor program, copy_sealed(options.program));
    EnclaveProcess process;
    CLOISTER_TRY(process.measurement_, measure(program));
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return err(LaunchError::LaunchFailed);
    }
    process.channel_ = Descriptor(pair[0]);
    const Descriptor child_end(pair[1]);
    // Only our end: the enclave reads and writes its own as it likes.
    ::fcntl(pair[0], F_SETFL, O_NONBLOCK);

    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return err(LaunchError::LaunchFailed);
    if (pid == 0) {
        become_enclave({.log = options.log,
                        .host_channel = options.host_channel.number(),
                        .platform_channel = child_end.number(),
                        .program = program.number()},
                       parent);
    }
    process.pid_ = pid;
    process.pidfd_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process.pidfd_.open()) {
        ::kill(pid, SIGKILL);  // not reaped yet, so the id is still its own
        ::waitpid(pid, nullptr, 0);
        return err(LaunchError::LaunchFailed);
    }
    return process;
}

EnclaveProcess::~EnclaveProcess() {
    if (!pidfd_.open()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

Exited EnclaveProcess::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pidfd_.reset();
    const bool signalled = WIFSIGNALED(status);
    return {.pid = static_cast<std::uint32_t>(pid_),
            .code = static_cast<std::uint32_t>(signalled ? 0 : WEXITSTATUS(status)),
            .signal = static_cast<std::uint32_t>(signalled ? WTERMSIG(status) : 0)};
}

}  // namespace cloister::platform
