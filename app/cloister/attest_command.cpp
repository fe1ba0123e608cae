// `cloister attest`: is evidence authentic, and does a policy accept it? The two answers are never
// mixed. Needs no network: collateral comes as files.
#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "attest/policy.hpp"
#include "client_shell.hpp"
#include "codec/json/reader.hpp"
#include "codec/json/writer.hpp"
#include "commands.hpp"
#include "io/clock.hpp"

namespace cloister::app {
namespace {

constexpr int exit_not_authentic = 1;
constexpr int exit_refused = 2;
constexpr std::size_t evidence_bytes_max = 1U << 20;
constexpr std::size_t collateral_bytes_max = 4U << 20;
constexpr std::size_t policy_bytes_max = 1U << 20;

struct Flags {
    std::string evidence;
    std::vector<std::string> collateral;
    std::string policy;
    std::string simulated_root;
    std::uint64_t at = 0;  // Unix seconds
    bool at_given = false;
};

// Raw bytes, or the same as hexadecimal text.
Result<Bytes, Problem> read_evidence(const std::string& path) {
    CLOISTER_TRY(Bytes raw, read_input(path, evidence_bytes_max));
    std::string digits;
    for (const char c : text_of(raw)) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') digits += c;
    }
    auto decoded = digits.empty() ? std::nullopt : base::from_hex(digits);
    return decoded ? std::move(*decoded) : std::move(raw);
}

attest::Error malformed(std::size_t offset, std::string message) {
    return {attest::Code::MalformedCollateral, "collateral", offset, std::move(message)};
}

// Bundles may complete each other: what an earlier file has, a later one does not replace.
Result<std::string, attest::Error> merge(const std::vector<Bytes>& files) {
    std::map<std::string, std::string> members;
    for (const Bytes& file : files) {
        json::Reader reader{ByteView(file)};
        if (reader.enter_object()) {
            while (const auto key = reader.next_member())
                members.try_emplace(*key, reader.raw_value());
        }
        if (const auto done = reader.finish(); !done) {
            return err(
                malformed(done.error().offset, std::string(json::name_of(done.error().error))));
        }
    }
    json::Writer w;
    w.begin_object();
    for (const auto& [key, value] : members) w.key(key).raw(value);
    w.end_object();
    return std::move(w).take();
}

Result<attest::Collateral, attest::Error> parse_collateral(const std::vector<Bytes>& files) {
    // One file is read as it is, so that an error's offset points into it.
    if (files.size() == 1) return attest::parse_collateral_json(files.front());
    if (files.empty()) {
        return err(attest::Error{attest::Code::MissingCollateral, "collateral", 0,
                                 "no --collateral was given"});
    }
    CLOISTER_TRY(const std::string merged, merge(files));
    return attest::parse_collateral_json(view_of(merged));
}

struct Fields {
    std::vector<std::pair<std::string, std::string>> rows;  // name and raw JSON value
    void text(std::string name, std::string_view value) {
        json::Writer w;
        w.string(value);
        rows.emplace_back(std::move(name), std::move(w).take());
    }
    void hex(std::string name, ByteView bytes) { text(std::move(name), base::to_hex(bytes)); }
    void number(std::string name, std::uint64_t value) {
        rows.emplace_back(std::move(name), std::to_string(value));
    }
    void flag(std::string name, bool value) {
        rows.emplace_back(std::move(name), value ? "true" : "false");
    }
};

Fields fields_of(const attest::Claims& claims) {
    Fields f;
    f.hex("measurement", claims.measurement.view());
    f.hex("signer", claims.signer.view());
    f.number("product_id", claims.product_id);
    f.number("svn", claims.svn);
    f.flag("debug", claims.debug);
    f.number("attributes", claims.attributes);
    f.number("xfrm", claims.xfrm);
    f.number("misc_select", claims.misc_select);
    f.hex("report_data", claims.report_data.view());
    return f;
}

Fields fields_of(const attest::Platform& platform) {
    Fields f;
    f.hex("ppid", platform.ppid.view());
    f.hex("fmspc", platform.fmspc.view());
    if (platform.instance) f.hex("instance", platform.instance->view());
    f.text("tcb_date", platform.tcb_date);
    f.number("tcb_evaluation_number", platform.tcb_evaluation_number);
    return f;
}

void write_object(json::Writer& w, const Fields& fields) {
    w.begin_object();
    for (const auto& [name, value] : fields.rows) w.key(name).raw(value);
    w.end_object();
}

void print_rows(const Fields& fields) {
    for (const auto& [name, value] : fields.rows) {
        const bool quoted = value.starts_with('"');
        print_line("  " + name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') +
                   (quoted ? value.substr(1, value.size() - 2) : value));
    }
}

void write_error(json::Writer& w, const attest::Error& error) {
    w.begin_object().key("code").string(attest::name_of(error.code));
    w.key("clause").string(attest::clause_of(error.code)).key("offset").number(error.offset);
    w.key("message").string(std::string(error.part) + ": " + error.message).end_object();
}

int print_not_authentic(Form form, const attest::Error& error) {
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("authentic").boolean(false);
        for (const char* absent :
             {"technology", "tcb_status", "advisory_ids", "platform", "claims", "policy"}) {
            w.key(absent).null();
        }
        w.key("error");
        write_error(w, error);
        w.end_object();
        print_line(w.text());
        return exit_not_authentic;
    }
    print_line("NOT AUTHENTIC: " + std::string(attest::name_of(error.code)) + ", " + error.message);
    print_line("  where   " + std::string(error.part) + ", byte " + std::to_string(error.offset));
    print_line("  clause  " + std::string(attest::clause_of(error.code)));
    return exit_not_authentic;
}

