#include "sim/swarm_main.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/hex.hpp"
#include "codec/json/writer.hpp"
#include "sim/swarm.hpp"
#include "sim_commit.hpp"

namespace cloister::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view usage =
    "usage: cloister-sim swarm [--seeds N] [--from S] [--jobs J] [--seconds T] [--json] "
    "[--verbose]\n"
    "Plays N seeds (1000) from S (1) on, each a network with faults of its own, in J processes\n"
    "(1), or as many as T seconds allow. --verbose prints each seed's history. A seed that breaks\n"
    "a promise prints commit, seed, faults and the first divergence; the exit status is 1.\n";

struct Arguments {
    std::uint64_t seeds = 1000;
    std::uint64_t from = 1;
    std::uint64_t jobs = 1;
    std::uint64_t seconds = 0;  // 0: no limit
    bool json = false;
    bool verbose = false;
};

std::optional<Arguments> parse(std::span<char*> words) {
    Arguments arguments;
    const std::map<std::string_view, std::uint64_t*> numbers{{"--seeds", &arguments.seeds},
                                                             {"--from", &arguments.from},
                                                             {"--jobs", &arguments.jobs},
                                                             {"--seconds", &arguments.seconds}};
    const std::map<std::string_view, bool*> flags{{"--json", &arguments.json},
                                                  {"--verbose", &arguments.verbose}};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (const auto flag = flags.find(word); flag != flags.end()) {
            *flag->second = true;
            continue;
        }
        const auto number = numbers.find(word);
        if (number == numbers.end() || ++i == words.size()) return std::nullopt;
        const std::string_view text = words[i];
        const auto end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, *number->second);
        if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    }
    if (arguments.jobs == 0 || arguments.jobs > 64) return std::nullopt;
    return arguments;
}

std::string commit() {
    const char* given = std::getenv("CLOISTER_COMMIT");
    return given != nullptr ? given : std::string(built_commit);
}

std::optional<Bytes> read_wasm() {
    const auto program = std::filesystem::canonical("/proc/self/exe");
    std::ifstream in(program.parent_path().parent_path() / "contracts" / "fold.wasm",
                     std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return to_bytes(view_of(text.str()));
}

std::string finding_text(std::uint64_t seed, const SeedReport& report) {
    const Finding& finding = *report.finding;
    return "finding\n  commit: " + commit() + "\n  seed: " + std::to_string(seed) +
           "\n  faults: " + text_of(report.plan) + "  first divergence: " + finding.checker +
           " at " + std::to_string(finding.at_ms) + " ms, event " + std::to_string(finding.event) +
           ": " + finding.text + "\n  replay: cloister-sim swarm --seeds 1 --from " +
           std::to_string(seed) + " --verbose\n";
}

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t findings = 0;
    std::uint64_t accepted = 0;
    std::uint64_t finished = 0;
    std::uint64_t answers = 0;
    std::uint64_t blocks = 0;
    std::uint64_t virtual_ms = 0;
};

// What a process says through its pipe, each at most PIPE_BUF long: whole lines never mix.
struct Message {
    enum class Kind : std::uint8_t { Started, Done } kind{};
    std::uint64_t seed = 0;
    Totals of_seed;
};
static_assert(sizeof(Message) <= 512);

Totals totals_of(const SeedReport& report) {
    return {.seeds = 1,
            .findings = report.finding ? 1U : 0U,
            .accepted = report.accepted,
            .finished = report.finished,
            .answers = report.answers,
            .blocks = report.blocks,
            .virtual_ms = report.virtual_ms};
}

void add(Totals& sum, const Totals& one) {
    sum.seeds += one.seeds;
    sum.findings += one.findings;
    sum.accepted += one.accepted;
    sum.finished += one.finished;
    sum.answers += one.answers;
    sum.blocks += one.blocks;
    sum.virtual_ms += one.virtual_ms;
}

void tell(int pipe, const Message& message) {
    if (::write(pipe, &message, sizeof message) != sizeof message) ::_exit(3);
}

// Every jobs-th seed. Findings go to standard error as they come.
[[noreturn]] void run_share(const Arguments& arguments, std::uint64_t share, int pipe,
                            const Bytes& wasm) {
    const auto ground = swarm_ground(wasm);
    const auto begin = Clock::now();
    SeedOptions options;
    if (arguments.verbose) options.print = [](std::string_view line) { std::cout << line << '\n'; };
    for (std::uint64_t i = share; i < arguments.seeds; i += arguments.jobs) {
        if (arguments.seconds > 0 &&
            Clock::now() - begin >= std::chrono::seconds(arguments.seconds))
            break;
        const std::uint64_t seed = arguments.from + i;
        tell(pipe, {.kind = Message::Kind::Started, .seed = seed, .of_seed = {}});
        if (arguments.verbose) std::cout << "seed " << seed << ": " << text_of(plan_of(seed));
        const SeedReport report = run_seed(ground, seed, options);
        if (arguments.verbose) {
            std::cout << "seed " << seed << ": " << report.finished << " of " << report.accepted
                      << " tasks, " << report.answers << " answers, " << report.blocks
                      << " blocks, " << report.events << " events, transcript 0x"
                      << base::to_hex(report.transcript.view()) << std::endl;
        }
        if (report.finding) std::cerr << finding_text(seed, report) << std::flush;
        tell(pipe, {.kind = Message::Kind::Done, .seed = seed, .of_seed = totals_of(report)});
    }
    std::cout << std::flush;
    ::_exit(0);
}

