#include "client_shell.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "codec/scale/scale.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/file.hpp"
#include "io/http_client.hpp"
#include "key_file.hpp"

namespace cloister::app {
namespace {

// A reply may be held back by the node for the 20 seconds of a long poll.
constexpr std::uint64_t rpc_timeout_ms = 40'000;
constexpr std::size_t memory_bytes = 4;

client::Transport transport_to(io::HttpCall target) {
    return [target = std::move(target)](const std::string& body) -> std::optional<std::string> {
        io::HttpCall call = target;
        call.body = body;
        call.timeout_ms = rpc_timeout_ms;
        auto response = io::http_request_blocking(std::move(call));
        if (!response || response->status != 200) return std::nullopt;
        return std::move(response->body);
    };
}

client::Clock own_clock() {
    return {.wall = io::wall_now, .sleep = [](std::uint64_t milliseconds) {
                std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
            }};
}

std::optional<BlockNumber> read_memory(const std::string& path) {
    const auto bytes = io::read_file(path, memory_bytes);
    if (!bytes) return std::nullopt;
    const auto number = scale::decode<BlockNumber>(*bytes);
    return number ? std::optional(*number) : std::nullopt;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

// Where the client library itself has nothing better to say.
std::string hint_for(const client::Error& error) {
    using enum client::Code;
    switch (error.code) {
        case Unreachable: return "is the node running? `cloister dev` starts one, --rpc names it";
        case BadReply: return "does --rpc or --worker name a Cloister node or worker?";
        case Refused: return "the node's message says why: correct the request";
        case WrongChain: return "take the genesis hash of the chain that --rpc serves";
        case BadFinalityProof:
        case BadStorageProof: return "do not trust this node: name another with --rpc";
        case StaleChain:
        case RolledBack: return "this node is behind or was reset: name another with --rpc";
        case NotOnChain: return "check the identifier and the chain's genesis hash";
        case BadKey: return "use a key that was made by `cloister key generate`";
        case CallFailed: return "the chain's word says why: correct the call and send it again";
        case TimedOut: return "`cloister task show` says later how it went; --timeout waits longer";
        case DoesNotOpen: return "use the reply key that was stored with the request";
        case BadAnswer: return "do not trust this worker: name another with --worker";
        case QueryRefused: return "correct the message, or ask another with --worker";
        case MalformedProof: return "name a file that `cloister proof export` wrote";
        case InvalidProof: return "do not rely on it: ask for another proof";
    }
    return {};
}

}  // namespace

void add_genesis_flag(CLI::App& command, std::string& genesis) {
    command.add_option("--genesis", genesis,
                       "hash of the chain's block 0: what all trust starts from; default: "
                       "CLOISTER_GENESIS");
}

std::string or_environment(const std::string& flag, const char* name) {
    return flag.empty() ? environment(name) : flag;
}

void add_node_flags(CLI::App& command, NodeFlags& flags) {
    command.add_option("--rpc", flags.rpc, "the node's URL")->capture_default_str();
    add_genesis_flag(command, flags.genesis);
}

void add_signer_flags(CLI::App& command, SignerFlags& flags) {
    command.add_option("--suri", flags.suri,
                       "who signs: //Name for development, or a key file; default: CLOISTER_SURI, "
                       "else //Alice");
    add_scheme_flag(command, flags.scheme);
}

void add_scheme_flag(CLI::App& command, std::string& scheme) {
    command.add_option("--scheme", scheme, "the key's signature scheme")
        ->check(CLI::IsMember({"sr25519", "ed25519", "ecdsa"}))
        ->capture_default_str();
}

crypto::Scheme scheme_of(std::string_view flag) {
    const auto scheme = crypto::find_scheme(flag);
    CLOISTER_ASSERT(scheme.has_value());
    return *scheme;
}

Problem problem_of(const client::Error& error) {
    return {.code = std::string(client::name_of(error.code)),
            .message = error.message,
            .hint = error.hint.empty() ? hint_for(error) : error.hint};
}

int print_usage_error(Form form, std::string message, std::string hint) {
    print_error(form, {.code = "Usage", .message = std::move(message), .hint = std::move(hint)});
    return exit_usage;
}

Result<std::string, Problem> state_directory() {
    std::string base = environment("XDG_STATE_HOME");
    if (base.empty()) {
        const std::string home = environment("HOME");
        if (home.empty())
            return err(Problem{"NoHome", "neither XDG_STATE_HOME nor HOME is set",
                               "set one of them to a directory of yours"});
        base = home + "/.local/state";
    }
    base += "/cloister";
    if (auto made = io::ensure_directory(base); !made) return err(problem_of(made.error()));
    return base;
}

crypto::Entropy new_entropy() { return crypto::Entropy(io::random_seed()); }

Result<crypto::KeyPair, Problem> load_signer(const SignerFlags& flags) {
    const std::string suri = or_environment(flags.suri, "CLOISTER_SURI");
    return load_key(scheme_of(flags.scheme), suri.empty() ? "//Alice" : suri);
}

Result<Bytes, Problem> read_input(const std::string& path, std::size_t bytes_max) {
    auto bytes = io::read_file(path, bytes_max);
    if (!bytes) return err(problem_of(bytes.error(), "check the path"));
    return std::move(*bytes);
}

Result<Bytes, Problem> parse_hex(const std::string& text, std::string_view what) {
    auto bytes = base::from_hex(text);
    if (!bytes)
        return err(Problem{"BadValue", std::string(what) + " is not hexadecimal",
                           "write 0x and an even number of digits 0-9 and a-f"});
    return std::move(*bytes);
}

Result<Connection, Problem> Connection::open(const NodeFlags& flags) {
    const std::string hash = or_environment(flags.genesis, "CLOISTER_GENESIS");
    if (hash.empty()) {
        return err(Problem{
            "NoGenesis", "which chain? A client trusts a genesis hash, never a node's word for it",
            "give --genesis HASH or set CLOISTER_GENESIS; `cloister dev` prints its own"});
    }
    CLOISTER_TRY(const BlockHash genesis, parse_fixed<BlockHash>(hash, "a genesis hash"));
    auto url = io::parse_http_url(flags.rpc);
    if (!url)
        return err(
            Problem{"BadUrl", "not a URL: " + flags.rpc, "use one like http://127.0.0.1:9944"});
    CLOISTER_TRY(const std::string directory, state_directory());
    const std::string memory = directory + "/" + base::to_hex(genesis.view()) + ".newest";
    auto chain =
        std::make_unique<client::Chain>(transport_to(std::move(*url)), own_clock(), genesis);
    if (const auto seen = read_memory(memory)) chain->set_newest_seen(*seen);
    if (auto opened = chain->open(); !opened) return err(problem_of(opened.error()));
    return Connection(std::move(chain), memory);
}

Connection::~Connection() {
    if (!chain_ || chain_->newest_seen().value == 0) return;
    // Another run of this program may have seen a newer block meanwhile.
    const auto stored = read_memory(memory_path_);
    if (stored && *stored >= chain_->newest_seen()) return;
    const auto written = io::write_file_atomic(memory_path_, scale::encode(chain_->newest_seen()));
    if (!written) log_line("NotRemembered", "the newest block: " + written.error().text);
}

Result<std::string, Problem> reply_key_path(const RequestId& request) {
    CLOISTER_TRY(const std::string directory, state_directory());
    if (auto made = io::ensure_directory(directory + "/reply-keys"); !made)
        return err(problem_of(made.error()));
    return directory + "/reply-keys/" + base::to_hex(request.view());
}

Result<std::string, Problem> store_reply_key(const RequestId& request,
                                             const crypto::X25519Key& key) {
    CLOISTER_TRY(const std::string path, reply_key_path(request));
    if (auto written = io::write_file_atomic(path, key.secret.reveal()); !written) {
        return err(problem_of(
            written.error(),
            "without this key nobody could open the reply: make room or set XDG_STATE_HOME"));
    }
    return path;
}

Result<crypto::X25519Key, Problem> load_reply_key(const std::string& path) {
    CLOISTER_TRY(Secret<32> secret, read_seed_file(path));
    return crypto::X25519Key(std::move(secret));
}

}  // namespace cloister::app