std::string verdict_json(const attest::Verdict& verdict, const attest::PolicyVerdict& policy) {
    json::Writer w;
    w.begin_object().key("authentic").boolean(true);
    w.key("technology").string(attest::name_of(verdict.technology));
    w.key("tcb_status").string(attest::name_of(verdict.platform.status));
    w.key("advisory_ids").begin_array();
    for (const std::string& id : verdict.platform.advisory_ids) w.string(id);
    w.end_array().key("platform");
    Fields platform = fields_of(verdict.platform);
    platform.flag("simulated", verdict.simulated);
    write_object(w, platform);
    w.key("claims");
    write_object(w, fields_of(verdict.claims));
    w.key("policy").begin_object().key("verdict").string(policy.accepted() ? "accepted"
                                                                           : "refused");
    w.key("reasons").begin_array();
    for (const attest::Reason reason : policy.reasons) w.string(attest::name_of(reason));
    w.end_array().end_object().key("error").null().end_object();
    return std::move(w).take();
}

void print_verdict(const attest::Verdict& verdict, const attest::PolicyVerdict& policy) {
    print_line(
        "AUTHENTIC " + std::string(attest::name_of(verdict.technology)) +
        (verdict.simulated ? ", SIMULATED: proves nothing against the machine's owner" : ""));
    std::string advisories;
    for (const std::string& id : verdict.platform.advisory_ids) advisories += " " + id;
    print_line("platform " + std::string(attest::name_of(verdict.platform.status)) + advisories);
    print_rows(fields_of(verdict.platform));
    print_line("claims");
    print_rows(fields_of(verdict.claims));
    std::string reasons;
    for (const attest::Reason reason : policy.reasons)
        reasons += " " + std::string(attest::name_of(reason));
    print_line(policy.accepted() ? "ACCEPTED by the policy" : "REFUSED by the policy:" + reasons);
}

