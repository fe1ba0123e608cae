// The bundle of collateral as one JSON object (dcap-qvl's form).
#include "attest/attest.hpp"
#include "attest/fault.hpp"
#include "base/hex.hpp"
#include "codec/json/reader.hpp"

namespace cloister::attest {
namespace {

constexpr std::string_view part = "collateral";

// Hexadecimal members: at most two digits a byte of the part's limit.
Bytes read_hex(json::Reader& reader) {
    const std::size_t at = reader.offset();
    auto bytes = base::from_hex(reader.string());
    if (!bytes) reader.fail(json::Error::InvalidValue, at);
    return bytes ? std::move(*bytes) : Bytes();
}

Bytes read_text(json::Reader& reader) { return to_bytes(reader.string()); }

void read_member(json::Reader& reader, const std::string& key, Collateral& out) {
    if (key == "pck_crl_issuer_chain") {
        out.pck_crl_issuer_chain = read_text(reader);
    } else if (key == "pck_crl") {
        out.pck_crl = read_hex(reader);
    } else if (key == "root_ca_crl") {
        out.root_ca_crl = read_hex(reader);
    } else if (key == "tcb_info_issuer_chain") {
        out.tcb_info_issuer_chain = read_text(reader);
    } else if (key == "tcb_info") {
        out.tcb_info = read_text(reader);
    } else if (key == "tcb_info_signature") {
        out.tcb_info_signature = read_hex(reader);
    } else if (key == "qe_identity_issuer_chain") {
        out.qe_identity_issuer_chain = read_text(reader);
    } else if (key == "qe_identity") {
        out.qe_identity = read_text(reader);
    } else if (key == "qe_identity_signature") {
        out.qe_identity_signature = read_hex(reader);
    }
    // Later versions of the bundle carry more, such as the PCK chain, which quotes have inside.
}

}  // namespace

Result<Collateral, Error> parse_collateral_json(ByteView text) {
    constexpr json::Limits limits = {
        .depth_max = 16, .bytes_max = 16 * Collateral::part_bytes_max, .members_max = 64};
    Collateral out;
    json::Reader reader(text, limits);
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) read_member(reader, *key, out);
    }
    auto done = reader.finish();
    if (!done) {
        return failure(Code::MalformedCollateral, part, done.error().offset,
                       std::string(json::name_of(done.error().error)));
    }
    for (const Bytes* bytes :
         {&out.pck_crl_issuer_chain, &out.pck_crl, &out.root_ca_crl, &out.tcb_info_issuer_chain,
          &out.tcb_info, &out.tcb_info_signature, &out.qe_identity_issuer_chain, &out.qe_identity,
          &out.qe_identity_signature}) {
        if (bytes->empty()) {
            return failure(Code::MissingCollateral, part, 0, "a member is absent or empty");
        }
        if (bytes->size() > Collateral::part_bytes_max) {
            return failure(Code::TooLarge, part, 0, "a member is too large");
        }
    }
    return out;
}

}  // namespace cloister::attest
