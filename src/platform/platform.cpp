#include "platform/platform.hpp"

#include "crypto/hash.hpp"
#include "platform/vendor.hpp"

namespace cloister::platform {

ReportBody report_body_of(const Report& report) {
    ReportBody body{.flags = flag_init | flag_mode_64_bit | (report.debug ? flag_debug : 0),
                    .mr_enclave = Hash256(report.measurement.array()),
                    .mr_signer = simulated_enclave_signer(),
                    .product_id = report.product_id,
                    .svn = report.svn,
                    .report_data = {}};
    std::ranges::copy(report.report_data, body.report_data.begin());
    return body;
}

Platform::Platform(Secret<32> seed, std::uint64_t not_before)
    : seed_(std::move(seed)),
      vendor_(std::make_unique<Vendor>(make_vendor(seed_, honest_recipe(not_before)))),
      root_fingerprint_(crypto::sha256(vendor_->root_der)) {}

Platform::~Platform() = default;
Platform::Platform(Platform&&) noexcept = default;
Platform& Platform::operator=(Platform&&) noexcept = default;

const Bytes& Platform::root_certificate_der() const { return vendor_->root_der; }
const attest::Collateral& Platform::collateral() const { return vendor_->collateral; }

Bytes Platform::quote(const Report& report) const {
    return vendor_->quoting.quote(report_body_of(report));
}

Secret<32> Platform::seal_key(const Measurement& measurement) const {
    std::string label = "seal-key/";
    label += text_of(measurement);
    return derive_secret(seed_, label);
}

}  // namespace cloister::platform
