#include "platform/forge.hpp"

#include "crypto/hash.hpp"
#include "platform/vendor.hpp"

namespace cloister::platform {

namespace {

// Offsets into a quote v3 (Intel, "SGX ECDSA QuoteLib Reference", A.4).
constexpr std::size_t at_version = 0;
constexpr std::size_t at_key_type = 2;
constexpr std::size_t at_tee_type = 4;
constexpr std::size_t at_vendor = 12;
constexpr std::size_t at_user_data = 28;
constexpr std::size_t at_measurement = quote_header_bytes + 64;
constexpr std::size_t at_report_data = quote_header_bytes + 320;
constexpr std::size_t at_signature_length = quote_header_bytes + report_body_bytes;
constexpr std::size_t at_signature = at_signature_length + 4;
constexpr std::size_t at_attestation_key = at_signature + 64;
constexpr std::size_t at_qe_report = at_attestation_key + 64;
constexpr std::size_t at_qe_report_signature = at_qe_report + report_body_bytes;
constexpr std::size_t at_certification = at_qe_report_signature + 64 + 2 + 32;
constexpr std::size_t at_chain_length = at_certification + 2;
constexpr std::size_t at_chain = at_chain_length + 4;

constexpr std::uint64_t day = 86400;

// How the vendor and its quoting enclave differ from the honest ones.
void spoil_certificates(Flaw flaw, std::uint64_t now, Recipe& recipe) {
    switch (flaw) {
        case Flaw::PckExpired: recipe.pck_until = now - 1; break;
        case Flaw::PckNotYetValid: recipe.pck_from = now + 1; break;
        case Flaw::PckRevoked: recipe.pck_revoked = true; break;
        case Flaw::IntermediateRevoked: recipe.intermediate_revoked = true; break;
        case Flaw::TcbSignerRevoked: recipe.tcb_signer_revoked = true; break;
        case Flaw::PckCrlExpired: recipe.pck_crl_until = now - 1; break;
        case Flaw::RootCrlExpired: recipe.root_crl_until = now - 1; break;
        case Flaw::TcbInfoExpired: recipe.tcb_info_until = now - 1; break;
        case Flaw::QeIdentityExpired: recipe.qe_identity_until = now - 1; break;
        default: break;
    }
}

void spoil_statements(Flaw flaw, Recipe& recipe) {
    switch (flaw) {
        case Flaw::TcbInfoOtherFmspc: recipe.tcb_info_fmspc[0] ^= 1; break;
        case Flaw::TcbInfoOtherPceid: recipe.tcb_info_pceid = "0001"; break;
        case Flaw::TcbInfoOtherTee: recipe.tcb_info_id = "TDX"; break;
        case Flaw::TcbBelowEveryLevel:
            for (TcbLevel& level : recipe.levels) level.components[7] = 1;
            break;
        case Flaw::TcbRevoked: recipe.levels[0].status = "Revoked"; break;
        case Flaw::TcbOutOfDate: recipe.levels[0].pcesvn = current_pcesvn + 1; break;
        case Flaw::TcbConfigurationNeeded: recipe.levels[0].status = "ConfigurationNeeded"; break;
        case Flaw::TcbSWHardeningNeeded: recipe.levels[0].status = "SWHardeningNeeded"; break;
        case Flaw::QeTcbRevoked: recipe.qe_status = "Revoked"; break;
        case Flaw::QeOutOfDate: recipe.qe.svn = 7; break;
        case Flaw::QeSvnBelowEveryLevel: recipe.qe.svn = 0; break;
        case Flaw::QeSignerForeign: recipe.qe.foreign_signer = true; break;
        case Flaw::QeProductForeign: recipe.qe.product_id = 2; break;
        case Flaw::QeDebug: recipe.qe.attributes |= flag_debug; break;
        case Flaw::QeMiscSelect: recipe.qe.misc_select = 1; break;
        case Flaw::AttestationKeyUnbound: recipe.qe.binds_attestation_key = false; break;
        default: break;
    }
}

void flip(Bytes& bytes, std::size_t at) { bytes[at] ^= 1; }

// The chain's bytes replaced, every length made to fit.
void replace_chain(Bytes& quote, std::string_view chain) {
    quote.resize(at_chain);
    append(quote, view_of(chain));
    const auto write_length = [&quote](std::size_t at, std::size_t value) {
        for (std::size_t i = 0; i < 4; ++i, value >>= 8) {
            quote[at + i] = static_cast<std::uint8_t>(value & 0xff);
        }
    };
    write_length(at_chain_length, chain.size());
    write_length(at_signature_length, quote.size() - at_signature);
}

void spoil_chain(Flaw flaw, Bytes& quote) {
    constexpr std::string_view end_line = "-----END CERTIFICATE-----\n";
    const std::string_view chain = text_of(ByteView(quote).subspan(at_chain));
    const std::size_t leaf_end = chain.find(end_line) + end_line.size();
    const std::size_t intermediate_end = chain.find(end_line, leaf_end) + end_line.size();
    const std::string leaf(chain.substr(0, leaf_end));
    const std::string intermediate(chain.substr(leaf_end, intermediate_end - leaf_end));
    const std::string root(chain.substr(intermediate_end));
    if (flaw == Flaw::ChainOrderWrong) return replace_chain(quote, intermediate + leaf + root);
    if (flaw == Flaw::ChainWithoutRoot) return replace_chain(quote, leaf + intermediate);
    // A base64 digit inside the last bytes of the DER, which are the signature's s.
    std::string altered = leaf;
    char& digit = altered[leaf_end - end_line.size() - 12];
    digit = digit == 'A' ? 'B' : 'A';
    replace_chain(quote, altered + intermediate + root);
}

void spoil_quote(Flaw flaw, Bytes& quote) {
    switch (flaw) {
        case Flaw::Truncated: quote.resize(at_chain + 100); break;
        case Flaw::OtherVersion: quote[at_version] = 2; break;
        case Flaw::OtherAttestationKeyType: quote[at_key_type] = 3; break;
        case Flaw::OtherTeeType: quote[at_tee_type] = 0x81; break;
        case Flaw::OtherQeVendor: flip(quote, at_vendor); break;
        case Flaw::OtherCertificationType: quote[at_certification] = 3; break;
        case Flaw::SignatureLengthWrong: quote[at_signature_length] ^= 1; break;
        case Flaw::MeasurementAltered: flip(quote, at_measurement); break;
        case Flaw::ReportDataAltered: flip(quote, at_report_data); break;
        case Flaw::HeaderAltered: flip(quote, at_user_data); break;
        case Flaw::QuoteSignatureAltered: flip(quote, at_signature + 40); break;
        case Flaw::QeReportAltered: flip(quote, at_qe_report + 32); break;
        case Flaw::QeReportSignatureAltered: flip(quote, at_qe_report_signature + 40); break;
        case Flaw::ChainOrderWrong:
        case Flaw::ChainWithoutRoot:
        case Flaw::LeafSignatureAltered: spoil_chain(flaw, quote); break;
        default: break;
    }
}

// Another key signs the quote and stands in it, beside the QE report that binds the real one.
void swap_attestation_key(const Secret<32>& seed, Bytes& quote) {
    const auto key = crypto::P256Key::derive(derive_secret(seed, "forge/attestation").reveal());
    const auto signature = key.sign(ByteView(quote).first(at_signature_length));
    std::ranges::copy(signature, quote.begin() + at_signature);
    std::ranges::copy(key.public_key(), quote.begin() + at_attestation_key);
}

void spoil_collateral(Flaw flaw, attest::Collateral& collateral) {
    switch (flaw) {
        // The last byte of the DER is the lowest of the signature's s.
        case Flaw::PckCrlSignatureAltered: collateral.pck_crl.back() ^= 1; break;
        case Flaw::RootCrlSignatureAltered: collateral.root_ca_crl.back() ^= 1; break;
        case Flaw::TcbInfoSignatureAltered: collateral.tcb_info_signature[40] ^= 1; break;
        case Flaw::QeIdentitySignatureAltered: collateral.qe_identity_signature[40] ^= 1; break;
        case Flaw::TcbInfoAltered: {
            // A lower floor for the first component: 15 becomes 14.
            const std::size_t at = text_of(collateral.tcb_info).find("\"svn\":15");
            CLOISTER_ASSERT(at != std::string_view::npos);
            collateral.tcb_info[at + 7] = '4';
            break;
        }
        case Flaw::PckCrlMissing: collateral.pck_crl.clear(); break;
        case Flaw::TcbInfoMissing: collateral.tcb_info.clear(); break;
        case Flaw::QeIdentityMissing: collateral.qe_identity.clear(); break;
        default: break;
    }
}

void mix_collateral(Flaw flaw, const attest::Collateral& other, attest::Collateral& own) {
    if (flaw == Flaw::PckCrlForeign) {
        own.pck_crl_issuer_chain = other.pck_crl_issuer_chain;
        own.pck_crl = other.pck_crl;
    }
    if (flaw == Flaw::TcbInfoForeign) {
        own.tcb_info_issuer_chain = other.tcb_info_issuer_chain;
        own.tcb_info = other.tcb_info;
        own.tcb_info_signature = other.tcb_info_signature;
    }
    if (flaw == Flaw::QeIdentityForeign) {
        own.qe_identity_issuer_chain = other.qe_identity_issuer_chain;
        own.qe_identity = other.qe_identity;
        own.qe_identity_signature = other.qe_identity_signature;
    }
}

}  // namespace

Forge::Forge(Secret<32> seed, std::uint64_t not_before)
    : seed_(std::move(seed)),
      not_before_(not_before),
      root_fingerprint_(crypto::sha256(make_vendor(seed_, honest_recipe(not_before)).root_der)) {}

Evidence Forge::make(Flaw flaw, const Report& report) const {
    const std::uint64_t now = not_before_ + day;
    Recipe recipe = honest_recipe(not_before_);
    spoil_certificates(flaw, now, recipe);
    spoil_statements(flaw, recipe);
    const bool whole_foreign = flaw == Flaw::PlatformForeign;
    const Secret<32> other_seed = derive_secret(seed_, "forge/another-platform");
    const Vendor own = make_vendor(seed_, recipe);
    const Vendor other = make_vendor(other_seed, recipe);
    const Vendor& quoted_by = whole_foreign || flaw == Flaw::QuoteForeign ? other : own;
    const Vendor& described_by = whole_foreign || flaw == Flaw::CollateralForeign ? other : own;

    ReportBody body = report_body_of(report);
    if (flaw == Flaw::EnclaveDebug) body.flags |= flag_debug;
    Evidence out{.quote = quoted_by.quoting.quote(body),
                 .collateral = described_by.collateral,
                 .unix_time = flaw == Flaw::BeforeEverything ? not_before_ - 1 : now};
    spoil_quote(flaw, out.quote);
    if (flaw == Flaw::AttestationKeySwapped) swap_attestation_key(seed_, out.quote);
    mix_collateral(flaw, other.collateral, out.collateral);
    spoil_collateral(flaw, out.collateral);
    return out;
}

}  // namespace cloister::platform
