// The simulated vendor: root, provisioning certificates, TCB info, CRLs and quoting in Intel's
// formats, for machines without TEE hardware. It takes the path that a real vendor's evidence
// takes, with its own root, and promises nothing against the machine's owner (DESIGN.md section 6).
// Deterministic from its seed.
#pragma once

#include <memory>

#include "attest/attest.hpp"
#include "base/secret.hpp"

namespace cloister::platform {

struct Vendor;
struct ReportBody;

using ReportData = FixedBytes<64, attest::ReportDataTag>;

// What one quote says about the enclave that asked. Honest ones come from `Launched`; tests make
// others.
struct Report {
    Measurement measurement;
    ReportData report_data;
    bool debug = false;
    std::uint16_t svn = 1;
    std::uint16_t product_id = 1;
};

class Platform {
  public:
    // Everything (keys, serials) follows from the seed and `not_before` (unix seconds, certificates
    // are valid for 20 years, CRLs and JSON for the whole of that time: nobody feeds a development
    // network).
    Platform(Secret<32> seed, std::uint64_t not_before);
    ~Platform();
    Platform(Platform&&) noexcept;
    Platform& operator=(Platform&&) noexcept;

    // SHA-256 of the root certificate's DER: what genesis commits to.
    const Hash256& root_fingerprint() const { return root_fingerprint_; }
    const Bytes& root_certificate_der() const;
    const attest::Collateral& collateral() const;

    // An SGX quote v3 that attest::verify accepts under Roots{.simulated = root_fingerprint()}.
    Bytes quote(const Report& report) const;

    // The sealing key of a measurement on this platform, as EGETKEY with MRENCLAVE policy would
    // give.
    Secret<32> seal_key(const Measurement& measurement) const;

  private:
    Secret<32> seed_;
    std::unique_ptr<const Vendor> vendor_;
    Hash256 root_fingerprint_;
};

// The report body that the quote of `report` carries.
ReportBody report_body_of(const Report& report);

}  // namespace cloister::platform
