// The chain under `solo`, as cloister node runs it: the real node, the real database, every block
// on disk by fsync before it counts. Wall-clock time; the figures that a busy machine would bend
// stand beside the same in processor time.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "crypto/hash.hpp"
#include "io/clock.hpp"
#include "io/fd.hpp"
#include "io/file.hpp"
#include "io/kv.hpp"
#include "io/process.hpp"
#include "node/node.hpp"
#include "protocol/calls.hpp"
#include "timing.hpp"

namespace cloister::bench {
namespace {

constexpr std::size_t signers = 10'000;
constexpr std::size_t accounts_few = signers;
constexpr std::size_t accounts_many = 1'000'000;
constexpr std::size_t transfers_per_block = 4000;
constexpr std::size_t blocks = 6;  // the first is not counted
constexpr std::uint64_t never_ms = 1'000'000'000;

node::Now now() { return {.steady = io::steady_now(), .wall = io::wall_now()}; }

const std::vector<crypto::KeyPair>& keys() {
    static const std::vector<crypto::KeyPair> all = [] {
        std::vector<crypto::KeyPair> made;
        for (std::uint32_t i = 0; i < signers; ++i) {
            const Hash256 seed = crypto::blake2b_256(scale::encode(i));
            made.emplace_back(crypto::Scheme::Sr25519, Secret<32>(seed.view()));
        }
        return made;
    }();
    return all;
}
// Accounts from `signers` on have money and nobody who knows a key.
AccountId account_of(std::uint64_t number) {
    if (number < signers) return keys()[number].account();
    return AccountId(crypto::blake2b_256(scale::encode(number)).view());
}

// One node on a directory of its own.
class Solo {
  public:
    Solo(const std::string& directory, std::size_t accounts)
        : database_(io::KeyValue::open(directory).get()) {
        node::Config config;
        for (std::uint64_t i = 0; i < accounts; ++i) {
            config.genesis.balances.emplace_back(account_of(i),
                                                 Balance(1000 * u128{1'000'000'000'000}));
        }
        crypto::Ed25519Key authority(Secret<32>(Bytes(32, 7)));
        config.genesis.authorities = {{authority.public_key(), 1}};
        config.solo.block_time_ms = never_ms;  // blocks come when they are asked for
        std::vector<node::Output> out;
        const node::KvView view = [this](ByteView key) {
            ++reads_;
            return database_.get(key).get();
        };
        node_.emplace(config, std::move(authority), view, time(), out);
        config = {};
        apply(out);
        block();
    }
    Solo(const Solo&) = delete;

    void submit(Bytes extrinsic) {
        step(node::input::Submit{.id = 0, .extrinsic = std::move(extrinsic)});
    }
    // On disk when it returns.
    void block() {
        elapsed_ms_ += never_ms;
        const auto before = node_->newest().number;
        step(node::input::Tick{});
        CLOISTER_ASSERT(node_->newest().number == before.next());
    }
    const node::Node& node() const { return *node_; }
    std::size_t included() const { return included_; }
    std::size_t refused() const { return refused_; }
    std::size_t reads() const { return reads_; }
    std::size_t written() const { return written_; }

  private:
    node::Now time() const {
        node::Now at = now();
        at.steady = Instant(at.steady.value + elapsed_ms_);
        return at;
    }
    void step(const node::Input& input) {
        std::vector<node::Output> out;
        node_->step(time(), input, out);
        apply(out);
    }
    // As app/cloister/node_shell.cpp: nothing counts before it is on disk.
    void apply(const std::vector<node::Output>& outputs) {
        for (const node::Output& output : outputs) {
            if (const auto* write = std::get_if<node::output::Write>(&output)) {
                io::Batch batch;
                for (const auto& [key, value] : write->batch) {
                    batch.put(key, value);
                    written_ += key.size() + value.size();
                }
                CLOISTER_ASSERT(database_.write(batch, io::Durability::Synced).has_value());
            } else if (const auto* finalised = std::get_if<node::output::Finalised>(&output)) {
                included_ += finalised->transactions.size();
            } else if (const auto* submitted = std::get_if<node::output::Submitted>(&output)) {
                refused_ += submitted->error ? 1 : 0;
            }
        }
    }

