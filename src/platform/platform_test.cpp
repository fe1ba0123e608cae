#include "platform/platform.hpp"

#include <gtest/gtest.h>

#include <set>

#include "attest/policy.hpp"
#include "crypto/hash.hpp"
#include "platform/forge.hpp"
#include "platform/messages.hpp"
#include "platform/quoting.hpp"

namespace cloister::platform {
namespace {

constexpr std::uint64_t birth = 1'700'000'000;
constexpr std::uint64_t later = birth + 86400;

Secret<32> seed_of(std::uint8_t byte) { return Secret<32>(Bytes(32, byte)); }
Platform platform_of(std::uint8_t byte) { return Platform(seed_of(byte), birth); }

Report sample_report() {
    Report report;
    std::ranges::fill(report.measurement, std::uint8_t{0xaa});
    std::ranges::fill(report.report_data, std::uint8_t{0xbb});
    return report;
}

attest::Roots roots_of(const Hash256& simulated) {
    return {.intel = attest::Roots::Intel::Pinned, .simulated = simulated};
}

std::string outcome(const Result<attest::Verdict, attest::Error>& result) {
    if (!result) {
        return std::string(name_of(result.error().code)) + " (" + std::string(result.error().part) +
               ": " + result.error().message + ")";
    }
    return "accepted, " + std::string(attest::name_of(result->platform.status));
}

TEST(Platform, ItsQuoteVerifiesUnderItsOwnRootAndSaysSimulated) {
    const Platform platform = platform_of(1);
    const auto verdict = attest::verify(platform.quote(sample_report()), platform.collateral(),
                                        later, roots_of(platform.root_fingerprint()));
    ASSERT_TRUE(verdict) << outcome(verdict);
    EXPECT_TRUE(verdict->simulated);
    EXPECT_EQ(verdict->claims.measurement, sample_report().measurement);
    EXPECT_TRUE(equal(verdict->claims.report_data, sample_report().report_data));
    EXPECT_EQ(verdict->claims.svn, 1);
    EXPECT_EQ(verdict->claims.product_id, 1);
    EXPECT_FALSE(verdict->claims.debug);
    EXPECT_EQ(verdict->platform.status, attest::TcbStatus::UpToDate);
    EXPECT_TRUE(verdict->platform.advisory_ids.empty());
    EXPECT_TRUE(verdict->platform.instance.has_value());
    EXPECT_FALSE(verdict->platform.ppid.is_zero());
}

TEST(Platform, ItsQuoteIsRefusedUnderIntelsRootAlone) {
    const Platform platform = platform_of(1);
    const auto verdict = attest::verify(platform.quote(sample_report()), platform.collateral(),
                                        later, attest::Roots{});
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, attest::Code::UntrustedRoot) << outcome(verdict);
}

TEST(Platform, ItsQuoteIsRefusedUnderAnotherPlatformsRoot) {
    const Platform platform = platform_of(1);
    const auto verdict = attest::verify(platform.quote(sample_report()), platform.collateral(),
                                        later, roots_of(platform_of(2).root_fingerprint()));
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, attest::Code::UntrustedRoot) << outcome(verdict);
}

TEST(Platform, EverythingFollowsFromSeedAndDate) {
    const Platform a = platform_of(1);
    const Platform b = platform_of(1);
    EXPECT_EQ(a.root_certificate_der(), b.root_certificate_der());
    EXPECT_EQ(a.collateral(), b.collateral());
    EXPECT_EQ(a.quote(sample_report()), b.quote(sample_report()));
    EXPECT_EQ(a.root_fingerprint(), crypto::sha256(a.root_certificate_der()));
    EXPECT_NE(a.root_fingerprint(), platform_of(2).root_fingerprint());
    EXPECT_NE(a.root_fingerprint(), Platform(seed_of(1), birth + 1).root_fingerprint());
}

TEST(Platform, ItIsValidForTwentyYearsAndNoLonger) {
    const Platform platform = platform_of(1);
    const auto at = [&](std::uint64_t time) {
        return attest::verify(platform.quote(sample_report()), platform.collateral(), time,
                              roots_of(platform.root_fingerprint()));
    };
    EXPECT_TRUE(at(birth)) << outcome(at(birth));
    EXPECT_TRUE(at(birth + 19ULL * 366 * 86400));
    EXPECT_FALSE(at(birth - 1));
    EXPECT_FALSE(at(birth + 21ULL * 366 * 86400));
}

TEST(Platform, ItCrossesTheYear2050WithGeneralizedTime) {
    const std::uint64_t year_2040 = 2'208'988'800;
    const Platform platform(seed_of(1), year_2040);
    const auto verdict =
        attest::verify(platform.quote(sample_report()), platform.collateral(),
                       year_2040 + 15ULL * 366 * 86400, roots_of(platform.root_fingerprint()));
    EXPECT_TRUE(verdict) << outcome(verdict);
}

