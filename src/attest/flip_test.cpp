// A genuine quote with every prefix and every changed byte.
#include "attest/corpus_test.hpp"

namespace cloister::attest {
namespace {

using corpus::Sample;

// Header, body, length field and signature data; whatever follows is padding.
std::size_t quote_size(const Bytes& quote) {
    return 436U + (quote[432] | (quote[433] << 8) | (quote[434] << 16));
}

TEST(Flip, RefusesEveryPrefixOfAQuote) {
    const Sample sample;
    CLOISTER_NEEDS_CORPUS(sample.absent());
    const Collateral collateral = sample.collateral();
    const std::size_t size = quote_size(sample.quote);
    const ByteView whole = sample.quote;
    ASSERT_TRUE(sample.verify(whole.first(size), collateral).has_value());
    for (std::size_t n = 0; n < size; ++n) {
        const auto verdict = sample.verify(whole.first(n), collateral);
        ASSERT_FALSE(verdict.has_value()) << n;
        ASSERT_EQ(verdict.error().code, Code::Truncated) << n;
    }
}

TEST(Flip, RefusesEveryChangedByteOfAQuoteAndIgnoresWhatFollowsIt) {
    const Sample sample;
    CLOISTER_NEEDS_CORPUS(sample.absent());
    const Collateral collateral = sample.collateral();
    Bytes quote = sample.quote;
    const std::size_t size = quote_size(quote);
    for (std::size_t i = 0; i < size; ++i) {
        const auto mask = static_cast<std::uint8_t>(1U << (i % 8));
        quote[i] ^= mask;
        ASSERT_FALSE(sample.verify(quote, collateral).has_value()) << i;
        quote[i] ^= mask;
    }
    quote.resize(size);
    quote.resize(size + 3000, 0xee);
    EXPECT_TRUE(sample.verify(quote, collateral).has_value());
}

TEST(Flip, RefusesEveryChangedByteOfEveryPartOfTheCollateral) {
    const Sample sample;
    CLOISTER_NEEDS_CORPUS(sample.absent());
    Collateral collateral = sample.collateral();
    for (Bytes Collateral::* part :
         {&Collateral::pck_crl_issuer_chain, &Collateral::pck_crl, &Collateral::root_ca_crl,
          &Collateral::tcb_info_issuer_chain, &Collateral::tcb_info,
          &Collateral::tcb_info_signature, &Collateral::qe_identity_issuer_chain,
          &Collateral::qe_identity, &Collateral::qe_identity_signature}) {
        Bytes& bytes = collateral.*part;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const auto mask = static_cast<std::uint8_t>(1U << (i % 8));
            bytes[i] ^= mask;
            ASSERT_FALSE(sample.verify(sample.quote, collateral).has_value()) << i;
            bytes[i] ^= mask;
        }
    }
    EXPECT_TRUE(sample.verify(sample.quote, collateral).has_value());
}

}  // namespace
}  // namespace cloister::attest
