// SGX quotes, collateral in JSON, and the whole verdict: an alteration is never accepted.
#include "attest/chain.hpp"
#include "attest/policy.hpp"
#include "attest/tcb.hpp"
#include "attest/world_test.hpp"
#include "bodies.hpp"
#include "parts.hpp"

namespace cloister::fuzz {
namespace {

namespace forge = attest::forge;

struct Honest {
    forge::World world;
    Bytes quote = world.quote();
    attest::Collateral collateral = world.collateral();
    attest::Roots roots = world.roots();
    attest::Verdict verdict = *world.verdict();
};
const Honest& honest() {
    static const Honest made;
    return made;
}

// PEM may be laid out in more than one way; what counts is the DER in it.
bool same_chain(ByteView a, ByteView b) {
    const auto left = attest::parse_pem(a, 3);
    const auto right = attest::parse_pem(b, 3);
    if (!left || !right) return false;
    return std::ranges::equal(*left, *right, {}, &attest::PemBlock::der, &attest::PemBlock::der);
}

bool same_collateral(const attest::Collateral& a, const attest::Collateral& b) {
    return a.pck_crl == b.pck_crl && a.root_ca_crl == b.root_ca_crl && a.tcb_info == b.tcb_info &&
           a.tcb_info_signature == b.tcb_info_signature && a.qe_identity == b.qe_identity &&
           a.qe_identity_signature == b.qe_identity_signature &&
           same_chain(a.pck_crl_issuer_chain, b.pck_crl_issuer_chain) &&
           same_chain(a.tcb_info_issuer_chain, b.tcb_info_issuer_chain) &&
           same_chain(a.qe_identity_issuer_chain, b.qe_identity_issuer_chain);
}

bool same_quote(ByteView a, ByteView b) {
    const auto left = attest::parse_quote(a);
    const auto right = attest::parse_quote(b);
    if (!left || !right) return false;
    return std::ranges::equal(left->signed_part, right->signed_part) &&
           left->signature == right->signature && left->attestation_key == right->attestation_key &&
           std::ranges::equal(left->qe_report.bytes, right->qe_report.bytes) &&
           left->qe_signature == right->qe_signature &&
           std::ranges::equal(left->qe_auth_data, right->qe_auth_data) &&
           same_chain(left->pck_chain, right->pck_chain);
}

std::vector<Bytes attest::Collateral::*> collateral_parts() {
    using C = attest::Collateral;
    return {&C::pck_crl_issuer_chain,     &C::pck_crl,     &C::root_ca_crl,
            &C::tcb_info_issuer_chain,    &C::tcb_info,    &C::tcb_info_signature,
            &C::qe_identity_issuer_chain, &C::qe_identity, &C::qe_identity_signature};
}

}  // namespace

int quote_body(ByteView input) {
    const auto quote = attest::parse_quote(input);
    const auto claims = attest::parse_claims(input);
    FUZZ_CHECK(quote.has_value() == claims.has_value());
    if (!quote) {
        FUZZ_CHECK(quote.error().offset <= input.size());
        return 0;
    }
    FUZZ_CHECK(std::ranges::equal(claims->measurement.view(), quote->body.mr_enclave()));
    FUZZ_CHECK(quote->pck_chain_offset + quote->pck_chain.size() <= input.size());
    static_cast<void>(attest::Chain::parse(quote->pck_chain));
    return 1;
}

std::vector<Bytes> quote_seeds() {
    std::vector<Bytes> seeds = {honest().quote};
    for (Bytes& real : shared_files("evidence/intel-sgx", ".bin", 8192)) {
        if (seeds.size() < 6) seeds.push_back(std::move(real));
    }
    return seeds;
}

int collateral_body(ByteView input) {
    int meant = 0;
    if (const auto info = attest::parse_tcb_info(input)) {
        FUZZ_CHECK(info->levels.size() <= attest::tcb_levels_max);
        static_cast<void>(info->find_level({}));
        meant = 1;
    } else {
        FUZZ_CHECK(info.error().offset <= input.size());
    }
    if (const auto identity = attest::parse_qe_identity(input)) {
        const Bytes report(attest::ReportBody::size);
        static_cast<void>(identity->matches({report}));
        static_cast<void>(identity->find_level(3));
        meant = 1;
    } else {
        FUZZ_CHECK(identity.error().offset <= input.size());
    }
    if (const auto policy = attest::parse_policy_json(input)) {
        static_cast<void>(attest::appraise(honest().verdict, *policy));
        const auto again = scale::decode<attest::Policy>(scale::encode(*policy));
        FUZZ_CHECK(again && *again == *policy);
        meant = 1;
    } else {
        FUZZ_CHECK(policy.error().offset <= input.size());
    }
    if (attest::parse_collateral_json(input)) meant = 1;
    if (const auto status = attest::parse_tcb_status(text_of(input))) {
        FUZZ_CHECK(attest::name_of(*status) == text_of(input));
        meant = 1;
    }
    return meant;
}

std::vector<Bytes> collateral_seeds() {
    const std::string policy =
        R"({"technologies":["intel-sgx"],"measurements":[")" + std::string(64, 'a') +
        R"("],"any_measurement":false,"svn_min":1,"tcb_evaluation_number_min":7,)"
        R"("statuses":["UpToDate"],)"
        R"("advisories_accepted":["INTEL-SA-00614"],"any_advisory":false,"debug_accepted":false})";
    std::vector<Bytes> seeds = {to_bytes(honest().world.tcb_info()),
                                to_bytes(honest().world.qe_identity()), to_bytes(policy),
                                to_bytes("{}"), to_bytes("SWHardeningNeeded")};
    for (Bytes& real : shared_files("evidence/intel-collateral", ".json", 24'000)) {
        if (seeds.size() < 7) seeds.push_back(std::move(real));
    }
    return seeds;
}

// Which part is replaced (0: the quote, then the collateral's nine in order), the part; again.
int attest_body(ByteView input) {
    Bytes evidence = honest().quote;
    attest::Collateral collateral = honest().collateral;
    for (Parts parts(input); !parts.empty();) {
        const std::uint8_t which = parts.byte() % 10;
        const ByteView part = parts.take();
        (which == 0 ? evidence : collateral.*collateral_parts()[which - 1U]) = to_bytes(part);
    }
    const auto verdict = attest::verify(evidence, collateral, forge::now, honest().roots);
    if (!verdict) return 0;
    FUZZ_CHECK(same_quote(evidence, honest().quote));
    FUZZ_CHECK(same_collateral(collateral, honest().collateral));
    FUZZ_CHECK(verdict->claims.measurement == honest().verdict.claims.measurement);
    FUZZ_CHECK(verdict->claims.report_data == honest().verdict.claims.report_data);
    FUZZ_CHECK(verdict->platform.status == honest().verdict.platform.status);
    return 1;
}

std::vector<Bytes> attest_seeds() {
    std::vector<Bytes> seeds = {{}};
    seeds.emplace_back(Bytes{0});
    append_part(seeds.back(), honest().quote);
    for (std::uint8_t which = 1; const auto part : collateral_parts()) {
        seeds.emplace_back(Bytes{which++});
        append_part(seeds.back(), honest().collateral.*part);
    }
    return seeds;
}

}  // namespace cloister::fuzz
