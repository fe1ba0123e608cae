// The verification of an SGX quote: attestation.md (b), Intel part, items 1 to 12 and 14.
#include <algorithm>

#include "attest/chain.hpp"
#include "attest/pck.hpp"
#include "attest/quote.hpp"
#include "attest/tcb.hpp"
#include "crypto/hash.hpp"

namespace cloister::attest {
namespace {

struct Part {
    std::string_view name;
    ByteView bytes;
};

Result<void, Error> check_parts(const Collateral& c) {
    const std::array<Part, 9> parts = {{{"pck_crl_issuer_chain", c.pck_crl_issuer_chain},
                                        {"pck_crl", c.pck_crl},
                                        {"root_ca_crl", c.root_ca_crl},
                                        {"tcb_info_issuer_chain", c.tcb_info_issuer_chain},
                                        {"tcb_info", c.tcb_info},
                                        {"tcb_info_signature", c.tcb_info_signature},
                                        {"qe_identity_issuer_chain", c.qe_identity_issuer_chain},
                                        {"qe_identity", c.qe_identity},
                                        {"qe_identity_signature", c.qe_identity_signature}}};
    for (const Part& part : parts) {
        if (part.bytes.empty()) {
            return failure(Code::MissingCollateral, part.name, 0,
                           "a part of the collateral is absent");
        }
        if (part.bytes.size() > Collateral::part_bytes_max) {
            return failure(Code::TooLarge, part.name, Collateral::part_bytes_max,
                           "a part of the collateral is too large");
        }
    }
    return {};
}

// What every later check rests on: the root that the quote's own chain ends in, and its list.
struct Anchor {
    Certificate root;
    Hash256 hash;
    Crl crl;
    std::uint64_t unix_time = 0;
    const Roots* roots = nullptr;
};

// (3)(4) A chain of the collateral: valid, under the same root, its signer not revoked.
Result<Chain, Error> check_issuer_chain(const Anchor& anchor, Part part, ChainKind kind) {
    CLOISTER_TRY(Chain chain, Chain::parse(part.bytes).map_error(in_part(part.name)));
    CLOISTER_CHECK(
        chain.check(kind, anchor.unix_time, *anchor.roots).map_error(in_part(part.name)));
    if (chain.root_hash() != anchor.hash) {
        return failure(Code::UntrustedRoot, part.name, 0, "the root is not the quote's root");
    }
    if (anchor.crl.is_revoked(chain.leaf().serial)) {
        return failure(Code::CertificateRevoked, part.name, 0, "the signer is revoked");
    }
    return chain;
}

// (4) The PCK's own list, by the CA that issued the PCK.
Result<void, Error> check_pck_revocation(const Anchor& anchor, const Chain& pck,
                                         const Collateral& collateral) {
    if (anchor.crl.is_revoked(pck.issuer().serial)) {
        return failure(Code::CertificateRevoked, "quote", 0, "the PCK CA is revoked");
    }
    const Part part = {"pck_crl_issuer_chain", collateral.pck_crl_issuer_chain};
    CLOISTER_TRY(const Chain issuers, check_issuer_chain(anchor, part, ChainKind::PckCa));
    const Certificate& issuer = issuers.leaf();
    if (!equal(issuer.subject, pck.issuer().subject) || issuer.key != pck.issuer().key) {
        return failure(Code::WrongChain, part.name, 0, "the list's issuer is not the PCK's issuer");
    }
    CLOISTER_TRY(const Crl crl, check_crl(collateral.pck_crl, issuer, anchor.unix_time)
                                    .map_error(in_collateral("pck_crl")));
    if (crl.is_revoked(pck.leaf().serial)) {
        return failure(Code::CertificateRevoked, "quote", 0, "the PCK certificate is revoked");
    }
    return {};
}

bool verify_document(const Chain& signer, ByteView document, ByteView signature) {
    const auto raw = crypto::P256Signature::from(signature);
    return raw && crypto::verify_p256(signer.leaf().key, document, *raw);
}

// (5)(6)
Result<TcbInfo, Error> check_tcb_info(const Anchor& anchor, const Collateral& collateral,
                                      const PckExtension& pck) {
    constexpr std::string_view part = "tcb_info";
    CLOISTER_TRY(
        const Chain signer,
        check_issuer_chain(anchor, {"tcb_info_issuer_chain", collateral.tcb_info_issuer_chain},
                           ChainKind::TcbSigning));
    if (!verify_document(signer, collateral.tcb_info, collateral.tcb_info_signature)) {
        return failure(Code::BadTcbInfoSignature, part, 0, "the signature does not verify");
    }
    CLOISTER_TRY(TcbInfo info, parse_tcb_info(collateral.tcb_info).map_error(in_part(part)));
    if (anchor.unix_time < info.issue_date || anchor.unix_time > info.next_update) {
        return failure(Code::TcbInfoExpired, part, 0, "the TCB info is not of this time");
    }
    if (!equal(info.fmspc, pck.fmspc.view()) || !equal(info.pce_id, pck.pce_id)) {
        return failure(Code::TcbInfoMismatch, part, 0, "FMSPC or PCEID are of another platform");
    }
    return info;
}

// (9), up to the SVN
Result<QeIdentity, Error> check_qe_identity(const Anchor& anchor, const Collateral& collateral,
                                            const Quote& quote) {
    constexpr std::string_view part = "qe_identity";
    CLOISTER_TRY(const Chain signer,
                 check_issuer_chain(
                     anchor, {"qe_identity_issuer_chain", collateral.qe_identity_issuer_chain},
                     ChainKind::TcbSigning));
    if (!verify_document(signer, collateral.qe_identity, collateral.qe_identity_signature)) {
        return failure(Code::BadQeIdentitySignature, part, 0, "the signature does not verify");
    }
    CLOISTER_TRY(QeIdentity identity,
                 parse_qe_identity(collateral.qe_identity).map_error(in_part(part)));
    if (anchor.unix_time < identity.issue_date || anchor.unix_time > identity.next_update) {
        return failure(Code::QeIdentityExpired, part, 0, "the QE identity is not of this time");
    }
    if (!identity.matches(quote.qe_report)) {
        return failure(Code::QeIdentityMismatch, "quote", 0,
                       "the quoting enclave is not the one that the QE identity describes");
    }
    return identity;
}

// (8)(10) PCK signs the QE report, the QE report binds the attestation key, that key signs the
// quote.
Result<void, Error> check_signatures(const Quote& quote, const Certificate& pck) {
    if (!crypto::verify_p256(pck.key, quote.qe_report.bytes, quote.qe_signature)) {
        return failure(Code::BadQeReportSignature, "quote", 0, "the QE report is not the PCK's");
    }
    const Hash256 bound = crypto::sha256(concat(quote.attestation_key.view(), quote.qe_auth_data));
    const ByteView data = quote.qe_report.report_data();
    const bool zero = std::ranges::all_of(data.last(32), [](std::uint8_t b) { return b == 0; });
    if (!equal(data.first(32), bound.view()) || !zero) {
        return failure(Code::BadQeReportData, "quote", 0,
                       "the QE report does not bind the attestation key");
    }
    if (!crypto::verify_p256(quote.attestation_key, quote.signed_part, quote.signature)) {
        return failure(Code::BadQuoteSignature, "quote", 0,
                       "the quote's signature does not verify");
    }
    return {};
}

// (11)(12)
Result<Platform, Error> evaluate(const TcbInfo& info, const QeIdentity& identity,
                                 const PckExtension& pck, std::uint16_t qe_svn) {
    const TcbLevel* level = info.find_level(pck);
    if (level == nullptr) {
        return failure(Code::TcbNotSupported, "tcb_info", 0, "no TCB level matches the platform");
    }
    const QeLevel* qe_level = identity.find_level(qe_svn);
    if (qe_level == nullptr) {
        return failure(Code::TcbNotSupported, "qe_identity", 0, "no TCB level matches the QE");
    }
    Platform out;
    out.status = converge(level->status, qe_level->status);
    if (out.status == TcbStatus::Revoked) {
        return failure(Code::TcbRevoked, "tcb_info", 0,
                       "the platform's or the QE's TCB is revoked");
    }
    out.advisory_ids = level->advisory_ids;
    for (const std::string& id : qe_level->advisory_ids) {
        if (std::ranges::find(out.advisory_ids, id) == out.advisory_ids.end()) {
            out.advisory_ids.push_back(id);
        }
    }
    // The form is fixed, so text order is time order.
    out.tcb_date = std::min(level->date, qe_level->date);
    // The lower one, so that a floor in a policy holds for both documents.
    out.tcb_evaluation_number = std::min(info.evaluation_number, identity.evaluation_number);
    out.ppid = pck.ppid;
    out.instance = pck.instance;
    out.fmspc = pck.fmspc;
    return out;
}

// Faults inside the quote's PEM chain point into the quote.
auto in_pck_chain(const Quote& quote) {
    return [base = quote.pck_chain_offset](Fault&& f) {
        f.offset += base;
        return std::move(f).in("quote");
    };
}

}  // namespace

Result<Verdict, Error> verify(ByteView evidence, const Collateral& collateral,
                              std::uint64_t unix_time, const Roots& roots) {
    CLOISTER_TRY(const Quote quote, parse_quote(evidence).map_error(in_part("quote")));
    CLOISTER_CHECK(check_parts(collateral));
    CLOISTER_TRY(const Chain chain, Chain::parse(quote.pck_chain).map_error(in_pck_chain(quote)));
    CLOISTER_CHECK(chain.check(ChainKind::Pck, unix_time, roots).map_error(in_pck_chain(quote)));
    CLOISTER_TRY(const PckExtension pck,
                 parse_pck_extension(chain.leaf().sgx_extension).map_error(in_part("quote")));
    CLOISTER_TRY(const Crl root_crl, check_crl(collateral.root_ca_crl, chain.root(), unix_time)
                                         .map_error(in_collateral("root_ca_crl")));
    const Anchor anchor{chain.root(), chain.root_hash(), root_crl, unix_time, &roots};
    CLOISTER_CHECK(check_pck_revocation(anchor, chain, collateral));
    CLOISTER_TRY(const TcbInfo info, check_tcb_info(anchor, collateral, pck));
    CLOISTER_TRY(const QeIdentity identity, check_qe_identity(anchor, collateral, quote));
    CLOISTER_CHECK(check_signatures(quote, chain.leaf()));
    Verdict verdict;
    CLOISTER_TRY(verdict.platform, evaluate(info, identity, pck, quote.qe_report.svn()));
    verdict.claims = claims_of(quote.body);
    verdict.simulated = anchor.hash != intel_root_sha256;
    return verdict;
}

Result<Claims, Error> parse_claims(ByteView evidence) {
    CLOISTER_TRY(const Quote quote, parse_quote(evidence).map_error(in_part("quote")));
    return claims_of(quote.body);
}

}  // namespace cloister::attest
