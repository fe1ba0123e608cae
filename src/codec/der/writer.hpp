// Writes DER (ITU-T X.690): definite, minimal lengths; the caller supplies the structure. For what
// we issue ourselves: the simulated platform's certificates, CRLs and signatures.
//
//     der::Writer w;
//     w.sequence([&](der::Writer& s) {
//         s.integer(1);
//         s.oid("1.2.840.10045.4.3.2");
//     });
//     Bytes encoded = std::move(w).take();
//
// Malformed arguments are our own bugs and assert.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "codec/der/tags.hpp"

namespace cloister::der {

class Writer {
  public:
    const Bytes& bytes() const& { return out_; }
    Bytes take() && { return std::move(out_); }

    // Any tag (one identifier octet) with these contents.
    void element(std::uint8_t tag, ByteView contents);
    // Appends what is DER already.
    void raw(ByteView encoded) { append(out_, encoded); }

    template <class Body>
    void constructed(std::uint8_t tag, Body&& body) {
        Writer inner;
        body(inner);
        element(tag, inner.out_);
    }
    template <class Body>
    void sequence(Body&& body) {
        constructed(tag::sequence, body);
    }
    // SET OF: sorts the elements as X.690, 11.6 demands.
    template <class Body>
    void set(Body&& body) {
        Writer inner;
        body(inner);
        sorted_set(inner.out_);
    }
    // [number] EXPLICIT.
    template <class Body>
    void context(std::uint8_t number, Body&& body) {
        constructed(tag::context_constructed(number), body);
    }
    // [number] IMPLICIT of a primitive type: the contents octets alone.
    void context_primitive(std::uint8_t number, ByteView contents) {
        element(tag::context(number), contents);
    }

    void boolean(bool value);
    void null() { element(tag::null, {}); }
    void integer(std::uint64_t value);
    // Unsigned, big-endian; leading zeros are dropped, a sign octet is added where needed.
    void integer(ByteView big_endian);
    void enumerated(std::uint8_t value);
    // "1.2.840.10045.2.1".
    void oid(std::string_view dotted);
    // A bit string of whole octets.
    void bit_string(ByteView octets);
    // A bit string with `unused` (0..7) low bits of the last octet unused, all of them zero.
    void bit_string(ByteView octets, unsigned unused);
    void octet_string(ByteView octets) { element(tag::octet_string, octets); }
    template <class Body>
    void octet_string_of(Body&& body) {  // an OCTET STRING that holds DER
        constructed(tag::octet_string, body);
    }
    void utf8_string(std::string_view text) { element(tag::utf8_string, view_of(text)); }
    void printable_string(std::string_view text);
    void utc_time(std::uint64_t unix_time);          // 1970 to 2049
    void generalized_time(std::uint64_t unix_time);  // 1970 to 9999
    // UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5).
    void time(std::uint64_t unix_time);

  private:
    void sorted_set(ByteView elements);

    Bytes out_;
};

// Ecdsa-Sig-Value: SEQUENCE of the two integers of `r || s` (64 bytes), as X.509 carries
// signatures.
Bytes ecdsa_signature(ByteView r_then_s);

}  // namespace cloister::der
