// The simulated quoting enclave: SGX quotes v3 with an ECDSA-P256 signature (Intel, "SGX ECDSA
// QuoteLib Reference", A.4 "Version 3 Quote Format"). Deterministic: the same report gives the same
// quote.
#pragma once

#include <string_view>

#include "crypto/p256.hpp"
#include "platform/recipe.hpp"

namespace cloister::platform {

inline constexpr std::size_t quote_header_bytes = 48;
inline constexpr std::size_t report_body_bytes = 384;

// sgx_report_body_t, the members that vary here.
struct ReportBody {
    TcbComponents cpu_svn = current_components;
    std::uint32_t misc_select = 0;
    std::uint64_t flags = flag_init | flag_mode_64_bit;
    Hash256 mr_enclave;
    Hash256 mr_signer;
    std::uint16_t product_id = 0;
    std::uint16_t svn = 0;
    FixedBytes<64, struct BodyReportDataTag> report_data;
};
Bytes encode_report_body(const ReportBody& body);

// MRSIGNER of the simulated quoting enclave, as the QE identity names it, and of every simulated
// enclave.
Hash256 quoting_enclave_signer();
Hash256 simulated_enclave_signer();

class QuotingEnclave {
  public:
    // `pck_key` certifies the attestation key; `pck_chain` is PEM, leaf to root.
    QuotingEnclave(crypto::P256Key attestation_key, const crypto::P256Key& pck_key,
                   std::string_view pck_chain, const QeRecipe& recipe);
    Bytes quote(const ReportBody& body) const;

  private:
    crypto::P256Key attestation_key_;
    Bytes header_;
    Bytes certification_;  // all that follows the quote's signature; the same in every quote
};

}  // namespace cloister::platform
