// What every client command shares: its options, a connection to the chain whose memory of the
// newest block outlives the run, keys that open replies, and small readers of the command line's
// words.
#pragma once

#include <memory>
#include <string>

#include "base/hex.hpp"
#include "client/chain.hpp"
#include "crypto/entropy.hpp"
#include "crypto/x25519.hpp"
#include "output.hpp"

namespace CLI {
class App;
}

namespace cloister::app {

struct NodeFlags {
    std::string rpc = "http://127.0.0.1:9944";
    std::string genesis;  // empty: CLOISTER_GENESIS
};
struct SignerFlags {
    std::string suri;  // empty: CLOISTER_SURI, else //Alice
    std::string scheme = "sr25519";
};
// Never the parser's own `envname`: subcommands share their flags, and it would let the environment
// write over what another subcommand was given.
void add_genesis_flag(CLI::App& command, std::string& genesis);
std::string or_environment(const std::string& flag, const char* name);
void add_node_flags(CLI::App& command, NodeFlags& flags);
void add_signer_flags(CLI::App& command, SignerFlags& flags);
void add_scheme_flag(CLI::App& command, std::string& scheme);
// Precondition: a word that the flag takes.
crypto::Scheme scheme_of(std::string_view flag);

Problem problem_of(const client::Error& error);
// Wrong words on the command line: prints it and returns `exit_usage`.
int print_usage_error(Form form, std::string message, std::string hint);

// $XDG_STATE_HOME/cloister or ~/.local/state/cloister, made if it is not there.
Result<std::string, Problem> state_directory();
crypto::Entropy new_entropy();
Result<crypto::KeyPair, Problem> load_signer(const SignerFlags& flags);
Result<Bytes, Problem> read_input(const std::string& path, std::size_t bytes_max);
// Hexadecimal digits, 0x or not.
Result<Bytes, Problem> parse_hex(const std::string& text, std::string_view what);

// Fixed-size hexadecimal words: hashes, contracts.
template <class Fixed>
Result<Fixed, Problem> parse_fixed(const std::string& text, std::string_view what) {
    const auto bytes = base::from_hex(text);
    const auto value = bytes ? Fixed::from(*bytes) : std::nullopt;
    if (value) return *value;
    return err(Problem{"BadValue",
                       std::string(what) + " has " + std::to_string(2 * Fixed::size()) +
                           " hexadecimal digits, not '" + text + "'",
                       "copy it with or without 0x"});
}

// A client's chain. Dropping it stores the newest block that it has seen.
class Connection {
  public:
    static Result<Connection, Problem> open(const NodeFlags& flags);
    ~Connection();
    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&&) noexcept = default;

    client::Chain& chain() { return *chain_; }
    client::Chain* operator->() { return chain_.get(); }

  private:
    explicit Connection(std::unique_ptr<client::Chain> chain, std::string memory_path)
        : chain_(std::move(chain)), memory_path_(std::move(memory_path)) {}

    std::unique_ptr<client::Chain> chain_;
    std::string memory_path_;
};

// Keys that open replies are kept by request id, mode 0600, before the request leaves.
Result<std::string, Problem> store_reply_key(const RequestId& request,
                                             const crypto::X25519Key& key);
Result<std::string, Problem> reply_key_path(const RequestId& request);
Result<crypto::X25519Key, Problem> load_reply_key(const std::string& path);

}  // namespace cloister::app
