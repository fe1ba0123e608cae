// Words for enumerators, and back.
#include "attest/tcb.hpp"

namespace cloister::attest {

std::string_view name_of(Technology technology) {
    switch (technology) {
        case Technology::IntelSgx: return "intel-sgx";
    }
    return "?";
}

std::string_view name_of(TcbStatus status) {
    switch (status) {
        case TcbStatus::UpToDate: return "UpToDate";
        case TcbStatus::SWHardeningNeeded: return "SWHardeningNeeded";
        case TcbStatus::ConfigurationNeeded: return "ConfigurationNeeded";
        case TcbStatus::ConfigurationAndSWHardeningNeeded:
            return "ConfigurationAndSWHardeningNeeded";
        case TcbStatus::OutOfDate: return "OutOfDate";
        case TcbStatus::OutOfDateConfigurationNeeded: return "OutOfDateConfigurationNeeded";
        case TcbStatus::Revoked: return "Revoked";
    }
    return "?";
}

std::optional<TcbStatus> parse_tcb_status(std::string_view name) {
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(TcbStatus::Revoked); ++i) {
        const auto status = static_cast<TcbStatus>(i);
        if (name_of(status) == name) return status;
    }
    return std::nullopt;
}

std::string_view name_of(Code code) {
    switch (code) {
        case Code::Truncated: return "Truncated";
        case Code::LengthMismatch: return "LengthMismatch";
        case Code::TooLarge: return "TooLarge";
        case Code::UnsupportedVersion: return "UnsupportedVersion";
        case Code::UnsupportedAttestationKey: return "UnsupportedAttestationKey";
        case Code::UnsupportedTeeType: return "UnsupportedTeeType";
        case Code::UnknownQeVendor: return "UnknownQeVendor";
        case Code::UnsupportedCertificationData: return "UnsupportedCertificationData";
        case Code::MalformedCertificate: return "MalformedCertificate";
        case Code::WrongChain: return "WrongChain";
        case Code::UntrustedRoot: return "UntrustedRoot";
        case Code::BadCertificateSignature: return "BadCertificateSignature";
        case Code::CertificateNotYetValid: return "CertificateNotYetValid";
        case Code::CertificateExpired: return "CertificateExpired";
        case Code::CertificateRevoked: return "CertificateRevoked";
        case Code::MissingCollateral: return "MissingCollateral";
        case Code::MalformedCollateral: return "MalformedCollateral";
        case Code::BadCrlSignature: return "BadCrlSignature";
        case Code::CrlExpired: return "CrlExpired";
        case Code::BadTcbInfoSignature: return "BadTcbInfoSignature";
        case Code::TcbInfoExpired: return "TcbInfoExpired";
        case Code::TcbInfoMismatch: return "TcbInfoMismatch";
        case Code::BadQeIdentitySignature: return "BadQeIdentitySignature";
        case Code::QeIdentityExpired: return "QeIdentityExpired";
        case Code::QeIdentityMismatch: return "QeIdentityMismatch";
        case Code::BadQeReportSignature: return "BadQeReportSignature";
        case Code::BadQeReportData: return "BadQeReportData";
        case Code::BadQuoteSignature: return "BadQuoteSignature";
        case Code::TcbNotSupported: return "TcbNotSupported";
        case Code::TcbRevoked: return "TcbRevoked";
    }
    return "?";
}

std::string_view clause_of(Code code) {
    switch (code) {
        case Code::Truncated:
        case Code::LengthMismatch:
        case Code::TooLarge: return "(1) bounds";
        case Code::UnsupportedVersion:
        case Code::UnsupportedAttestationKey:
        case Code::UnsupportedTeeType:
        case Code::UnknownQeVendor: return "(2) header";
        case Code::UnsupportedCertificationData:
        case Code::MalformedCertificate:
        case Code::WrongChain:
        case Code::UntrustedRoot:
        case Code::BadCertificateSignature:
        case Code::CertificateNotYetValid:
        case Code::CertificateExpired: return "(3) PCK chain";
        case Code::CertificateRevoked: return "(4) revocation";
        case Code::MissingCollateral:
        case Code::MalformedCollateral: return "(4)(6)(9) collateral";
        case Code::BadCrlSignature:
        case Code::CrlExpired: return "(4) revocation";
        case Code::BadTcbInfoSignature:
        case Code::TcbInfoExpired: return "(6) TCB info";
        case Code::TcbInfoMismatch: return "(5)(6) TCB info";
        case Code::BadQeIdentitySignature:
        case Code::QeIdentityExpired:
        case Code::QeIdentityMismatch: return "(9) QE identity";
        case Code::BadQeReportSignature:
        case Code::BadQeReportData: return "(8) QE report";
        case Code::BadQuoteSignature: return "(10) quote signature";
        case Code::TcbNotSupported: return "(11) TCB level";
        case Code::TcbRevoked: return "(12) status";
    }
    return "?";
}

}  // namespace cloister::attest
