// What is signed, hashed or put into report data: bytes of one purpose never serve another, and
// every field counts.
#include <gtest/gtest.h>

#include <set>

#include "protocol/domains.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/gatekeeper.hpp"
#include "protocol/query.hpp"

namespace cloister::protocol {
namespace {

using testing::numbered;

constexpr std::array all_domains = {domain::request,
                                    domain::reply,
                                    domain::query,
                                    domain::answer,
                                    domain::query_auth,
                                    domain::certificate,
                                    domain::answer_statement,
                                    domain::session,
                                    domain::request_record,
                                    domain::policy,
                                    domain::actions,
                                    domain::receipt,
                                    domain::batch,
                                    domain::registration,
                                    domain::key_request,
                                    domain::key_share,
                                    domain::ticket,
                                    domain::epoch_key,
                                    domain::contract_key,
                                    domain::cluster_key,
                                    domain::seed,
                                    domain::draw,
                                    domain::state,
                                    domain::commitment,
                                    domain::randomness,
                                    domain::ephemeral,
                                    domain::share_seal,
                                    domain::proof};

BlockHash genesis() { return BlockHash(Bytes(32, 0xee)); }

// How many bits of `value`'s encoding may flip without a change of f(value), the last `free_bytes`
// left out.
template <class T>
std::size_t bits_without_effect(std::size_t free_bytes, auto&& f) {
    Bytes bytes = scale::encode(numbered<T>());
    const auto original = f(numbered<T>());
    std::size_t without = 0;
    for (std::size_t bit = 0; bit < 8 * (bytes.size() - free_bytes); ++bit) {
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        bytes[bit / 8] ^= mask;
        const auto changed = scale::decode<T>(bytes);
        if (changed && f(*changed) == original) ++without;
        bytes[bit / 8] ^= mask;
    }
    return without;
}

// Flipped bits of the last `signature_bytes` that do change f(value).
template <class T>
std::size_t signature_bits_with_effect(std::size_t signature_bytes, auto&& f) {
    Bytes bytes = scale::encode(numbered<T>());
    const auto original = f(numbered<T>());
    std::size_t with = 0;
    for (std::size_t at = bytes.size() - signature_bytes; at < bytes.size(); ++at) {
        bytes[at] ^= 0x10;
        const auto changed = scale::decode<T>(bytes);
        if (changed && f(*changed) != original) ++with;
        bytes[at] ^= 0x10;
    }
    return with;
}

template <class T>
void expect_all_but_signature_signed(std::size_t signature_bytes, auto&& f) {
    EXPECT_EQ(bits_without_effect<T>(signature_bytes, f), 0U);
    EXPECT_EQ(signature_bits_with_effect<T>(signature_bytes, f), 0U);
}

auto signing_with_genesis() {
    return [](const auto& message) { return signing_bytes(genesis(), message); };
}
auto signing() {
    return [](const auto& message) { return signing_bytes(message); };
}

TEST(Domains, NoTagBeginsAnother) {
    for (const auto a : all_domains) {
        for (const auto b : all_domains) EXPECT_TRUE(a == b || !b.starts_with(a)) << a << " " << b;
    }
}

TEST(Domains, EachHasTheFormOfATag) {
    std::set<std::string_view> seen;
    for (const auto tag : all_domains) {
        EXPECT_TRUE(tag.starts_with("cloister/") && tag.ends_with("/1")) << tag;
        EXPECT_TRUE(seen.insert(tag).second) << tag;
    }
}

TEST(Signing, BytesOfEveryMessageBeginWithItsOwnTag) {
    const std::vector<std::pair<std::string_view, Bytes>> signed_bytes = {
        {domain::session, signing_bytes(numbered<Session>())},
        {domain::certificate, signing_bytes(genesis(), numbered<Certificate>())},
        {domain::query_auth, signing_bytes(numbered<Session>(), numbered<Query>())},
        {domain::answer_statement, signing_bytes(genesis(), numbered<AnswerStatement>())},
        {domain::receipt, signing_bytes(numbered<Receipt>())},
        {domain::ticket, signing_bytes(genesis(), numbered<Ticket>())},
        {domain::key_request, signing_bytes(numbered<KeyRequest>())},
        {domain::key_share, signing_bytes(genesis(), numbered<KeyResponse>())},
        {domain::epoch_key, signing_bytes(genesis(), numbered<PublishEpochKey>())},
        {domain::cluster_key, signing_bytes(genesis(), numbered<PublishClusterKey>())},
        {domain::contract_key, signing_bytes(genesis(), numbered<PublishContractKey>())}};
    std::set<Bytes> different;
    for (const auto& [tag, bytes] : signed_bytes) {
        EXPECT_TRUE(text_of(bytes).starts_with(tag)) << tag;
        EXPECT_TRUE(different.insert(bytes).second) << tag;
    }
}

TEST(Signing, CoversEveryFieldButTheSignature) {
    expect_all_but_signature_signed<Session>(64, signing());
    expect_all_but_signature_signed<KeyRequest>(64, signing());
    expect_all_but_signature_signed<Receipt>(0, signing());
    expect_all_but_signature_signed<Ticket>(64, signing_with_genesis());
    expect_all_but_signature_signed<KeyResponse>(64, signing_with_genesis());
    expect_all_but_signature_signed<AnswerStatement>(0, signing_with_genesis());
    expect_all_but_signature_signed<PublishEpochKey>(64, signing_with_genesis());
    expect_all_but_signature_signed<PublishClusterKey>(64, signing_with_genesis());
    expect_all_but_signature_signed<PublishContractKey>(64, signing_with_genesis());
    expect_all_but_signature_signed<Certificate>(65, signing_with_genesis());
}

TEST(Signing, OfAQueryCoversSessionAndAllButCertificateAndSignature) {
    const Query query = numbered<Query>();
    const std::size_t free_bytes = scale::encode(query.certificate, query.signature).size();
    EXPECT_EQ(bits_without_effect<Query>(
                  free_bytes, [](const Query& q) { return signing_bytes(numbered<Session>(), q); }),
              0U);
    EXPECT_EQ(
        bits_without_effect<Session>(64, [&](const Session& s) { return signing_bytes(s, query); }),
        0U);
}

TEST(Signing, ChangesWithTheGenesis) {
    const auto differs = [](const auto& message) {
        return signing_bytes(genesis(), message) != signing_bytes(BlockHash(), message);
    };
    EXPECT_TRUE(differs(numbered<Certificate>()));
    EXPECT_TRUE(differs(numbered<AnswerStatement>()));
    EXPECT_TRUE(differs(numbered<Ticket>()));
    EXPECT_TRUE(differs(numbered<KeyResponse>()));
    EXPECT_TRUE(differs(numbered<PublishEpochKey>()));
    EXPECT_TRUE(differs(numbered<PublishClusterKey>()));
    EXPECT_TRUE(differs(numbered<PublishContractKey>()));
}

TEST(ReportData, CoversEveryFieldAndEndsInZeros) {
    const auto report = [](const auto& message) { return report_data_of(message); };
    EXPECT_EQ(bits_without_effect<Registration>(0, report), 0U);
    EXPECT_EQ(bits_without_effect<BatchStatement>(0, report), 0U);
    const KeyRequest request = numbered<KeyRequest>();
    const std::size_t free_bytes = scale::encode(request.evidence, request.signature).size();
    EXPECT_EQ(bits_without_effect<KeyRequest>(free_bytes, report), 0U);
    const ReportData64 data = report_data_of(numbered<Registration>());
    EXPECT_TRUE(
        std::ranges::all_of(data.view().subspan(32), [](std::uint8_t b) { return b == 0; }));
}

TEST(ReportData, OfAKeyRequestCannotCoverItsOwnEvidence) {
    KeyRequest request = numbered<KeyRequest>();
    const ReportData64 data = report_data_of(request);
    request.evidence.assign(100, 7);
    request.signature = {};
    EXPECT_EQ(report_data_of(request), data);
}

TEST(Hashes, CoverEveryField) {
    const auto hash = [](const auto& message) { return hash_of(message); };
    EXPECT_EQ(bits_without_effect<RequestRecord>(0, hash), 0U);
    EXPECT_EQ(bits_without_effect<ReplicationPolicy>(0, hash), 0U);
}

TEST(Hashes, OfActionsKnowWhereOneEnds) {
    EXPECT_NE(hash_of_actions({{1, 2}, {3}}), hash_of_actions({{1}, {2, 3}}));
    EXPECT_NE(hash_of_actions({}), hash_of_actions({{}}));
}

TEST(Hashes, OfAnAnswerCoverOutcomeAndOutput) {
    EXPECT_NE(answer_hash(TaskOutcome::Ok, Bytes{1}), answer_hash(TaskOutcome::Reverted, Bytes{1}));
    EXPECT_NE(answer_hash(TaskOutcome::Ok, Bytes{1}), answer_hash(TaskOutcome::Ok, Bytes{2}));
}

TEST(AssociatedData, OfAKeyResponseLeavesOutTheSealedSharesAlone) {
    const KeyResponse response = numbered<KeyResponse>();
    const std::size_t free_bytes = scale::encode(response.sealed, response.signature).size();
    EXPECT_EQ(bits_without_effect<KeyResponse>(
                  free_bytes, [](const auto& r) { return associated_data(genesis(), r); }),
              0U);
    EXPECT_NE(associated_data(genesis(), response), associated_data(BlockHash(), response));
}

TEST(Sessions, SignedByTheirWorkerVerifyAndNobodyElses) {
    const crypto::Ed25519Key key(Secret<32>(Bytes(32, 5)));
    Session session = numbered<Session>();
    session.worker = WorkerId(key.public_key().view());
    session.signature = key.sign(signing_bytes(session));
    EXPECT_TRUE(verify(session));
    session.session_key.data()[0] ^= 1;
    EXPECT_FALSE(verify(session));
}

}  // namespace
}  // namespace cloister::protocol