int verify(Form form, const Flags& flags) {
    const auto evidence = read_evidence(flags.evidence);
    if (!evidence)
        return print_usage_error(form, evidence.error().message, "check --evidence FILE");
    std::vector<Bytes> files;
    for (const std::string& path : flags.collateral) {
        auto file = read_input(path, collateral_bytes_max);
        if (!file) return print_usage_error(form, file.error().message, "check --collateral FILE");
        files.push_back(std::move(*file));
    }
    attest::Policy policy = attest::default_inspection_policy();
    if (!flags.policy.empty()) {
        const auto text = read_input(flags.policy, policy_bytes_max);
        if (!text) return print_usage_error(form, text.error().message, "check --policy FILE");
        auto parsed = attest::parse_policy_json(*text);
        if (!parsed)
            return print_usage_error(form, "the policy: " + parsed.error().message,
                                     "docs/formats.md has its form");
        policy = std::move(*parsed);
    }
    attest::Roots roots;
    if (!flags.simulated_root.empty()) {
        const auto root = parse_fixed<Hash256>(flags.simulated_root, "a root's SHA-256");
        if (!root) return print_usage_error(form, root.error().message, root.error().hint);
        roots.simulated = *root;
    }
    const auto collateral = parse_collateral(files);
    if (!collateral) return print_not_authentic(form, collateral.error());
    const std::uint64_t at = flags.at_given ? flags.at : io::wall_now().value / 1000;
    const auto verdict = attest::verify(*evidence, *collateral, at, roots);
    if (!verdict) return print_not_authentic(form, verdict.error());
    const auto appraisal = attest::appraise(*verdict, policy);
    if (form == Form::Json) {
        print_line(verdict_json(*verdict, appraisal));
    } else {
        print_verdict(*verdict, appraisal);
    }
    return appraisal.accepted() ? exit_ok : exit_refused;
}

int inspect(Form form, const Flags& flags) {
    const auto evidence = read_evidence(flags.evidence);
    if (!evidence)
        return print_usage_error(form, evidence.error().message,
                                 "name a quote: cloister attest inspect FILE");
    const auto claims = attest::parse_claims(*evidence);
    if (!claims) {
        const attest::Error& e = claims.error();
        return print_error(
            form, {.code = std::string(attest::name_of(e.code)),
                   .message = std::string(e.part) + ", byte " + std::to_string(e.offset) + ": " +
                              e.message,
                   .hint = "SGX quotes of version 3 with an embedded certificate chain are read"});
    }
    if (form == Form::Json) {
        json::Writer w;
        w.begin_object().key("verified").boolean(false).key("claims");
        write_object(w, fields_of(*claims));
        w.end_object();
        print_line(w.text());
    } else {
        print_line("claims, NOT VERIFIED (`cloister attest verify` does that)");
        print_rows(fields_of(*claims));
    }
    return exit_ok;
}

}  // namespace

void add_attest(CLI::App& app, Invocation& invocation) {
    auto flags = std::make_shared<Flags>();
    CLI::App* attest = app.add_subcommand("attest", "verify attestation evidence, offline");
    attest->require_subcommand(1);
    CLI::App* check = attest->add_subcommand(
        "verify",
        "exit code 0: accepted; 1: not authentic; 2: authentic, but refused by the policy");
    check->add_option("--evidence", flags->evidence, "the quote: raw bytes or hexadecimal text")
        ->required();
    check->add_option("--collateral", flags->collateral,
                      "JSON bundle; several complete each other");
    CLI::Option* at = check->add_option("--at", flags->at, "Unix time to judge at; default: now");
    check->add_option("--policy", flags->policy,
                      "JSON policy; default: SGX, any measurement, platform up to date");
    check->add_option(
        "--simulated-root", flags->simulated_root,
        "also trust the simulated root with this SHA-256; the verdict says SIMULATED");
    check->footer(
        "Example:\n  cloister attest verify --evidence quote.bin --collateral bundle.json --at "
        "1719814286");
    check->callback([&invocation, flags, at] {
        flags->at_given = at->count() > 0;
        invocation.action = [&invocation, flags] {
            return verify(form_of(invocation.json), *flags);
        };
    });
    CLI::App* show = attest->add_subcommand("inspect", "every claim of a quote, nothing verified");
    show->add_option("evidence", flags->evidence, "the quote: raw bytes or hexadecimal text")
        ->required();
    show->footer("Example:\n  cloister attest inspect quote.bin");
    show->callback([&invocation, flags] {
        invocation.action = [&invocation, flags] {
            return inspect(form_of(invocation.json), *flags);
        };
    });
}

}  // namespace cloister::app
