// Internal: certificate chains from an SGX leaf to a pinned root, and the lists that revoke them.
// Clauses: attestation.md (b), Intel (3) and (4); Intel QVL 4.1.2.1 (PCK chain), 4.1.2.2
// (CRL), 4.1.2.3 (TCB signing).
#pragma once

#include "attest/pem.hpp"
#include "attest/x509.hpp"

namespace cloister::attest {

// SHA-256 of the DER of "Intel SGX Root CA" (valid 2018 to 2049). Intel QVL compares the
// certificate, not the key: the same root's earlier encoding (valid to 2033) is refused with
// UntrustedRoot, as QVL does.
extern const Hash256 intel_root_sha256;

// What the leaf of a chain is for; the common names are Intel's.
enum class ChainKind : std::uint8_t {
    Pck,         // PCK certificate, Platform or Processor CA, root
    PckCa,       // Platform or Processor CA, root
    TcbSigning,  // TCB signing certificate, root
};

// Owns the DER that its certificates view.
class Chain {
  public:
    // Parses 2 or 3 certificates; checks nothing.
    static Parsed<Chain> parse(ByteView pem);
    Chain(Chain&&) = default;
    Chain& operator=(Chain&&) = default;
    Chain(const Chain&) = delete;

    const Certificate& leaf() const { return certificates_.front(); }
    const Certificate& issuer() const { return certificates_[1]; }  // of the leaf
    const Certificate& root() const { return certificates_.back(); }
    Hash256 root_hash() const;

    // Trusted root, order, names, constraints, signatures and validity at the time.
    Parsed<void> check(ChainKind kind, std::uint64_t unix_time, const Roots& roots) const;

  private:
    Chain() = default;
    Parsed<void> check_root(const Roots& roots) const;
    Parsed<void> check_names(ChainKind kind) const;
    Parsed<void> check_links(std::uint64_t unix_time) const;

    std::vector<PemBlock> blocks_;
    std::vector<Certificate> certificates_;
};

// A list by `issuer`, signed by it and fresh at the time.
Parsed<Crl> check_crl(ByteView encoded, const Certificate& issuer, std::uint64_t unix_time);

}  // namespace cloister::attest
