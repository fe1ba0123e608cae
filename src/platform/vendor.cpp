#include "platform/vendor.hpp"

#include "crypto/hkdf.hpp"
#include "platform/collateral_json.hpp"
#include "platform/x509.hpp"

namespace cloister::platform {

namespace {

constexpr std::uint64_t validity_seconds = 20ULL * 365 * 86400 + 5ULL * 86400;

// The CNs of the real profile, by which the verifier tells the roles apart.
constexpr std::string_view cn_root = "Intel SGX Root CA";
constexpr std::string_view cn_intermediate = "Intel SGX PCK Platform CA";
constexpr std::string_view cn_leaf = "Intel SGX PCK Certificate";
constexpr std::string_view cn_tcb_signing = "Intel SGX TCB Signing";
constexpr std::string_view url_root_crl = "https://platform.invalid/simulated-root.crl";
constexpr std::string_view url_pck_crl = "https://platform.invalid/simulated-pck.crl";

crypto::P256Key derive_key(const Secret<32>& seed, std::string_view label) {
    return crypto::P256Key::derive(derive_secret(seed, label).reveal());
}

// Not secret, but unique per platform and role like the rest.
template <class Identifier>
Identifier derive_identifier(const Secret<32>& seed, std::string_view label) {
    return Identifier(derive_secret(seed, label).reveal().first(Identifier::size_bytes));
}

x509::Serial derive_serial(const Secret<32>& seed, std::string_view label) {
    auto serial = derive_identifier<x509::Serial>(seed, label);
    serial.data()[0] = static_cast<std::uint8_t>((serial[0] & 0x3f) | 0x40);  // positive, 20 bytes
    return serial;
}

struct Authority {
    crypto::P256Key root;
    crypto::P256Key intermediate;
    crypto::P256Key leaf;
    crypto::P256Key tcb_signing;
    x509::Serial intermediate_serial;
    x509::Serial leaf_serial;
    x509::Serial tcb_signing_serial;
};

Authority make_authority(const Secret<32>& seed) {
    return {.root = derive_key(seed, "key/root"),
            .intermediate = derive_key(seed, "key/intermediate"),
            .leaf = derive_key(seed, "key/pck"),
            .tcb_signing = derive_key(seed, "key/tcb-signing"),
            .intermediate_serial = derive_serial(seed, "serial/intermediate"),
            .leaf_serial = derive_serial(seed, "serial/pck"),
            .tcb_signing_serial = derive_serial(seed, "serial/tcb-signing")};
}

struct Certificates {
    Bytes root_der;
    std::string root;
    std::string intermediate;
    std::string leaf;
    std::string tcb_signing;
};

Bytes sgx_extension_of(const Secret<32>& seed) {
    using Id = FixedBytes<16, x509::PckPpidTag>;
    using Instance = FixedBytes<16, x509::PckInstanceTag>;
    return x509::encode_sgx_extension(
        {.ppid = derive_identifier<Id>(seed, "ppid"),
         .components = current_components,
         .pcesvn = current_pcesvn,
         .fmspc = simulated_fmspc,
         .platform_instance = derive_identifier<Instance>(seed, "platform-instance")});
}

Certificates make_certificates(const Secret<32>& seed, const Authority& ca, const Recipe& recipe) {
    const auto common = [&](std::string_view subject, const crypto::P256Key& key,
                            const x509::Serial& serial) {
        return x509::CertificateFields{.subject = subject,
                                       .issuer = cn_root,
                                       .key = key.public_key(),
                                       .serial = serial,
                                       .not_before = recipe.not_before,
                                       .not_after = recipe.not_after,
                                       .ca_path_length = {},
                                       .crl_url = url_root_crl,
                                       .sgx_extension = {}};
    };
    auto root = common(cn_root, ca.root, derive_serial(seed, "serial/root"));
    root.ca_path_length = 1;
    auto intermediate = common(cn_intermediate, ca.intermediate, ca.intermediate_serial);
    intermediate.ca_path_length = 0;
    const auto tcb_signing = common(cn_tcb_signing, ca.tcb_signing, ca.tcb_signing_serial);
    auto leaf = common(cn_leaf, ca.leaf, ca.leaf_serial);
    leaf.issuer = cn_intermediate;
    leaf.crl_url = url_pck_crl;
    leaf.not_before = recipe.pck_from;
    leaf.not_after = recipe.pck_until;
    leaf.sgx_extension = sgx_extension_of(seed);

    Bytes root_der = x509::make_certificate(root, ca.root);
    std::string root_pem = x509::pem_of(root_der);
    return {.root_der = std::move(root_der),
            .root = std::move(root_pem),
            .intermediate = x509::pem_of(x509::make_certificate(intermediate, ca.root)),
            .leaf = x509::pem_of(x509::make_certificate(leaf, ca.intermediate)),
            .tcb_signing = x509::pem_of(x509::make_certificate(tcb_signing, ca.root))};
}

attest::Collateral make_collateral(const Authority& ca, const Certificates& certificates,
                                   const Recipe& recipe) {
    x509::CrlFields root_crl{.issuer = cn_root,
                             .this_update = recipe.not_before,
                             .next_update = recipe.root_crl_until,
                             .revoked = {}};
    if (recipe.intermediate_revoked) root_crl.revoked.push_back(ca.intermediate_serial);
    if (recipe.tcb_signer_revoked) root_crl.revoked.push_back(ca.tcb_signing_serial);
    x509::CrlFields pck_crl{.issuer = cn_intermediate,
                            .this_update = recipe.not_before,
                            .next_update = recipe.pck_crl_until,
                            .revoked = {}};
    if (recipe.pck_revoked) pck_crl.revoked.push_back(ca.leaf_serial);

    attest::Collateral out;
    out.pck_crl_issuer_chain = to_bytes(certificates.intermediate + certificates.root);
    out.pck_crl = x509::make_crl(pck_crl, ca.intermediate);
    out.root_ca_crl = x509::make_crl(root_crl, ca.root);
    out.tcb_info_issuer_chain = to_bytes(certificates.tcb_signing + certificates.root);
    out.tcb_info = to_bytes(tcb_info_json(recipe));
    out.tcb_info_signature = to_bytes(ca.tcb_signing.sign(out.tcb_info).view());
    out.qe_identity_issuer_chain = out.tcb_info_issuer_chain;
    out.qe_identity = to_bytes(qe_identity_json(recipe));
    out.qe_identity_signature = to_bytes(ca.tcb_signing.sign(out.qe_identity).view());
    return out;
}

}  // namespace

Recipe honest_recipe(std::uint64_t not_before) {
    const std::uint64_t until = not_before + validity_seconds;
    TcbLevel older{.components = current_components,
                   .pcesvn = 5,
                   .status = "OutOfDate",
                   .advisory = "CLOISTER-SA-00001"};
    older.components[0] = 4;
    older.components[1] = 4;
    Recipe recipe;
    recipe.not_before = recipe.pck_from = not_before;
    recipe.not_after = recipe.pck_until = until;
    recipe.root_crl_until = recipe.pck_crl_until = until;
    recipe.tcb_info_until = recipe.qe_identity_until = until;
    recipe.levels = {TcbLevel{}, std::move(older)};
    return recipe;
}

Secret<32> derive_secret(const Secret<32>& seed, std::string_view label) {
    const Secret<32> key = crypto::hkdf_extract(view_of("cloister/platform/1"), seed.reveal());
    return crypto::hkdf_expand_32(key, view_of(label));
}

Vendor make_vendor(const Secret<32>& seed, const Recipe& recipe) {
    const Authority ca = make_authority(seed);
    Certificates certificates = make_certificates(seed, ca, recipe);
    attest::Collateral collateral = make_collateral(ca, certificates, recipe);
    const std::string chain = certificates.leaf + certificates.intermediate + certificates.root;
    return {
        .root_der = std::move(certificates.root_der),
        .collateral = std::move(collateral),
        .quoting = QuotingEnclave(derive_key(seed, "key/attestation"), ca.leaf, chain, recipe.qe)};
}

}  // namespace cloister::platform
