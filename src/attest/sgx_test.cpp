// Evidence of our own making, with one thing wrong at a time.
#include <gtest/gtest.h>

#include "attest/corpus_test.hpp"
#include "attest/quote.hpp"
#include "attest/world_test.hpp"

namespace cloister::attest {
namespace {

using forge::day;
using forge::now;
using forge::Window;
using forge::World;

constexpr Window past = {now - 2 * day, now - 1};
constexpr Window future = {now + 1, now + 2 * day};

TEST(Sgx, AcceptsAWholeSimulatedPlatformAndSaysThatItIsSimulated) {
    const auto verdict = World{}.verdict();
    ASSERT_TRUE(verdict.has_value()) << name_of(verdict.error().code) << verdict.error().message;
    EXPECT_TRUE(verdict->simulated);
    EXPECT_EQ(verdict->platform.status, TcbStatus::UpToDate);
    EXPECT_EQ(verdict->platform.tcb_evaluation_number, 19U);
    EXPECT_EQ(verdict->platform.tcb_date, "2025-01-01T00:00:00Z");
    const std::vector<std::string> ids = {"INTEL-SA-1", "INTEL-SA-2", "INTEL-SA-3"};
    EXPECT_EQ(verdict->platform.advisory_ids, ids);
}

TEST(Sgx, RefusesTheSimulatedRootUnlessItIsNamed) {
    World w;
    const auto verdict = verify(w.quote(), w.collateral(), now, Roots{});
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Code::UntrustedRoot);
}

TEST(Sgx, RefusesRevokedCertificatesOfEveryPlace) {
    for (const std::uint64_t serial : {2, 4}) {
        World w;
        w.root_revokes = {77, serial};
        EXPECT_EQ(w.word(), "CertificateRevoked") << serial;
    }
    World w;
    w.pck_revokes = {77, 3};
    EXPECT_EQ(w.word(), "CertificateRevoked");
    w.pck_revokes = {77, 2, 4};
    EXPECT_EQ(w.word(), "UpToDate");
}

TEST(Sgx, RefusesEveryDocumentOutsideItsTime) {
    const auto expect = [](Window World::* window, std::string_view late, std::string_view early) {
        World w;
        w.*window = past;
        EXPECT_EQ(w.word(), late);
        w.*window = future;
        EXPECT_EQ(w.word(), early);
        w.*window = {now, now};
        EXPECT_EQ(w.word(), "UpToDate");
    };
    expect(&World::root_window, "CertificateExpired", "CertificateNotYetValid");
    expect(&World::ca_window, "CertificateExpired", "CertificateNotYetValid");
    expect(&World::pck_window, "CertificateExpired", "CertificateNotYetValid");
    expect(&World::signer_window, "CertificateExpired", "CertificateNotYetValid");
    expect(&World::root_crl_window, "CrlExpired", "CrlExpired");
    expect(&World::pck_crl_window, "CrlExpired", "CrlExpired");
    expect(&World::tcb_window, "TcbInfoExpired", "TcbInfoExpired");
    expect(&World::qe_window, "QeIdentityExpired", "QeIdentityExpired");
}

TEST(Sgx, RefusesAChainWithForeignNames) {
    World w;
    w.pck_name = "Intel SGX PCK Certificat";
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.ca_name = "Intel SGX PCK Other CA";
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.signer_name = "Intel SGX PCK Certificate";
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.root_name = w.root_crl_issuer = "Intel SGX Root";
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.pck_issuer = "Intel SGX PCK Processor CA";
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.root_crl_issuer = "Intel SGX PCK Platform CA";
    EXPECT_EQ(w.word(), "WrongChain");
}

TEST(Sgx, RefusesCertificatesThatMayNotDoWhatTheyDo) {
    World w;
    w.root_flaws.limits_path = true;
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.pck_flaws.flips_ca = true;
    EXPECT_EQ(w.word(), "WrongChain");
    w = World{};
    w.ca_flaws.flips_ca = true;
    EXPECT_EQ(w.word(), "WrongChain");
    EXPECT_EQ(w.verdict().error().part, "quote");
}

TEST(Sgx, RefusesCertificatesOutsideTheProfile) {
    World w;
    w.pck_flaws.version = 1;
    EXPECT_EQ(w.word(), "MalformedCertificate");
    w = World{};
    w.pck_flaws.repeats_extension = true;
    EXPECT_EQ(w.word(), "MalformedCertificate");
}

TEST(Sgx, RefusesARevokedCaThatWasIssuedAgainForTheListAlone) {
    World w;
    const Bytes quote = w.quote();
    w.ca_serial = 5;
    w.root_revokes = {2};
    const auto verdict = verify(quote, w.collateral(), now, w.roots());
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Code::CertificateRevoked);
}

