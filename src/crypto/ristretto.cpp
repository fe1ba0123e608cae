#include "crypto/ristretto.hpp"

#include <sodium.h>

#include "crypto/backends.hpp"
#include "crypto/hash.hpp"

namespace cloister::crypto {
namespace {

Hash512 secret_sha512(Bytes input) { return sha512(SecretBytes(std::move(input)).reveal()); }

Secret<32> reduce(ByteView bytes64) {
    require_sodium();
    CLOISTER_ASSERT(bytes64.size() == 64);
    Secret<32> out;
    crypto_core_ristretto255_scalar_reduce(out.writable(), bytes64.data());
    return out;
}

Secret<32> product(const Secret<32>& a, const Secret<32>& b) {
    Secret<32> out;
    crypto_core_ristretto255_scalar_mul(out.writable(), a.reveal().data(), b.reveal().data());
    return out;
}

Secret<32> small_scalar(std::uint16_t value) {
    Secret<32> out;
    out.writable()[0] = static_cast<std::uint8_t>(value);
    out.writable()[1] = static_cast<std::uint8_t>(value >> 8);
    return out;
}

std::optional<RistrettoPoint> multiply(const Secret<32>& scalar, const RistrettoPoint& point) {
    RistrettoPoint out;
    if (crypto_scalarmult_ristretto255(out.data(), scalar.reveal().data(), point.data()) != 0) {
        return std::nullopt;
    }
    return out;
}

// a - b; nothing when one of them is no point.
std::optional<RistrettoPoint> difference(const RistrettoPoint& a, const RistrettoPoint& b) {
    RistrettoPoint out;
    if (crypto_core_ristretto255_sub(out.data(), a.data(), b.data()) != 0) return std::nullopt;
    return out;
}

// What a proof is about: value = secret * point and public_key = secret * B.
struct Statement {
    ByteView domain;
    const RistrettoPoint& public_key;
    const RistrettoPoint& point;
    const RistrettoPoint& value;
};

// docs/formats.md, "DLEQ".
Secret<32> challenge_of(const Statement& statement, const RistrettoPoint& base_commitment,
                        const RistrettoPoint& point_commitment) {
    scale::Encoder domain;
    domain.write(to_bytes(statement.domain));
    const Hash512 hash =
        sha512(concat(view_of("cloister/dleq/1"), domain.bytes(), statement.public_key.view(),
                      statement.point.view(), statement.value.view(), base_commitment.view(),
                      point_commitment.view()));
    return reduce(hash.view());
}

DleqProof prove(const RistrettoScalar& secret, const Statement& statement) {
    // The nonce depends on the secret and on all that the challenge depends on.
    Hash512 seed = secret_sha512(concat(view_of("cloister/dleq/nonce/1"), secret.bytes().reveal(),
                                        sha512(statement.domain).view(), statement.point.view(),
                                        statement.value.view()));
    const RistrettoScalar nonce = RistrettoScalar::from_uniform(seed.view());
    base::wipe(seed.data(), seed.size());
    const auto point_commitment = nonce.times(statement.point);
    CLOISTER_ASSERT(point_commitment.has_value());
    const Secret<32> challenge = challenge_of(statement, nonce.times_base(), *point_commitment);
    const Secret<32> masked = product(challenge, secret.bytes());
    DleqProof proof;
    std::ranges::copy(challenge.reveal(), proof.challenge.begin());
    crypto_core_ristretto255_scalar_add(proof.response.data(), nonce.bytes().reveal().data(),
                                        masked.reveal().data());
    return proof;
}

bool verify_dleq(const Statement& statement, const DleqProof& proof) {
    const auto challenge = RistrettoScalar::from_canonical(proof.challenge.view());
    const auto response = RistrettoScalar::from_canonical(proof.response.view());
    if (!challenge || !response) return false;
    const auto masked_key = challenge->times(statement.public_key);
    const auto masked_value = challenge->times(statement.value);
    const auto response_point = response->times(statement.point);
    if (!masked_key || !masked_value || !response_point) return false;
    const auto base_commitment = difference(response->times_base(), *masked_key);
    const auto point_commitment = difference(*response_point, *masked_value);
    if (!base_commitment || !point_commitment) return false;
    return challenge_of(statement, *base_commitment, *point_commitment).equals(challenge->bytes());
}

// The coefficient of holder `at` in Lagrange's interpolation at 0: the product of j / (j - i).
std::optional<Secret<32>> lagrange_at_zero(std::span<const IndexedPoint> all, std::size_t at) {
    Secret<32> numerator = small_scalar(1);
    Secret<32> denominator = small_scalar(1);
    const Secret<32> own = small_scalar(all[at].index);
    for (std::size_t other = 0; other < all.size(); ++other) {
        if (other == at) continue;
        if (all[other].index == all[at].index) return std::nullopt;
        const Secret<32> index = small_scalar(all[other].index);
        Secret<32> gap;
        crypto_core_ristretto255_scalar_sub(gap.writable(), index.reveal().data(),
                                            own.reveal().data());
        numerator = product(numerator, index);
        denominator = product(denominator, gap);
    }
    Secret<32> inverse;
    CLOISTER_ASSERT(crypto_core_ristretto255_scalar_invert(inverse.writable(),
                                                           denominator.reveal().data()) == 0);
    return product(numerator, inverse);
}

}  // namespace

RistrettoScalar RistrettoScalar::from_uniform(ByteView bytes64) {
    RistrettoScalar out;
    out.bytes_ = reduce(bytes64);
    return out;
}

std::optional<RistrettoScalar> RistrettoScalar::from_canonical(ByteView bytes32) {
    if (bytes32.size() != 32) return std::nullopt;
    RistrettoScalar out;
    out.bytes_ = Secret<32>(bytes32);
    Secret<64> wide;
    std::ranges::copy(bytes32, wide.writable());
    if (!reduce(wide.reveal()).equals(out.bytes_)) return std::nullopt;
    if (out.bytes_.equals(Secret<32>())) return std::nullopt;
    return out;
}

RistrettoScalar RistrettoScalar::duplicate() const {
    RistrettoScalar out;
    out.bytes_ = bytes_.duplicate();
    return out;
}

RistrettoPoint RistrettoScalar::times_base() const {
    require_sodium();
    RistrettoPoint out;
    CLOISTER_ASSERT(crypto_scalarmult_ristretto255_base(out.data(), bytes_.reveal().data()) == 0);
    return out;
}

std::optional<RistrettoPoint> RistrettoScalar::times(const RistrettoPoint& point) const {
    require_sodium();
    return multiply(bytes_, point);
}

RistrettoPoint ristretto_hash(ByteView domain, ByteView message) {
    require_sodium();
    const Hash512 hash = sha512(concat(domain, message));
    RistrettoPoint out;
    CLOISTER_ASSERT(crypto_core_ristretto255_from_hash(out.data(), hash.data()) == 0);
    return out;
}

PartialEvaluation evaluate(const RistrettoScalar& secret, ByteView domain, ByteView message) {
    const RistrettoPoint point = ristretto_hash(domain, message);
    const auto value = secret.times(point);
    CLOISTER_ASSERT(value.has_value());
    const RistrettoPoint public_key = secret.times_base();
    return {*value, prove(secret, {domain, public_key, point, *value})};
}

bool verify_evaluation(const RistrettoPoint& public_key, ByteView domain, ByteView message,
                       const PartialEvaluation& evaluation) {
    const RistrettoPoint point = ristretto_hash(domain, message);
    return verify_dleq({domain, public_key, point, evaluation.value}, evaluation.proof);
}

std::optional<RistrettoPoint> combine(std::span<const IndexedPoint> partial_values) {
    require_sodium();
    std::optional<RistrettoPoint> total;
    for (std::size_t at = 0; at < partial_values.size(); ++at) {
        if (partial_values[at].index == 0) return std::nullopt;
        const auto coefficient = lagrange_at_zero(partial_values, at);
        if (!coefficient) return std::nullopt;
        const auto term = multiply(*coefficient, partial_values[at].value);
        if (!term) return std::nullopt;
        if (!total) {
            total = term;
            continue;
        }
        RistrettoPoint sum;
        if (crypto_core_ristretto255_add(sum.data(), total->data(), term->data()) != 0) {
            return std::nullopt;
        }
        total = sum;
    }
    if (total && total->is_zero()) return std::nullopt;  // the identity is nobody's evaluation
    return total;
}

FixedBytes<64, struct PrfOutputTag> output_of(ByteView domain, const RistrettoPoint& value) {
    const Hash512 hash = sha512(concat(domain, view_of("output"), value.view()));
    return FixedBytes<64, struct PrfOutputTag>(hash.array());
}

}  // namespace cloister::crypto
