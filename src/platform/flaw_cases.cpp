#include <array>

#include "platform/forge.hpp"

namespace cloister::platform {

namespace {

using attest::Code;
using attest::TcbStatus;

constexpr std::array table{
    FlawCase{Flaw::None, "None", {}},
    FlawCase{Flaw::Truncated, "Truncated", Code::Truncated},
    FlawCase{Flaw::OtherVersion, "OtherVersion", Code::UnsupportedVersion},
    FlawCase{Flaw::OtherAttestationKeyType, "OtherAttestationKeyType",
             Code::UnsupportedAttestationKey},
    FlawCase{Flaw::OtherTeeType, "OtherTeeType", Code::UnsupportedTeeType},
    FlawCase{Flaw::OtherQeVendor, "OtherQeVendor", Code::UnknownQeVendor},
    FlawCase{Flaw::OtherCertificationType, "OtherCertificationType",
             Code::UnsupportedCertificationData},
    FlawCase{Flaw::SignatureLengthWrong, "SignatureLengthWrong", Code::LengthMismatch},
    FlawCase{Flaw::MeasurementAltered, "MeasurementAltered", Code::BadQuoteSignature},
    FlawCase{Flaw::ReportDataAltered, "ReportDataAltered", Code::BadQuoteSignature},
    FlawCase{Flaw::HeaderAltered, "HeaderAltered", Code::BadQuoteSignature},
    FlawCase{Flaw::QuoteSignatureAltered, "QuoteSignatureAltered", Code::BadQuoteSignature},
    FlawCase{Flaw::AttestationKeyUnbound, "AttestationKeyUnbound", Code::BadQeReportData},
    FlawCase{Flaw::AttestationKeySwapped, "AttestationKeySwapped", Code::BadQeReportData},
    FlawCase{Flaw::QeReportAltered, "QeReportAltered", Code::BadQeReportSignature},
    FlawCase{Flaw::QeReportSignatureAltered, "QeReportSignatureAltered",
             Code::BadQeReportSignature},
    FlawCase{Flaw::QeSignerForeign, "QeSignerForeign", Code::QeIdentityMismatch},
    FlawCase{Flaw::QeProductForeign, "QeProductForeign", Code::QeIdentityMismatch},
    FlawCase{Flaw::QeDebug, "QeDebug", Code::QeIdentityMismatch},
    FlawCase{Flaw::QeMiscSelect, "QeMiscSelect", Code::QeIdentityMismatch},
    FlawCase{Flaw::QeSvnBelowEveryLevel, "QeSvnBelowEveryLevel", Code::TcbNotSupported},
    FlawCase{Flaw::PlatformForeign, "PlatformForeign", Code::UntrustedRoot},
    FlawCase{Flaw::QuoteForeign, "QuoteForeign", Code::UntrustedRoot},
    FlawCase{Flaw::CollateralForeign, "CollateralForeign", Code::BadCrlSignature},
    FlawCase{Flaw::PckCrlForeign, "PckCrlForeign", Code::UntrustedRoot},
    FlawCase{Flaw::TcbInfoForeign, "TcbInfoForeign", Code::UntrustedRoot},
    FlawCase{Flaw::QeIdentityForeign, "QeIdentityForeign", Code::UntrustedRoot},
    FlawCase{Flaw::ChainOrderWrong, "ChainOrderWrong", Code::WrongChain},
    FlawCase{Flaw::ChainWithoutRoot, "ChainWithoutRoot", Code::WrongChain},
    FlawCase{Flaw::LeafSignatureAltered, "LeafSignatureAltered", Code::BadCertificateSignature},
    FlawCase{Flaw::PckExpired, "PckExpired", Code::CertificateExpired},
    FlawCase{Flaw::PckNotYetValid, "PckNotYetValid", Code::CertificateNotYetValid},
    FlawCase{Flaw::PckRevoked, "PckRevoked", Code::CertificateRevoked},
    FlawCase{Flaw::IntermediateRevoked, "IntermediateRevoked", Code::CertificateRevoked},
    FlawCase{Flaw::TcbSignerRevoked, "TcbSignerRevoked", Code::CertificateRevoked},
    FlawCase{Flaw::PckCrlExpired, "PckCrlExpired", Code::CrlExpired},
    FlawCase{Flaw::RootCrlExpired, "RootCrlExpired", Code::CrlExpired},
    FlawCase{Flaw::PckCrlSignatureAltered, "PckCrlSignatureAltered", Code::BadCrlSignature},
    FlawCase{Flaw::RootCrlSignatureAltered, "RootCrlSignatureAltered", Code::BadCrlSignature},
    FlawCase{Flaw::PckCrlMissing, "PckCrlMissing", Code::MissingCollateral},
    FlawCase{Flaw::TcbInfoExpired, "TcbInfoExpired", Code::TcbInfoExpired},
    FlawCase{Flaw::TcbInfoSignatureAltered, "TcbInfoSignatureAltered", Code::BadTcbInfoSignature},
    FlawCase{Flaw::TcbInfoAltered, "TcbInfoAltered", Code::BadTcbInfoSignature},
    FlawCase{Flaw::TcbInfoOtherFmspc, "TcbInfoOtherFmspc", Code::TcbInfoMismatch},
    FlawCase{Flaw::TcbInfoOtherPceid, "TcbInfoOtherPceid", Code::TcbInfoMismatch},
    FlawCase{Flaw::TcbInfoOtherTee, "TcbInfoOtherTee", Code::MalformedCollateral},
    FlawCase{Flaw::TcbInfoMissing, "TcbInfoMissing", Code::MissingCollateral},
    FlawCase{Flaw::QeIdentityExpired, "QeIdentityExpired", Code::QeIdentityExpired},
    FlawCase{Flaw::QeIdentitySignatureAltered, "QeIdentitySignatureAltered",
             Code::BadQeIdentitySignature},
    FlawCase{Flaw::QeIdentityMissing, "QeIdentityMissing", Code::MissingCollateral},
    FlawCase{Flaw::TcbBelowEveryLevel, "TcbBelowEveryLevel", Code::TcbNotSupported},
    FlawCase{Flaw::TcbRevoked, "TcbRevoked", Code::TcbRevoked},
    FlawCase{Flaw::QeTcbRevoked, "QeTcbRevoked", Code::TcbRevoked},
    FlawCase{Flaw::BeforeEverything, "BeforeEverything", Code::CertificateNotYetValid},
    FlawCase{Flaw::EnclaveDebug, "EnclaveDebug", {}, TcbStatus::UpToDate, true},
    FlawCase{Flaw::TcbOutOfDate, "TcbOutOfDate", {}, TcbStatus::OutOfDate},
    FlawCase{
        Flaw::TcbConfigurationNeeded, "TcbConfigurationNeeded", {}, TcbStatus::ConfigurationNeeded},
    FlawCase{Flaw::TcbSWHardeningNeeded, "TcbSWHardeningNeeded", {}, TcbStatus::SWHardeningNeeded},
    FlawCase{Flaw::QeOutOfDate, "QeOutOfDate", {}, TcbStatus::OutOfDate},
};
static_assert(table.size() == static_cast<std::size_t>(Flaw::QeOutOfDate) + 1);
static_assert([] {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table[i].flaw) != i) return false;
    }
    return true;
}());

}  // namespace

std::span<const FlawCase> flaw_cases() { return table; }

}  // namespace cloister::platform
