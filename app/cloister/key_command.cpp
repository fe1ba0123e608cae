// `cloister key`: makes keys and shows whose they are. Needs no network.
#include <CLI/CLI.hpp>
#include <memory>

#include "client_shell.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "crypto/ss58.hpp"
#include "io/entropy.hpp"
#include "io/file.hpp"
#include "key_file.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t address_letters_min = 40;

struct Flags {
    std::string scheme = "sr25519";
    std::string subject;
};

struct Shown {
    std::string seed;    // empty: not ours to show
    std::string scheme;  // empty: an address says nothing about it
    Bytes public_key;    // empty: an address says nothing about it
    AccountId account;
};

Shown shown_of(const crypto::KeyPair& key) {
    return {.seed = {},
            .scheme = std::string(name_of(key.scheme())),
            .public_key = key.public_key(),
            .account = key.account()};
}

void print_key(Form form, const Shown& shown) {
    const std::string address = crypto::encode_ss58({.account = shown.account});
    const std::string account = base::to_hex_0x(shown.account.view());
    const std::string public_key =
        shown.public_key.empty() ? account : base::to_hex_0x(shown.public_key);
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object();
        if (!shown.seed.empty()) w.key("secret_seed").string(shown.seed);
        if (!shown.scheme.empty()) w.key("scheme").string(shown.scheme);
        w.key("public_key").string(public_key);
        w.key("account").string(account).key("address").string(address).end_object();
        return print_line(w.text());
    }
    if (!shown.seed.empty()) print_line("secret seed  " + shown.seed + "  (keep it to yourself)");
    if (!shown.scheme.empty()) print_line("scheme       " + shown.scheme);
    print_line("public key   " + public_key);
    if (account != public_key) print_line("account      " + account);
    print_line("address      " + address);
}

int generate(Form form, const Flags& flags) {
    const Secret<32> seed = io::random_seed();
    const crypto::KeyPair key(scheme_of(flags.scheme), seed);
    Shown made = shown_of(key);
    made.seed = base::to_hex_0x(seed.reveal());
    print_key(form, made);
    return exit_ok;
}

// It is no file either: says which of the forms it comes close to.
int refuse_subject(Form form, const std::string& subject) {
    const bool hex = subject.starts_with("0x");
    const bool word =
        subject.find_first_not_of(
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == std::string::npos;
    if (hex)
        return print_error(form, {"BadSeed", "not 64 hexadecimal digits behind 0x: " + subject,
                                  "copy the seed as `cloister key generate` printed it"});
    if (word && subject.size() >= address_letters_min)
        return print_error(form, {"BadAddress", "not an SS58 address: " + subject,
                                  "a letter is wrong or missing: copy it again"});
    return print_error(form, {"NoKey", "there is no key file " + subject,
                              "give //Alice, 0x and a seed, a key file or an SS58 address"});
}

int inspect(Form form, const Flags& flags) {
    if (const auto address = crypto::parse_ss58(flags.subject)) {
        print_key(form, {.seed = {}, .scheme = {}, .public_key = {}, .account = address->account});
        return exit_ok;
    }
    const auto direct = crypto::KeyPair::from_suri(scheme_of(flags.scheme), flags.subject);
    if (direct) {
        print_key(form, shown_of(*direct));
        return exit_ok;
    }
    if (!io::file_exists(flags.subject)) return refuse_subject(form, flags.subject);
    const auto key = load_key(scheme_of(flags.scheme), flags.subject);
    if (!key) return print_error(form, key.error());
    print_key(form, shown_of(*key));
    return exit_ok;
}

}  // namespace

void add_key(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* key = app.add_subcommand("key", "make keys and show whose they are");
    key->require_subcommand(1);
    const auto scheme = [&](CLI::App* command) { add_scheme_flag(*command, flags->scheme); };
    CLI::App* make = key->add_subcommand("generate", "a new key from the system's randomness");
    scheme(make);
    make->footer("Example:\n  cloister key generate --scheme ed25519");
    make->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            return generate(form_of(invocation.json), *flags);
        };
    });
    CLI::App* show =
        key->add_subcommand("inspect", "the account of a secret URI, a key file or an address");
    show->add_option("subject", flags->subject,
                     "//Alice, 0x and a seed, a key file, or an SS58 address")
        ->required();
    scheme(show);
    show->footer("Example:\n  cloister key inspect //Alice");
    show->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            return inspect(form_of(invocation.json), *flags);
        };
    });
}

}  // namespace cloister::app
