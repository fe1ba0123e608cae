#include "attest/quote.hpp"

namespace cloister::attest {
namespace {

constexpr std::size_t header_size = 48;
constexpr std::size_t signature_size = 64;
constexpr std::array<std::uint8_t, 16> intel_qe_vendor = {
    0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

std::uint64_t little_endian(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) value = (value << 8) | bytes[i - 1];
    return value;
}

// Fields one after another; the caller checks `short_by` before it uses any of them.
class Cursor {
  public:
    Cursor(ByteView input, std::size_t offset) : input_(input), offset_(offset) {}

    std::size_t offset() const { return offset_ + at_; }
    std::size_t remaining() const { return input_.size() - at_; }
    ByteView take(std::size_t size) {
        CLOISTER_ASSERT(size <= remaining());
        at_ += size;
        return input_.subspan(at_ - size, size);
    }
    std::size_t number(std::size_t size) {
        return static_cast<std::size_t>(little_endian(take(size)));
    }

  private:
    ByteView input_;
    std::size_t offset_ = 0;
    std::size_t at_ = 0;
};

Err<Fault> truncated(std::size_t at) {
    return fault(Code::Truncated, at, "the evidence ends inside this field");
}

Parsed<void> check_header(ByteView header) {
    const auto number = [&](std::size_t at, std::size_t size) {
        return little_endian(header.subspan(at, size));
    };
    if (number(0, 2) != 3) {
        return fault(Code::UnsupportedVersion, 0, "the quote is not of version 3");
    }
    if (number(2, 2) != 2) {
        return fault(Code::UnsupportedAttestationKey, 2, "the attestation key is not ECDSA P-256");
    }
    // Version 3 knows SGX alone and keeps these bytes reserved; later versions put the TEE type
    // here.
    if (number(4, 4) != 0) return fault(Code::UnsupportedTeeType, 4, "the TEE is not SGX");
    if (!equal(header.subspan(12, 16), intel_qe_vendor)) {
        return fault(Code::UnknownQeVendor, 12, "the quoting enclave is not Intel's");
    }
    return {};
}

// Everything behind the length of the signature data, which must fill that length exactly.
Parsed<void> read_signature_data(Quote& quote, ByteView data, std::size_t offset) {
    constexpr std::size_t fixed_size = 3 * signature_size + ReportBody::size + 2;
    if (data.size() < fixed_size) {
        return fault(Code::LengthMismatch, offset, "the signature data is too short");
    }
    Cursor cursor(data, offset);
    quote.signature = crypto::P256Signature(cursor.take(signature_size));
    quote.attestation_key = crypto::P256Public(cursor.take(signature_size));
    quote.qe_report.bytes = cursor.take(ReportBody::size);
    quote.qe_signature = crypto::P256Signature(cursor.take(signature_size));
    std::size_t at = cursor.offset();
    const std::size_t auth_size = cursor.number(2);
    if (cursor.remaining() < auth_size + 6) {
        return fault(Code::LengthMismatch, at, "the QE authentication data does not fit");
    }
    quote.qe_auth_data = cursor.take(auth_size);
    at = cursor.offset();
    if (cursor.number(2) != 5) {
        return fault(Code::UnsupportedCertificationData, at,
                     "the certification data is no PCK certificate chain (type 5)");
    }
    at = cursor.offset();
    const std::size_t chain_size = cursor.number(4);
    if (cursor.remaining() != chain_size) {
        return fault(Code::LengthMismatch, at, "the certification data does not fill its place");
    }
    quote.pck_chain_offset = cursor.offset();
    quote.pck_chain = cursor.take(chain_size);
    return {};
}

}  // namespace

Parsed<Quote> parse_quote(ByteView evidence) {
    if (evidence.size() > evidence_bytes_max) {
        return fault(Code::TooLarge, evidence_bytes_max, "the evidence is too large");
    }
    if (evidence.size() < header_size) return truncated(evidence.size());
    CLOISTER_CHECK(check_header(evidence.first(header_size)));
    Cursor cursor(evidence, 0);
    constexpr std::size_t signed_size = header_size + ReportBody::size;
    if (cursor.remaining() < signed_size + 4) return truncated(evidence.size());
    Quote quote;
    quote.signed_part = cursor.take(signed_size);
    quote.body.bytes = quote.signed_part.subspan(header_size);
    const std::size_t at = cursor.offset();
    const std::size_t size = cursor.number(4);
    if (cursor.remaining() < size) return truncated(at);
    const std::size_t data_offset = cursor.offset();
    CLOISTER_CHECK(read_signature_data(quote, cursor.take(size), data_offset));
    return quote;
}

Claims claims_of(const ReportBody& body) {
    constexpr std::uint64_t debug_flag = 0x02;
    Claims claims;
    claims.measurement = Measurement(body.mr_enclave());
    claims.signer = Hash256(body.mr_signer());
    claims.product_id = body.product_id();
    claims.svn = body.svn();
    claims.attributes = little_endian(body.attributes().first(8));
    claims.xfrm = little_endian(body.attributes().last(8));
    claims.debug = (claims.attributes & debug_flag) != 0;
    claims.misc_select = static_cast<std::uint32_t>(little_endian(body.misc_select()));
    claims.report_data = decltype(claims.report_data)(body.report_data());
    return claims;
}

}  // namespace cloister::attest