struct Share {
    pid_t process = 0;
    int pipe = -1;
    std::optional<std::uint64_t> running;
};

Share start_share(const Arguments& arguments, std::uint64_t share, const Bytes& wasm) {
    std::array<int, 2> ends{};
    CLOISTER_ASSERT(::pipe(ends.data()) == 0);
    const pid_t process = ::fork();
    CLOISTER_ASSERT(process >= 0);
    if (process == 0) {
        ::close(ends[0]);
        run_share(arguments, share, ends[1], wasm);
    }
    ::close(ends[1]);
    return {.process = process, .pipe = ends[0], .running = {}};
}

// False once the process has ended; a seed that took it along is a finding too.
bool listen(Share& share, Totals& totals) {
    Message message;
    const ssize_t got = ::read(share.pipe, &message, sizeof message);
    if (got == static_cast<ssize_t>(sizeof message)) {
        share.running.reset();
        if (message.kind == Message::Kind::Started) share.running = message.seed;
        if (message.kind == Message::Kind::Done) add(totals, message.of_seed);
        return true;
    }
    int status = 0;
    ::waitpid(share.process, &status, 0);
    ::close(share.pipe);
    if (status != 0) {
        ++totals.findings;
        std::cerr << "finding\n  commit: " << commit()
                  << "\n  seed: " << (share.running ? std::to_string(*share.running) : "none")
                  << "\n  first divergence: the process ended with "
                  << (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                          : "status " + std::to_string(WEXITSTATUS(status)))
                  << "\n  replay: cloister-sim swarm --seeds 1 --from " << share.running.value_or(0)
                  << " --verbose\n";
    }
    return false;
}

Totals run_all(const Arguments& arguments, const Bytes& wasm) {
    Totals totals;
    std::vector<Share> shares;
    for (std::uint64_t i = 0; i < arguments.jobs; ++i)
        shares.push_back(start_share(arguments, i, wasm));
    auto told = Clock::now();
    while (!shares.empty()) {
        std::vector<pollfd> waiting;
        for (const Share& share : shares) waiting.push_back({share.pipe, POLLIN, 0});
        if (::poll(waiting.data(), waiting.size(), 1000) < 0) continue;
        for (std::size_t i = waiting.size(); i-- > 0;) {
            if (waiting[i].revents == 0) continue;
            if (!listen(shares[i], totals))
                shares.erase(shares.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (Clock::now() - told >= std::chrono::seconds(10)) {
            told = Clock::now();
            std::cerr << totals.seeds << " of " << arguments.seeds << " seeds, " << totals.findings
                      << " findings\n";
        }
    }
    return totals;
}

void print(const Arguments& arguments, const Totals& totals, double seconds) {
    if (arguments.json) {
        json::Writer w;
        w.begin_object().key("commit").string(commit()).key("from").number(arguments.from);
        w.key("seeds").number(totals.seeds).key("findings").number(totals.findings);
        w.key("accepted").number(totals.accepted).key("finished").number(totals.finished);
        w.key("answers").number(totals.answers).key("blocks").number(totals.blocks);
        w.key("virtual_ms").number(totals.virtual_ms);
        w.key("milliseconds").number(static_cast<std::uint64_t>(seconds * 1000)).end_object();
        std::cout << std::move(w).take() << '\n';
        return;
    }
    std::cout << "commit " << commit() << ", " << totals.seeds << " seeds from " << arguments.from
              << ": " << totals.findings << " findings, " << totals.finished << " tasks of "
              << totals.accepted << ", " << totals.answers << " answers, " << totals.blocks
              << " blocks, " << totals.virtual_ms / 1000 << " virtual seconds in "
              << static_cast<std::uint64_t>(seconds) << " s\n"
              << "cases: " << totals.seeds << " ran, 0 skipped\n";
}

}  // namespace

int swarm_main(std::span<char*> words) {
    const auto arguments = parse(words);
    if (!arguments) {
        std::cerr << usage;
        return 64;  // sysexits.h, EX_USAGE
    }
    const auto wasm = read_wasm();
    if (!wasm) {
        std::cerr << "cloister-sim: cannot read contracts/fold.wasm\n";
        return 1;
    }
    const auto begin = Clock::now();
    const Totals totals = run_all(*arguments, *wasm);
    print(*arguments, totals, std::chrono::duration<double>(Clock::now() - begin).count());
    return totals.findings == 0 ? 0 : 1;
}

}  // namespace cloister::sim