TEST(Sgx, RefusesAListByAnotherKeyOfTheSameName) {
    World w;
    const Bytes quote = w.quote();
    w.ca_key = forge::key_of("another CA");
    const auto verdict = verify(quote, w.collateral(), now, w.roots());
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Code::WrongChain);
}

TEST(Sgx, RefusesASimulatedSignerForAGenuinePlatform) {
    const corpus::Sample sample;
    CLOISTER_NEEDS_CORPUS(sample.absent());
    World w;
    w.root_window = w.signer_window = {sample.unix_time - day, sample.unix_time + day};
    Collateral c = sample.collateral();
    c.tcb_info_issuer_chain = w.collateral().tcb_info_issuer_chain;
    c.tcb_info_signature = to_bytes(w.signer_key.sign(c.tcb_info).view());
    const auto verdict = verify(sample.quote, c, sample.unix_time, w.roots());
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Code::UntrustedRoot);
}

TEST(Sgx, RefusesWhatIsTooLargeOrDoesNotFillItsLength) {
    const World w;
    Bytes quote = w.quote();
    quote.resize(evidence_bytes_max + 1);
    EXPECT_EQ(parse_claims(quote).error().code, Code::TooLarge);
    quote = w.quote();
    quote.push_back(0);
    ++quote[432];
    EXPECT_EQ(parse_claims(quote).error().code, Code::LengthMismatch);
    Collateral c = w.collateral();
    c.tcb_info.resize(Collateral::part_bytes_max + 1);
    EXPECT_EQ(verify(w.quote(), c, now, w.roots()).error().code, Code::TooLarge);
}

TEST(Sgx, RefusesAQuotingEnclaveThatIsNotTheIdentitysOne) {
    World w;
    w.qe_signer = std::string(64, '8');
    EXPECT_EQ(w.word(), "QeIdentityMismatch");
    w = World{};
    w.qe_id = "TD_QE";
    EXPECT_EQ(w.word(), "MalformedCollateral");
    w = World{};
    w.qe_product = 2;
    EXPECT_EQ(w.word(), "QeIdentityMismatch");
    w = World{};
    w.qe_misc = 1;
    EXPECT_EQ(w.word(), "QeIdentityMismatch");
    w = World{};
    w.qe_attributes = 0x17;  // DEBUG
    EXPECT_EQ(w.word(), "QeIdentityMismatch");
}

TEST(Sgx, RefusesAQeReportThatDoesNotBindTheAttestationKey) {
    World w;
    w.bind_key = false;
    EXPECT_EQ(w.word(), "BadQeReportData");
    w = World{};
    w.qe_tail = 1;
    EXPECT_EQ(w.word(), "BadQeReportData");
}

TEST(Sgx, RefusesAForgedQeIdentity) {
    World w;
    const Bytes quote = w.quote();
    Collateral c = w.collateral();
    w.qe_signer = std::string(64, '8');
    c.qe_identity = to_bytes(w.qe_identity());
    const auto verdict = verify(quote, c, now, w.roots());
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Code::BadQeIdentitySignature);
}

TEST(Sgx, RefusesTcbInfoOfAnotherPlatform) {
    World w;
    w.tcb_fmspc = "00112233aabc";
    EXPECT_EQ(w.word(), "TcbInfoMismatch");
    w.tcb_fmspc = "00112233AABB";
    EXPECT_EQ(w.word(), "UpToDate");
}

TEST(Sgx, RefusesAPlatformBelowEveryLevel) {
    World w;
    w.tcb_svn = 6;
    EXPECT_EQ(w.word(), "TcbNotSupported");
    w = World{};
    w.pce_svn = 10;
    EXPECT_EQ(w.word(), "TcbNotSupported");
    w = World{};
    w.qe_svn = 5;
    EXPECT_EQ(w.word(), "TcbNotSupported");
}

