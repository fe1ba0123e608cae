#include "io/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace cloister::io {
namespace {

constexpr int child_fd_end = 100;  // descriptors of the child lie below, our copies from here on
constexpr int copies_begin = 128;

// Everything that the child needs, laid out before fork: after it, in a process that may have had
// threads, only async-signal-safe calls are allowed, and allocation is not one.
struct Plan {
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::vector<InheritedFd> descriptors;
    std::array<bool, child_fd_end> kept{};
    int program = -1;
    int output = -1;
    int null = -1;
    int report = -1;  // gets errno if the program cannot start; closed by a start
    pid_t parent = 0;
    Group group = Group::Shared;
    Lifetime lifetime = Lifetime::WithParent;
};

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> out;
    for (const std::string& text : strings) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

[[noreturn]] void give_up(int report) {
    const int number = errno;
    // Nobody is left to tell if this fails.
    if (::write(report, &number, sizeof(number)) < 0) ::_exit(126);
    ::_exit(127);
}

void reset_signals() {
    // A program starts with the defaults, whatever we ignore or handle.
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD, SIGHUP}) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Copies first move out of the way, since one's target may be another's source.
bool arrange_descriptors(Plan& plan) {
    for (int* fd : {&plan.report, &plan.program, &plan.output, &plan.null}) {
        if (*fd >= 0) *fd = ::fcntl(*fd, F_DUPFD_CLOEXEC, copies_begin);
        if (*fd < 0 && fd != &plan.output) return false;
    }
    for (InheritedFd& entry : plan.descriptors) {
        entry.ours = ::fcntl(entry.ours, F_DUPFD_CLOEXEC, copies_begin);
        if (entry.ours < 0) return false;
    }
    if (::dup2(plan.null, 0) < 0) return false;
    if (plan.output >= 0 && (::dup2(plan.output, 1) < 0 || ::dup2(plan.output, 2) < 0))
        return false;
    for (const InheritedFd& entry : plan.descriptors) {
        if (::dup2(entry.ours, entry.theirs) < 0) return false;
    }
    for (int fd = 3; fd < child_fd_end; ++fd) {
        if (!plan.kept[static_cast<std::size_t>(fd)]) ::close(fd);
    }
    return ::syscall(SYS_close_range, child_fd_end, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

[[noreturn]] void run_child(Plan& plan) {
    if (plan.group == Group::Own) ::setpgid(0, 0);
    if (plan.lifetime == Lifetime::WithParent) {
        if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(plan.report);
        if (::getppid() != plan.parent) ::_exit(127);  // it died before the request
    }
    reset_signals();
    if (!arrange_descriptors(plan)) give_up(plan.report);
    ::syscall(SYS_execveat, plan.program, "", plan.argv.data(), plan.envp.data(), AT_EMPTY_PATH);
    give_up(plan.report);
}

ExitStatus status_of(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED) return {.code = info.si_status, .signal = 0};
    return {.code = 0, .signal = info.si_status};
}

Result<Fd, Error> open_for(const std::string& path, int flags) {
    Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!fd.valid()) return err(error_from_errno("open " + path));
    return fd;
}

}  // namespace

struct Process::State {
    pid_t pid = 0;
    Fd pidfd;
    Group group = Group::Shared;
    std::optional<ExitStatus> ended;
    std::optional<Watch> watch;

    bool reap(int flags) {
        if (ended) return true;
        siginfo_t info{};
        int outcome = -1;
        do {
            outcome = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | flags);
        } while (outcome != 0 && errno == EINTR);
        if (outcome != 0 || info.si_pid == 0) return false;
        ended = status_of(info);
        return true;
    }
};

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&&) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
    Process dropped(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
}

Process::~Process() {
    if (!state_) return;
    kill(SIGKILL);
    state_->watch.reset();
    state_->reap(0);
}

int Process::pid() const { return state_->pid; }

