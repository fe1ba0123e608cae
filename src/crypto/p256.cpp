// Signing computes (r, s) here and not through ECDSA_do_sign, which draws blinding values from the
// system: the nonce is RFC 6979's, and the blinding value comes from the same generator under
// another digest, so that nothing is random.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include <memory>

#include "crypto/backends.hpp"
#include "crypto/hash.hpp"

namespace cloister::crypto {
namespace {

struct Free {
    void operator()(BIGNUM* n) const { BN_clear_free(n); }
    void operator()(BN_CTX* c) const { BN_CTX_free(c); }
    void operator()(BN_MONT_CTX* m) const { BN_MONT_CTX_free(m); }
    void operator()(EC_POINT* p) const { EC_POINT_clear_free(p); }
    void operator()(EC_KEY* k) const { EC_KEY_free(k); }
    void operator()(ECDSA_SIG* s) const { ECDSA_SIG_free(s); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using Number = Owned<BIGNUM>;

// For calls that fail only without memory or by our own mistake.
void must(int rc) { CLOISTER_ASSERT(rc == 1); }
template <class T>
Owned<T> own(T* pointer) {
    CLOISTER_ASSERT(pointer != nullptr);
    return Owned<T>(pointer);
}

// OpenSSL's curve: made once, only read afterwards.
const EC_GROUP* curve() {
    static const EC_GROUP* const group = [] {
        require_openssl();
        return EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    }();
    CLOISTER_ASSERT(group != nullptr);
    return group;
}

const BIGNUM* order() { return EC_GROUP_get0_order(curve()); }

const BN_MONT_CTX* order_montgomery() {
    static const Owned<BN_MONT_CTX> context = [] {
        auto made = own(BN_MONT_CTX_new());
        must(BN_MONT_CTX_set(made.get(), order(), own(BN_CTX_new()).get()));
        return made;
    }();
    return context.get();
}

Number number_of(ByteView big_endian) {
    auto n = own(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
    BN_set_flags(n.get(), BN_FLG_CONSTTIME);
    return n;
}

void write_number(const BIGNUM* n, std::uint8_t* out_32) {
    CLOISTER_ASSERT(BN_bn2binpad(n, out_32, 32) == 32);
}

bool in_scalar_range(const BIGNUM* n) { return !BN_is_zero(n) && BN_cmp(n, order()) < 0; }

// Arithmetic modulo the order on secrets: every product is a Montgomery multiplication.
class OrderField {
  public:
    Number product(const BIGNUM* a, const BIGNUM* b) {
        Number out = secret();
        BN_MONT_CTX* const montgomery = const_cast<BN_MONT_CTX*>(order_montgomery());
        must(BN_to_montgomery(out.get(), a, montgomery, context_.get()));
        must(BN_mod_mul_montgomery(out.get(), out.get(), b, montgomery, context_.get()));
        return out;
    }
    Number sum(const BIGNUM* a, const BIGNUM* b) {
        Number out = secret();
        must(BN_mod_add_quick(out.get(), a, b, order()));
        return out;
    }
    // By Fermat, in constant time.
    Number inverse(const BIGNUM* a) {
        Number exponent = own(BN_dup(order()));
        must(BN_sub_word(exponent.get(), 2));
        Number out = secret();
        BN_MONT_CTX* const montgomery = const_cast<BN_MONT_CTX*>(order_montgomery());
        must(BN_mod_exp_mont_consttime(out.get(), a, exponent.get(), order(), context_.get(),
                                       montgomery));
        return out;
    }
    Number reduce(const BIGNUM* a) {
        Number out = secret();
        must(BN_nnmod(out.get(), a, order(), context_.get()));
        return out;
    }
    BN_CTX* context() { return context_.get(); }

  private:
    static Number secret() {
        Number out = own(BN_new());
        BN_set_flags(out.get(), BN_FLG_CONSTTIME);
        return out;
    }
    Owned<BN_CTX> context_ = own(BN_CTX_new());
};

// The generator of RFC 6979 section 3.2, for SHA-256 and an order of 256 bits.
class NonceSource {
  public:
    NonceSource(const Secret<32>& scalar, ByteView reduced_digest) {
        std::ranges::fill(v_.writable_span(), std::uint8_t{1});
        for (const std::uint8_t step : {std::uint8_t{0}, std::uint8_t{1}}) {
            rekey(step, concat(scalar.reveal(), reduced_digest));
        }
    }
    // The next candidate in [1, n-1].
    Number next() {
        for (;;) {
            if (used_) rekey(0, {});
            used_ = true;
            v_.set(hmac_sha256(k_.view(), v_.view()));
            Number candidate = number_of(v_.view());
            if (in_scalar_range(candidate.get())) return candidate;
        }
    }

  private:
    struct State {
        Secret<32> bytes;
        ByteView view() const { return bytes.reveal(); }
        std::span<std::uint8_t> writable_span() { return {bytes.writable(), 32}; }
        void set(const Hash256& hash) { std::ranges::copy(hash, bytes.writable()); }
    };
    void rekey(std::uint8_t step, Bytes input) {
        const SecretBytes seed(std::move(input));
        const std::array<std::uint8_t, 1> separator{step};
        const SecretBytes message(concat(v_.view(), separator, seed.reveal()));
        k_.set(hmac_sha256(k_.view(), message.reveal()));
        v_.set(hmac_sha256(k_.view(), v_.view()));
    }
    State k_;
    State v_;
    bool used_ = false;
};

// x coordinate of scalar * G, as an integer below the field's prime.
Number base_multiple_x(const BIGNUM* scalar, BN_CTX* context) {
    auto point = own(EC_POINT_new(curve()));
    must(EC_POINT_mul(curve(), point.get(), scalar, nullptr, nullptr, context));
    Number x = own(BN_new());
    must(EC_POINT_get_affine_coordinates(curve(), point.get(), x.get(), nullptr, context));
    return x;
}

}  // namespace

std::optional<P256Key> P256Key::from_scalar(const Secret<32>& scalar) {
    const Number d = number_of(scalar.reveal());
    if (!in_scalar_range(d.get())) return std::nullopt;
    auto context = own(BN_CTX_new());
    auto point = own(EC_POINT_new(curve()));
    must(EC_POINT_mul(curve(), point.get(), d.get(), nullptr, nullptr, context.get()));
    std::array<std::uint8_t, 65> encoded;
    CLOISTER_ASSERT(EC_POINT_point2oct(curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                                       encoded.data(), encoded.size(), context.get()) == 65);
    P256Key key;
    key.scalar_ = scalar.duplicate();
    key.public_ = P256Public(ByteView(encoded).subspan(1));
    return key;
}

P256Key P256Key::derive(ByteView seed) {
    for (std::uint8_t attempt = 0;; ++attempt) {
        const std::array<std::uint8_t, 1> counter{attempt};
        const SecretBytes input(concat(view_of("cloister/p256/1"), counter, seed));
        Hash256 digest = sha256(input.reveal());
        const Secret<32> scalar(digest.view());
        base::wipe(digest.data(), digest.size());
        if (auto key = from_scalar(scalar)) return std::move(*key);
        CLOISTER_ASSERT(attempt < 255);  // one attempt fails with probability 2^-32
    }
}

P256Signature P256Key::sign(ByteView message) const {
    OrderField field;
    const Hash256 digest = sha256(message);
    const Number z = field.reduce(number_of(digest.view()).get());
    std::array<std::uint8_t, 32> reduced_digest;
    write_number(z.get(), reduced_digest.data());

    const Number d = number_of(scalar_.reveal());
    NonceSource nonces(scalar_, reduced_digest);
    NonceSource blinds(scalar_, sha256(concat(view_of("cloister/p256/blind/1"), digest)).view());
    for (;;) {
        const Number k = nonces.next();
        const Number r = field.reduce(base_multiple_x(k.get(), field.context()).get());
        // r or s of zero asks for the next nonce (RFC 6979 section 3.4).
        if (BN_is_zero(r.get())) continue;
        // s = (z + r d) / k, computed as (b z + b r d) / (b k).
        const Number b = blinds.next();
        const Number bd = field.product(b.get(), d.get());
        const Number brd = field.product(bd.get(), r.get());
        const Number bz = field.product(b.get(), z.get());
        const Number bk = field.product(b.get(), k.get());
        const Number s =
            field.product(field.inverse(bk.get()).get(), field.sum(bz.get(), brd.get()).get());
        if (BN_is_zero(s.get())) continue;
        P256Signature signature;
        write_number(r.get(), signature.data());
        write_number(s.get(), signature.data() + 32);
        return signature;
    }
}

bool verify_p256(const P256Public& key, ByteView message, const P256Signature& signature) {
    // The uncompressed form is the one door that refuses coordinates above the prime.
    std::array<std::uint8_t, 65> encoded{0x04};
    std::ranges::copy(key, encoded.begin() + 1);
    auto point = own(EC_POINT_new(curve()));
    if (EC_POINT_oct2point(curve(), point.get(), encoded.data(), encoded.size(), nullptr) != 1) {
        return false;
    }
    auto verifier = own(EC_KEY_new());
    must(EC_KEY_set_group(verifier.get(), curve()));
    must(EC_KEY_set_public_key(verifier.get(), point.get()));

    auto parts = own(ECDSA_SIG_new());
    Number r = own(BN_bin2bn(signature.data(), 32, nullptr));
    Number s = own(BN_bin2bn(signature.data() + 32, 32, nullptr));
    must(ECDSA_SIG_set0(parts.get(), r.release(), s.release()));
    const Hash256 digest = sha256(message);
    return ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), parts.get(),
                           verifier.get()) == 1;
}

}  // namespace cloister::crypto
