#include "platform/quoting.hpp"

#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"

namespace cloister::platform {

namespace {

constexpr std::uint16_t certification_type_pem_chain = 5;
constexpr std::uint64_t xfrm_avx512 = 0xe7;  // x87, SSE, AVX, AVX-512

Hash256 hash_of(std::string_view text) { return crypto::sha256(view_of(text)); }

// A quote's integers are little-endian, as SCALE's fixed-width ones are.
Bytes quote_header(const QeRecipe& recipe) {
    constexpr std::array<std::uint8_t, 16> intel_vendor_id{0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c,
                                                           0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3,
                                                           0x95, 0x7f, 0x06, 0x07};
    scale::Encoder out;
    out.write(std::uint16_t{3});  // version
    out.write(std::uint16_t{2});  // attestation key: ECDSA-256 with P-256
    out.write(std::uint32_t{0});  // reserved; the TEE type of later versions, SGX
    out.write(recipe.svn);
    out.write(current_pcesvn);
    out.raw(intel_vendor_id);
    const Hash256 user_data = hash_of("cloister/simulated-qe-id/1");
    out.raw(user_data.view().first(20));
    CLOISTER_ASSERT(out.bytes().size() == quote_header_bytes);
    return std::move(out).take();
}

}  // namespace

Hash256 quoting_enclave_signer() { return hash_of("cloister/simulated-qe-signer/1"); }
Hash256 simulated_enclave_signer() { return hash_of("cloister/simulated-enclave-signer/1"); }

Bytes encode_report_body(const ReportBody& body) {
    const auto zeros = [](std::size_t count) { return Bytes(count, 0); };
    scale::Encoder out;
    out.raw(body.cpu_svn);
    out.write(body.misc_select);
    out.raw(zeros(12));
    out.raw(zeros(16));  // ISVEXTPRODID
    out.write(body.flags);
    out.write(xfrm_avx512);
    out.raw(body.mr_enclave.view());
    out.raw(zeros(32));
    out.raw(body.mr_signer.view());
    out.raw(zeros(32));
    out.raw(zeros(64));  // CONFIGID
    out.write(body.product_id);
    out.write(body.svn);
    out.write(std::uint16_t{0});  // CONFIGSVN
    out.raw(zeros(42));
    out.raw(zeros(16));  // ISVFAMILYID
    out.raw(body.report_data.view());
    CLOISTER_ASSERT(out.bytes().size() == report_body_bytes);
    return std::move(out).take();
}

QuotingEnclave::QuotingEnclave(crypto::P256Key attestation_key, const crypto::P256Key& pck_key,
                               std::string_view pck_chain, const QeRecipe& recipe)
    : attestation_key_(std::move(attestation_key)), header_(quote_header(recipe)) {
    Bytes authentication_data(32);
    for (std::size_t i = 0; i < 32; ++i) authentication_data[i] = static_cast<std::uint8_t>(i);

    ReportBody qe{
        .misc_select = recipe.misc_select,
        .flags = recipe.attributes,
        .mr_enclave = hash_of("cloister/simulated-qe/1"),
        .mr_signer = recipe.foreign_signer ? simulated_enclave_signer() : quoting_enclave_signer(),
        .product_id = recipe.product_id,
        .svn = recipe.svn,
        .report_data = {}};
    if (recipe.binds_attestation_key) {
        const Hash256 binding =
            crypto::sha256(concat(attestation_key_.public_key(), authentication_data));
        std::ranges::copy(binding, qe.report_data.begin());
    }
    const Bytes qe_report = encode_report_body(qe);

    const Bytes chain = concat(view_of(pck_chain), Bytes{0});  // Intel's ends in a NUL too
    scale::Encoder out;
    out.raw(attestation_key_.public_key().view());
    out.raw(qe_report);
    out.raw(pck_key.sign(qe_report).view());
    out.write(static_cast<std::uint16_t>(authentication_data.size()));
    out.raw(authentication_data);
    out.write(certification_type_pem_chain);
    out.write(static_cast<std::uint32_t>(chain.size()));
    out.raw(chain);
    certification_ = std::move(out).take();
}

Bytes QuotingEnclave::quote(const ReportBody& body) const {
    scale::Encoder out;
    out.raw(header_);
    out.raw(encode_report_body(body));
    const crypto::P256Signature signature = attestation_key_.sign(out.bytes());
    out.write(static_cast<std::uint32_t>(signature.size() + certification_.size()));
    out.raw(signature.view());
    out.raw(certification_);
    return std::move(out).take();
}

}  // namespace cloister::platform
