// ristretto255 (RFC 9496): scalars, points, discrete-log equality proofs, and the verifiable random
// function and threshold PRF built on them (docs/formats.md, "DLEQ" and "VRF").
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "base/types.hpp"
#include "codec/scale/scale.hpp"

namespace cloister::crypto {

using RistrettoPoint = FixedBytes<32, struct RistrettoPointTag>;  // canonical encoding

class RistrettoScalar {
  public:
    // Reduces 64 uniform bytes modulo the group order.
    static RistrettoScalar from_uniform(ByteView bytes64);
    // Canonical 32 bytes, non-zero; nothing otherwise.
    static std::optional<RistrettoScalar> from_canonical(ByteView bytes32);
    RistrettoScalar duplicate() const;
    const Secret<32>& bytes() const { return bytes_; }
    RistrettoPoint times_base() const;
    // Nothing for an invalid encoding or the identity.
    std::optional<RistrettoPoint> times(const RistrettoPoint& point) const;

  private:
    Secret<32> bytes_;
};

// Hash to the group: from_uniform(SHA-512(domain || message)).
RistrettoPoint ristretto_hash(ByteView domain, ByteView message);

// Proves log_B(public) == log_point(value) without showing it (Chaum-Pedersen, Fiat-Shamir with
// SHA-512 over domain, all points). Deterministic nonce.
struct DleqProof {
    FixedBytes<32, struct DleqChallengeTag> challenge;
    FixedBytes<32, struct DleqResponseTag> response;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.challenge, s.response); }
    friend bool operator==(const DleqProof&, const DleqProof&) = default;
};

struct PartialEvaluation {
    RistrettoPoint value;  // secret * H(domain, message)
    DleqProof proof;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.value, s.proof); }
    friend bool operator==(const PartialEvaluation&, const PartialEvaluation&) = default;
};

// One holder's part of the threshold PRF, or the whole VRF when there is one holder.
PartialEvaluation evaluate(const RistrettoScalar& secret, ByteView domain, ByteView message);
bool verify_evaluation(const RistrettoPoint& public_key, ByteView domain, ByteView message,
                       const PartialEvaluation& evaluation);

// The t partial values of holders `indices` (from 1, distinct) to the whole: Lagrange at 0.
struct IndexedPoint {
    std::uint16_t index = 1;
    RistrettoPoint value;
};
std::optional<RistrettoPoint> combine(std::span<const IndexedPoint> partial_values);

// 64 pseudorandom bytes of a verified evaluation: SHA-512(domain || "output" || value).
FixedBytes<64, struct PrfOutputTag> output_of(ByteView domain, const RistrettoPoint& value);

}  // namespace cloister::crypto