TEST(Platform, SealingKeysDifferByMeasurementAndByPlatform) {
    const Platform a = platform_of(1);
    const Platform b = platform_of(2);
    const Measurement one = sample_report().measurement;
    const Measurement other;
    EXPECT_TRUE(a.seal_key(one).equals(platform_of(1).seal_key(one)));
    EXPECT_FALSE(a.seal_key(one).equals(a.seal_key(other)));
    EXPECT_FALSE(a.seal_key(one).equals(b.seal_key(one)));
}

TEST(Platform, EveryByteOfAQuoteBeforeItsChainMatters) {
    const Platform platform = platform_of(1);
    const Bytes quote = platform.quote(sample_report());
    const std::size_t chain = text_of(quote).find("-----BEGIN");
    // The QE and PCE SVN of the header are signed like all the rest.
    for (std::size_t i = 0; i < chain; i += 3) {
        Bytes altered = quote;
        altered[i] ^= 0x40;
        EXPECT_FALSE(attest::verify(altered, platform.collateral(), later,
                                    roots_of(platform.root_fingerprint())))
            << "byte " << i;
    }
}

TEST(Forge, WithoutAFlawItIsThePlatformItself) {
    const Platform platform = platform_of(1);
    const Evidence evidence = Forge(seed_of(1), birth).make(Flaw::None, sample_report());
    EXPECT_EQ(evidence.quote, platform.quote(sample_report()));
    EXPECT_EQ(evidence.collateral, platform.collateral());
    EXPECT_EQ(Forge(seed_of(1), birth).root_fingerprint(), platform.root_fingerprint());
}

TEST(Forge, EachFlawIsRefusedOrReportedAsItsTableSays) {
    const Forge forge(seed_of(1), birth);
    for (const FlawCase& flaw : flaw_cases()) {
        const Evidence evidence = forge.make(flaw.flaw, sample_report());
        const auto result = attest::verify(evidence.quote, evidence.collateral, evidence.unix_time,
                                           roots_of(forge.root_fingerprint()));
        if (flaw.refused_as) {
            EXPECT_TRUE(!result && result.error().code == *flaw.refused_as)
                << flaw.name << " should be " << name_of(*flaw.refused_as) << ", is "
                << outcome(result);
            continue;
        }
        ASSERT_TRUE(result) << flaw.name << ": " << outcome(result);
        EXPECT_EQ(result->platform.status, flaw.status) << flaw.name << ": " << outcome(result);
        EXPECT_EQ(result->claims.debug, flaw.debug) << flaw.name;
    }
}

TEST(Forge, WhatIsAuthenticButUnfitIsRefusedByPolicy) {
    attest::Policy policy = attest::default_inspection_policy();
    policy.statuses = {attest::TcbStatus::UpToDate};
    const Forge forge(seed_of(1), birth);
    for (const FlawCase& flaw : flaw_cases()) {
        if (flaw.refused_as) continue;
        const Evidence evidence = forge.make(flaw.flaw, sample_report());
        const auto verdict = attest::verify(evidence.quote, evidence.collateral, evidence.unix_time,
                                            roots_of(forge.root_fingerprint()));
        ASSERT_TRUE(verdict) << flaw.name;
        EXPECT_EQ(appraise(*verdict, policy).accepted(), flaw.flaw == Flaw::None) << flaw.name;
    }
}

TEST(Forge, TheTableKnowsEachNameOnce) {
    std::set<std::string_view> names;
    for (const FlawCase& flaw : flaw_cases()) names.insert(flaw.name);
    EXPECT_EQ(names.size(), flaw_cases().size());
}

TEST(Messages, SurviveARoundTripAndKeepTheirBounds) {
    const EnclaveRequest request = QuoteRequest{sample_report().report_data};
    EXPECT_EQ(scale::encode(request).size(), 65u);
    EXPECT_EQ(scale::decode<EnclaveRequest>(scale::encode(request)).get(), request);
    const CollateralResponse answer{platform_of(1).collateral(), platform_of(1).root_fingerprint()};
    EXPECT_EQ(scale::decode<CollateralResponse>(scale::encode(answer)).get(), answer);
    const LaunchRequest long_path{std::string(LaunchRequest::path_bytes_max + 1, 'x'), {}};
    EXPECT_FALSE(scale::decode<LaunchRequest>(scale::encode(long_path)));
    EXPECT_FALSE(scale::decode<EnclaveRequest>(Bytes{9}));
}

}  // namespace
}  // namespace cloister::platform
