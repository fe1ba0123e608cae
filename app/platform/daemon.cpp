#include "daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <list>

#include "session.hpp"

namespace cloister::platform {

namespace {

constexpr std::size_t sessions_max = 64;

Result<sockaddr_un, std::string> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path)) {
        return err("the socket's path must have 1 to 107 bytes: " + path);
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

// A socket that nobody answers on is left over from a daemon that was killed.
Result<void, std::string> remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return {};
    if (!S_ISSOCK(status.st_mode)) return err(path + " exists and is no socket");
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(probe.number(), raw, sizeof(address)) == 0) {
        return err("another cloister-platform listens on " + path);
    }
    ::unlink(path.c_str());
    return {};
}

Result<Descriptor, std::string> listen_on(const std::string& path) {
    CLOISTER_TRY(const sockaddr_un address, address_of(path));
    CLOISTER_CHECK(remove_stale(path, address));
    Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const mode_t before = ::umask(0177);  // only our own user may launch enclaves
    const int bound =
        ::bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    const int reason = errno;
    ::umask(before);
    if (bound != 0) return err("cannot bind " + path + ": " + std::strerror(reason));
    if (::listen(listener.number(), 16) != 0) return err("cannot listen on " + path);
    return listener;
}

Descriptor block_signals() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    ::sigprocmask(SIG_BLOCK, &ending, nullptr);
    return Descriptor(::signalfd(-1, &ending, SFD_CLOEXEC));
}

// Reacts to one round of events. Each session gets back the entries that it appended.
void run_sessions(std::list<Session>& sessions, const std::vector<std::size_t>& starts,
                  std::span<const pollfd> entries) {
    std::size_t index = 0;
    for (auto session = sessions.begin(); session != sessions.end(); ++index) {
        const std::size_t end = index + 1 < starts.size() ? starts[index + 1] : entries.size();
        session->react(entries.subspan(starts[index], end - starts[index]));
        session = session->over() ? sessions.erase(session) : std::next(session);
    }
}

void serve(const Platform& platform, int listener, int signals, int enclave_log) {
    std::list<Session> sessions;
    std::vector<pollfd> entries;
    std::vector<std::size_t> starts;
    while (true) {
        const short accepting = sessions.size() < sessions_max ? POLLIN : 0;
        entries = {{signals, POLLIN, 0}, {listener, accepting, 0}};
        starts.clear();
        for (const Session& session : sessions) {
            starts.push_back(entries.size());
            session.watch(entries);
        }
        if (::poll(entries.data(), entries.size(), -1) < 0) continue;  // EINTR alone is possible
        if (entries[0].revents != 0) return;
        run_sessions(sessions, starts, entries);
        if (entries[1].revents & POLLIN) {
            Descriptor client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (client.open()) sessions.emplace_back(std::move(client), platform, enclave_log);
        }
    }
}

}  // namespace

Result<void, std::string> run_daemon(const Platform& platform, const DaemonOptions& options) {
    ::prctl(PR_SET_DUMPABLE,
            0);  // the seed is in this process: no core dump, no ptrace by its user
    const Descriptor signals = block_signals();
    Descriptor log;
    if (!options.enclave_log_path.empty()) {
        constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
        log = Descriptor(::open(options.enclave_log_path.c_str(), flags, 0600));
        if (!log.open()) return err("cannot open the enclaves' log " + options.enclave_log_path);
    }
    CLOISTER_TRY(const Descriptor listener, listen_on(options.socket_path));
    serve(platform, listener.number(), signals.number(), log.number());
    ::unlink(options.socket_path.c_str());
    return {};
}

}  // namespace cloister::platform