void Process::kill(int signal) {
    if (state_->ended) return;  // the number may be somebody else's by now
    ::kill(state_->group == Group::Own ? -state_->pid : state_->pid, signal);
}

ExitStatus Process::wait() {
    const bool reaped = state_->reap(0);
    CLOISTER_ASSERT(reaped);
    return *state_->ended;
}

void Process::on_exit(EventLoop& loop, std::move_only_function<void(ExitStatus)> callback) {
    state_->watch.emplace(loop, state_->pidfd.get());
    state_->watch->on_readable([state = state_.get(), then = std::move(callback)]() mutable {
        const bool reaped = state->reap(WNOHANG);
        CLOISTER_ASSERT(reaped);
        const ExitStatus status = *state->ended;
        then(status);
    });
}

Result<Process, Error> spawn_fd(int program, const SpawnOptions& options) {
    std::vector<std::string> words{options.name};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    Plan plan;
    plan.argv = pointers_to(words);
    plan.envp = pointers_to(options.environment);
    plan.descriptors = options.descriptors;
    plan.group = options.group;
    plan.lifetime = options.lifetime;
    plan.parent = ::getpid();
    for (const InheritedFd& entry : plan.descriptors) {
        CLOISTER_ASSERT(entry.ours >= 0 && entry.theirs >= 0 && entry.theirs < child_fd_end);
        plan.kept[static_cast<std::size_t>(entry.theirs)] = true;
    }
    CLOISTER_TRY(const Fd null, open_for("/dev/null", O_RDONLY));
    Fd output;
    if (!options.output_path.empty()) {
        CLOISTER_TRY(output, open_for(options.output_path, O_WRONLY | O_CREAT | O_APPEND));
    }
    std::array<int, 2> report{};
    if (::pipe2(report.data(), O_CLOEXEC) != 0) return err(error_from_errno("make a pipe"));
    const Fd report_read(report[0]);
    Fd report_write(report[1]);
    plan.program = program;
    plan.null = null.get();
    plan.output = output.get();
    plan.report = report_write.get();

    const pid_t pid = ::fork();
    if (pid < 0) return err(error_from_errno("fork"));
    if (pid == 0) run_child(plan);
    auto state = std::make_unique<Process::State>();
    state->pid = pid;
    // Both sides do it, so that a kill cannot come too early.
    if (options.group == Group::Own) ::setpgid(pid, pid);
    state->group = options.group;
    Process child(std::move(state));
    report_write.reset();
    int number = 0;
    ssize_t count = -1;
    do {
        count = ::read(report_read.get(), &number, sizeof(number));
    } while (count < 0 && errno == EINTR);
    if (count > 0) return err(error_from_errno("start " + options.name, number));
    child.state_->pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!child.state_->pidfd.valid()) return err(error_from_errno("watch " + options.name));
    return child;
}

Result<Process, Error> spawn(const std::string& program, const SpawnOptions& options) {
    CLOISTER_TRY(const Fd file, open_for(program, O_PATH));
    return spawn_fd(file.get(), options);
}

Result<Fd, Error> create_sealed_memfd(const std::string& name, ByteView bytes) {
    // Kernels before 6.3 do not know MFD_EXEC (their memfds are executable anyway) and refuse it.
    constexpr unsigned mfd_exec = 0x10;
    Fd fd(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | mfd_exec));
    if (!fd.valid()) fd = Fd(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd.valid()) return err(error_from_errno("make a memfd"));
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return err(error_from_errno("fill a memfd"));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    constexpr int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (::fcntl(fd.get(), F_ADD_SEALS, seals) != 0) return err(error_from_errno("seal a memfd"));
    return fd;
}

Result<std::string, Error> own_program_path() {
    std::string path(4096, '\0');
    const ssize_t count = ::readlink("/proc/self/exe", path.data(), path.size());
    if (count < 0) return err(error_from_errno("read /proc/self/exe"));
    path.resize(static_cast<std::size_t>(count));
    return path;
}

}  // namespace cloister::io