    io::KeyValue database_;
    std::optional<node::Node> node_;
    std::uint64_t elapsed_ms_ = 0;
    std::size_t included_ = 0;
    std::size_t refused_ = 0;
    std::size_t reads_ = 0;
    std::size_t written_ = 0;
};

struct Transfer {
    Bytes extrinsic;
    Bytes payload;
    crypto::MultiSignature signature;
    AccountId signer;
};

// The transfers from `first` on, the signers in turns, each to one of all accounts.
std::vector<Transfer> make_transfers(const Solo& solo, std::size_t first, std::size_t accounts,
                                     std::mt19937_64& random) {
    std::vector<Transfer> made;
    const BlockHash& genesis = solo.node().genesis_hash();
    const protocol::ChainContext chain{runtime::spec_version, runtime::transaction_version, genesis,
                                       genesis};
    for (std::size_t i = first; i < first + transfers_per_block; ++i) {
        const crypto::KeyPair& key = keys()[i % signers];
        protocol::TransferKeepAlive arguments;
        arguments.destination = account_of(random() % accounts);
        arguments.value = {u128{1'000'000'000'000}};
        const Bytes call = protocol::encode_call(arguments);
        protocol::Extra extra;
        extra.nonce = static_cast<std::uint32_t>(i / signers);
        Transfer transfer{.extrinsic = protocol::sign_extrinsic(key, call, extra, chain),
                          .payload = protocol::signing_payload(call, extra, chain),
                          .signature = {},
                          .signer = key.account()};
        const auto parsed = protocol::parse_extrinsic(transfer.extrinsic);
        transfer.signature = parsed->signed_part->signature;
        made.push_back(std::move(transfer));
    }
    return made;
}

// Milliseconds of one block of transfers and of its parts, by the wall and of the processor.
struct Cost {
    std::vector<double> verify;  // the signatures alone
    std::vector<double> whole;   // from the first submission until the block is on disk
    std::vector<double> block;   // the block alone
    std::vector<double> verify_processor;
    std::vector<double> whole_processor;
    double reads = 0;  // of the database, per transfer
    double written = 0;
    double genesis_ms = 0;
};

// Makes the genesis in a process of its own: a node that makes blocks has long forgotten it.
void load_elsewhere(const std::string& directory, std::size_t accounts) {
    const std::string program = io::own_program_path().get();
    const std::string count = std::to_string(accounts);
    const pid_t child = ::fork();
    CLOISTER_ASSERT(child >= 0);
    if (child == 0) {
        ::execl(program.c_str(), program.c_str(), "load-accounts", directory.c_str(), count.c_str(),
                nullptr);
        ::_exit(127);
    }
    int status = 0;
    CLOISTER_ASSERT(::waitpid(child, &status, 0) == child && status == 0);
}

Cost measure_blocks(const std::string& directory, std::size_t accounts) {
    Cost cost;
    static_cast<void>(keys());
    const Stopwatch loading;
    load_elsewhere(directory, accounts);
    cost.genesis_ms = loading.milliseconds();
    Solo solo(directory, 0);
    std::mt19937_64 random(1);
    for (std::size_t b = 0; b < blocks; ++b) {
        const auto transfers = make_transfers(solo, b * transfers_per_block, accounts, random);
        const Stopwatch verifying;
        double processor = processor_microseconds();
        for (const Transfer& t : transfers) {
            CLOISTER_ASSERT(crypto::verify(t.signer, t.payload, t.signature));
        }
        const double verify = verifying.milliseconds();
        const double verify_processor = (processor_microseconds() - processor) / 1000;

        const std::size_t reads = solo.reads();
        const std::size_t written = solo.written();
        const Stopwatch playing;
        processor = processor_microseconds();
        for (const Transfer& t : transfers) solo.submit(t.extrinsic);
        const Stopwatch making;
        solo.block();
        CLOISTER_ASSERT(solo.refused() == 0);
        CLOISTER_ASSERT(solo.included() == (b + 1) * transfers_per_block);
        if (b == 0) continue;
        cost.block.push_back(making.milliseconds());
        cost.whole.push_back(playing.milliseconds());
        cost.whole_processor.push_back((processor_microseconds() - processor) / 1000);
        cost.verify.push_back(verify);
        cost.verify_processor.push_back(verify_processor);
        cost.reads += static_cast<double>(solo.reads() - reads) /
                      static_cast<double>(transfers_per_block * (blocks - 1));
        cost.written += static_cast<double>(solo.written() - written) /
                        static_cast<double>(transfers_per_block * (blocks - 1));
    }
    return cost;
}

double rate(double milliseconds) {
    return static_cast<double>(transfers_per_block) * 1000 / milliseconds;
}

// So many writes of so many bytes, each made durable.
double raw_writes_ms(const std::string& directory, std::size_t count, std::size_t size) {
    const io::Fd file(::open((directory + "/raw").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600));
    CLOISTER_ASSERT(file.get() >= 0);
    const Bytes bytes(size, 1);
    const Stopwatch writing;
    for (std::size_t i = 0; i < count; ++i) {
        CLOISTER_ASSERT(::write(file.get(), bytes.data(), size) == static_cast<ssize_t>(size));
        CLOISTER_ASSERT(::fdatasync(file.get()) == 0);
    }
    return writing.milliseconds() / static_cast<double>(count);
}

// A directory in $TMPDIR, by default /tmp: a disk, or nothing here says anything of durability.
template <class Measure>
void with_directory(const Measure& measure) {
    const std::string directory = io::make_temporary_directory("cloister-bench-").get();
    measure(directory);
    CLOISTER_ASSERT(io::remove_tree(directory).has_value());
}

void measure_empty_blocks(Lines& lines, const std::string& directory) {
    constexpr std::size_t count = 50;
    Solo solo(directory + "/empty", 10);
    std::vector<double> block_ms;
    std::vector<double> raw_ms;
    for (int sample = 0; sample < 7; ++sample) {
        const std::size_t before = solo.written();
        const Stopwatch making;
        for (std::size_t i = 0; i < count; ++i) solo.block();
        block_ms.push_back(making.milliseconds() / count);
        raw_ms.push_back(raw_writes_ms(directory, count, (solo.written() - before) / count));
    }
    lines.push_back({"solo.empty_blocks", "empty blocks made, each durable", "block/s",
                     1000 / median(block_ms), "its bytes written, fdatasync",
                     1000 / median(raw_ms)});
}

}  // namespace

Result<Lines, std::string> measure_solo(const Places&) {
    Lines lines;
    with_directory([&](const std::string& directory) {
        measure_empty_blocks(lines, directory);
        const Cost cost = measure_blocks(directory + "/few", accounts_few);
        lines.push_back({"solo.transfers", "transfers, signed to durable (goal: x 0.6)",
                         "transfer/s", rate(median(cost.whole)), "sr25519 verified, one core",
                         rate(median(cost.verify))});
        lines.push_back({"solo.transfers_processor", "the same in processor time, all threads",
                         "transfer/s", rate(median(cost.whole_processor)),
                         "sr25519 verified, one core", rate(median(cost.verify_processor))});
    });
    return lines;
}

Result<Lines, std::string> measure_growth(const Places&) {
    Lines lines;
    with_directory([&](const std::string& directory) {
        const Cost few = measure_blocks(directory + "/few", accounts_few);
        const Cost many = measure_blocks(directory + "/many", accounts_many);
        lines.push_back({"growth.block", "4,000 transfers, 1,000,000 accounts (goal: x 1.5)", "ms",
                         median(many.whole), "10,000 accounts", median(few.whole)});
        lines.push_back({"growth.processor", "the same in processor time, all threads", "ms",
                         median(many.whole_processor), "10,000 accounts",
                         median(few.whole_processor)});
        lines.push_back({"growth.block_only", "the block alone, signatures known", "ms",
                         median(many.block), "10,000 accounts", median(few.block)});
        lines.push_back({"growth.reads", "database reads of a transfer", "read", many.reads,
                         "10,000 accounts", few.reads});
        lines.push_back({"growth.written", "bytes written by a transfer", "byte", many.written,
                         "10,000 accounts", few.written});
        lines.push_back({"growth.genesis", "genesis of 1,000,000 accounts made, on disk", "ms",
                         many.genesis_ms, "10,000 accounts", few.genesis_ms});
    });
    return lines;
}

int run_load_accounts(const std::string& directory, std::size_t accounts) {
    const Solo solo(directory, accounts);
    return 0;
}

}  // namespace cloister::bench