TEST(Sgx, ConvergesThePlatformsStatusWithTheQuotingEnclaves) {
    struct Row {
        const char *platform, *qe, *both;
    };
    for (const Row& row : std::initializer_list<Row>{
             {"UpToDate", "OutOfDate", "OutOfDate"},
             {"SWHardeningNeeded", "UpToDate", "SWHardeningNeeded"},
             {"SWHardeningNeeded", "OutOfDate", "OutOfDate"},
             {"ConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"},
             {"ConfigurationAndSWHardeningNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"},
             {"OutOfDate", "OutOfDate", "OutOfDate"},
             {"OutOfDateConfigurationNeeded", "UpToDate", "OutOfDateConfigurationNeeded"},
             {"Revoked", "UpToDate", "TcbRevoked"},
             {"UpToDate", "Revoked", "TcbRevoked"},
             {"Splendid", "UpToDate", "MalformedCollateral"},
             {"UpToDate", "ConfigurationNeeded", "MalformedCollateral"}}) {
        World w;
        w.tcb_status = row.platform;
        w.qe_status = row.qe;
        EXPECT_EQ(w.word(), row.both) << row.platform << " and " << row.qe;
    }
}

TEST(Sgx, RefusesCollateralUnderAnotherRootThanTheQuotes) {
    World mine;
    World other;
    other.root_key = forge::key_of("other root");
    Collateral c = mine.collateral();
    c.tcb_info_issuer_chain = other.collateral().tcb_info_issuer_chain;
    const auto verdict = verify(mine.quote(), c, now, mine.roots());
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, Code::UntrustedRoot);
}

TEST(Sgx, RefusesEachSignatureThatDoesNotVerify) {
    const World w;
    const auto code = [&](const Bytes& quote, const Collateral& c) {
        return std::string(name_of(verify(quote, c, now, w.roots()).error().code));
    };
    const auto flipped = [](Bytes bytes, std::size_t at) {
        bytes[at] ^= 1;
        return bytes;
    };
    const Collateral good = w.collateral();
    EXPECT_EQ(code(flipped(w.quote(), 436), good), "BadQuoteSignature");
    EXPECT_EQ(code(flipped(w.quote(), 436 + 128 + 384), good), "BadQeReportSignature");
    Collateral c = good;
    c.tcb_info_signature = flipped(good.tcb_info_signature, 0);
    EXPECT_EQ(code(w.quote(), c), "BadTcbInfoSignature");
    c = good;
    c.qe_identity_signature = flipped(good.qe_identity_signature, 63);
    EXPECT_EQ(code(w.quote(), c), "BadQeIdentitySignature");
    c = good;
    c.root_ca_crl = flipped(good.root_ca_crl, good.root_ca_crl.size() - 1);
    EXPECT_EQ(code(w.quote(), c), "BadCrlSignature");
    c = good;
    c.pck_crl = flipped(good.pck_crl, good.pck_crl.size() - 1);
    EXPECT_EQ(code(w.quote(), c), "BadCrlSignature");
    c = good;
    const Bytes ca = w.ca();
    c.pck_crl_issuer_chain =
        to_bytes(forge::pem(flipped(ca, ca.size() - 1)) + forge::pem(w.root()));
    EXPECT_EQ(code(w.quote(), c), "BadCertificateSignature");
}

TEST(Sgx, RefusesAbsentParts) {
    const World w;
    for (Bytes Collateral::* part :
         {&Collateral::pck_crl_issuer_chain, &Collateral::pck_crl, &Collateral::root_ca_crl,
          &Collateral::tcb_info_issuer_chain, &Collateral::tcb_info,
          &Collateral::tcb_info_signature, &Collateral::qe_identity_issuer_chain,
          &Collateral::qe_identity, &Collateral::qe_identity_signature}) {
        Collateral c = w.collateral();
        (c.*part).clear();
        const auto verdict = verify(w.quote(), c, now, w.roots());
        ASSERT_FALSE(verdict.has_value());
        EXPECT_EQ(verdict.error().code, Code::MissingCollateral);
    }
}

}  // namespace
}  // namespace cloister::attest
