#include "attest/chain.hpp"

#include "crypto/hash.hpp"

namespace cloister::attest {

const Hash256 intel_root_sha256{{0x44, 0xa0, 0x19, 0x6b, 0x2b, 0x99, 0xf8, 0x89, 0xb8, 0xe1, 0x49,
                                 0xe9, 0x5b, 0x80, 0x7a, 0x35, 0x0e, 0x74, 0x24, 0x96, 0x43, 0x99,
                                 0xe8, 0x85, 0xa7, 0xcb, 0xb8, 0xcc, 0xfa, 0xb6, 0x74, 0xd3}};

namespace {

constexpr std::size_t chain_length_max = 3;

bool is_pck_ca(std::string_view name) {
    return name == "Intel SGX PCK Platform CA" || name == "Intel SGX PCK Processor CA";
}

}  // namespace

Parsed<Chain> Chain::parse(ByteView pem) {
    Chain chain;
    CLOISTER_TRY(chain.blocks_, parse_pem(pem, chain_length_max));
    for (const PemBlock& block : chain.blocks_) {
        auto certificate = parse_certificate(block.der);
        if (!certificate) {
            // Where the certificate stands in the text, which is what a person can look up.
            Fault f = std::move(certificate.error());
            f.message += " at byte " + std::to_string(f.offset) + " of the certificate's DER";
            f.offset = block.offset;
            return err(std::move(f));
        }
        chain.certificates_.push_back(std::move(*certificate));
    }
    if (chain.certificates_.size() < 2) {
        return fault(Code::WrongChain, 0, "fewer certificates than a chain has");
    }
    return chain;
}

Hash256 Chain::root_hash() const { return crypto::sha256(root().der); }

Parsed<void> Chain::check(ChainKind kind, std::uint64_t unix_time, const Roots& roots) const {
    CLOISTER_CHECK(check_root(roots));
    CLOISTER_CHECK(check_names(kind));
    return check_links(unix_time);
}

// Trust first: a chain whose only root is not pinned is untrusted in whatever order it comes.
Parsed<void> Chain::check_root(const Roots& roots) const {
    for (std::size_t i = 0; i < certificates_.size(); ++i) {
        const Certificate& c = certificates_[i];
        if (!c.is_self_issued()) continue;
        const Hash256 hash = crypto::sha256(c.der);
        const bool intel = roots.intel == Roots::Intel::Pinned && hash == intel_root_sha256;
        if (!intel && roots.simulated != hash) {
            return fault(Code::UntrustedRoot, blocks_[i].offset, "the root is not a pinned one");
        }
        if (i + 1 != certificates_.size()) {
            return fault(Code::WrongChain, blocks_[i].offset, "the root is not the last one");
        }
        return {};
    }
    return fault(Code::WrongChain, blocks_.back().offset, "the chain has no root");
}

Parsed<void> Chain::check_names(ChainKind kind) const {
    const std::size_t length = kind == ChainKind::Pck ? 3 : 2;
    if (certificates_.size() != length) {
        return fault(Code::WrongChain, 0, "the chain does not have its kind's length");
    }
    const std::string_view name = leaf().subject_common_name;
    bool matches = false;
    switch (kind) {
        case ChainKind::Pck:
            matches =
                name == "Intel SGX PCK Certificate" && is_pck_ca(issuer().subject_common_name);
            break;
        case ChainKind::PckCa: matches = is_pck_ca(name); break;
        case ChainKind::TcbSigning: matches = name == "Intel SGX TCB Signing"; break;
    }
    if (!matches || root().subject_common_name != "Intel SGX Root CA") {
        return fault(Code::WrongChain, 0, "a common name is not the one of its place");
    }
    if ((kind == ChainKind::PckCa) != leaf().is_ca) {
        return fault(Code::WrongChain, 0, "the leaf's CA flag is not the one of its kind");
    }
    if (kind == ChainKind::PckCa ? !leaf().may_sign_crls() : !leaf().key_usage.bit(0)) {
        return fault(Code::WrongChain, 0, "the leaf's key may not be used for this");
    }
    return {};
}

Parsed<void> Chain::check_links(std::uint64_t unix_time) const {
    for (std::size_t i = 0; i < certificates_.size(); ++i) {
        const bool is_root = i + 1 == certificates_.size();
        const Certificate& subject = certificates_[i];
        const Certificate& signer = certificates_[is_root ? i : i + 1];
        const std::size_t at = blocks_[i].offset;
        if (!equal(subject.issuer, signer.subject)) {
            return fault(Code::WrongChain, at, "the issuer is not the next certificate's subject");
        }
        // CA certificates between the signer and the chain's first one (RFC 5280, 4.2.1.9).
        const std::size_t below = is_root ? 0 : i;
        if (!signer.may_sign_certificates() || signer.path_length_max < below) {
            return fault(Code::WrongChain, at, "the signer may not issue this certificate");
        }
        // The root is an anchor by the hash of all its bytes (RFC 5280, 6.1): its own signature
        // adds nothing.
        if (!is_root && !crypto::verify_p256(signer.key, subject.tbs, subject.signature)) {
            return fault(Code::BadCertificateSignature, at, "the signature does not verify");
        }
        if (unix_time < subject.not_before) {
            return fault(Code::CertificateNotYetValid, at, "the certificate is not valid yet");
        }
        if (unix_time > subject.not_after) {
            return fault(Code::CertificateExpired, at, "the certificate has expired");
        }
    }
    return {};
}

Parsed<Crl> check_crl(ByteView encoded, const Certificate& issuer, std::uint64_t unix_time) {
    CLOISTER_TRY(Crl crl, parse_crl(encoded));
    if (!equal(crl.issuer, issuer.subject)) {
        return fault(Code::WrongChain, 0, "the list is of another issuer");
    }
    if (!issuer.may_sign_crls() || !crypto::verify_p256(issuer.key, crl.tbs, crl.signature)) {
        return fault(Code::BadCrlSignature, 0, "the list's signature does not verify");
    }
    if (unix_time < crl.this_update || unix_time > crl.next_update) {
        return fault(Code::CrlExpired, 0, "the list is not of this time");
    }
    return crl;
}

}  // namespace cloister::attest
