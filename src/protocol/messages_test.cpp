// Every message that crosses a boundary, as hostile bytes: round trip, prefixes, flipped bits.
#include <gtest/gtest.h>

#include "protocol/calls.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/gatekeeper.hpp"
#include "protocol/host_channel.hpp"
#include "protocol/proof_file.hpp"
#include "protocol/query.hpp"

namespace cloister::protocol {
namespace {

using testing::numbered;
using testing::scattered;

template <class T>
class Messages : public ::testing::Test {};

using AllMessages = ::testing::Types<
    HostInput, HostOutput, PeerRequest, PeerReply, QueryReply, ProofFile, input::Start,
    input::Blocks, input::Proof, input::Sealed, input::Query, input::PeerRequest, input::PeerReply,
    output::Identity, output::NeedBlocks, output::NeedProof, output::NeedSealed,
    output::StoreSealed, output::SubmitCall, output::ToGatekeeper, output::PeerReplyOut,
    output::QueryReplyOut, output::Status, output::Log, output::Stopped, TicketRequest, Ticket,
    KeyRequest, KeyShares, KeyResponse, Session, Certificate, Query, Answer, AnswerStatement>;
using AllRecords =
    ::testing::Types<ReplicationPolicy, RequestContext, RequestRecord, Assignment, PendingDraw,
                     Receipt, MerklePath, BatchStatement, Batch, SubmittedReceipt, TaskResult,
                     AcceptedState, Registration, WorkerInfo, EpochKey, ContractKey, ClusterKey,
                     ContractInfo, MeasurementApproval, crypto::PartialEvaluation>;
using AllCalls =
    ::testing::Types<SystemRemark, TimestampSet, TransferAllowDeath, TransferKeepAlive,
                     GovernanceEnact, SubmitCollateral, ApproveMeasurement, RemoveMeasurement,
                     SetPolicy, RegisterWorker, UpdateWorkerEndpoint, PublishEpochKeyCall,
                     PublishClusterKeyCall, PublishContractKeyCall, UploadResource, ReserveContract,
                     TaskRequest, PostDraw, SubmitTasks, StakeBond, StakeUnbond>;

constexpr std::uint64_t seeds = 100;

template <class T>
void expect_round_trip(const Bytes& bytes) {
    const auto decoded = scale::decode<T>(bytes);
    ASSERT_TRUE(decoded.has_value()) << scale::name_of(decoded.error().error);
    ASSERT_EQ(scale::encode(*decoded), bytes);
}

template <class T>
void every_value_round_trips() {
    expect_round_trip<T>(scale::encode(T{}));
    expect_round_trip<T>(scale::encode(numbered<T>()));
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        expect_round_trip<T>(scale::encode(scattered<T>(seed)));
    }
}

template <class T>
void every_prefix_is_refused() {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const Bytes bytes = scale::encode(scattered<T>(seed));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            ASSERT_FALSE(scale::decode<T>(ByteView(bytes).first(size)).has_value()) << size;
        }
    }
}

template <class T>
void a_trailing_byte_is_refused() {
    const auto decoded = scale::decode<T>(concat(scale::encode(numbered<T>()), Bytes{0}));
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().error, scale::Error::TrailingBytes);
}

// One value has one encoding: what a flipped bit still decodes to encodes to the flipped bytes.
template <class T>
void a_flipped_bit_is_refused_or_canonical() {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Bytes bytes = scale::encode(scattered<T>(seed));
        for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
            const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
            bytes[bit / 8] ^= mask;
            const auto decoded = scale::decode<T>(bytes);
            if (decoded) {
                ASSERT_EQ(scale::encode(*decoded), bytes) << "bit " << bit;
            }
            bytes[bit / 8] ^= mask;
        }
    }
}

TYPED_TEST_SUITE(Messages, AllMessages);
TYPED_TEST(Messages, EveryValueRoundTrips) { every_value_round_trips<TypeParam>(); }
TYPED_TEST(Messages, EveryPrefixIsRefused) { every_prefix_is_refused<TypeParam>(); }
TYPED_TEST(Messages, ATrailingByteIsRefused) { a_trailing_byte_is_refused<TypeParam>(); }
TYPED_TEST(Messages, AFlippedBitIsRefusedOrCanonical) {
    a_flipped_bit_is_refused_or_canonical<TypeParam>();
}

template <class T>
class Records : public ::testing::Test {};
TYPED_TEST_SUITE(Records, AllRecords);
TYPED_TEST(Records, EveryValueRoundTrips) { every_value_round_trips<TypeParam>(); }
TYPED_TEST(Records, EveryPrefixIsRefused) { every_prefix_is_refused<TypeParam>(); }
TYPED_TEST(Records, ATrailingByteIsRefused) { a_trailing_byte_is_refused<TypeParam>(); }
TYPED_TEST(Records, AFlippedBitIsRefusedOrCanonical) {
    a_flipped_bit_is_refused_or_canonical<TypeParam>();
}

template <class T>
class Calls : public ::testing::Test {};
TYPED_TEST_SUITE(Calls, AllCalls);
TYPED_TEST(Calls, EveryValueRoundTrips) { every_value_round_trips<TypeParam>(); }
TYPED_TEST(Calls, EveryPrefixIsRefused) { every_prefix_is_refused<TypeParam>(); }
TYPED_TEST(Calls, ATrailingByteIsRefused) { a_trailing_byte_is_refused<TypeParam>(); }
TYPED_TEST(Calls, AFlippedBitIsRefusedOrCanonical) {
    a_flipped_bit_is_refused_or_canonical<TypeParam>();
}
TYPED_TEST(Calls, BeginWithPalletAndCall) {
    const auto call = numbered<TypeParam>();
    const Bytes bytes = encode_call(call);
    EXPECT_EQ(bytes.at(0), static_cast<std::uint8_t>(TypeParam::index.pallet));
    EXPECT_EQ(bytes.at(1), TypeParam::index.call);
    EXPECT_TRUE(equal(ByteView(bytes).subspan(2), scale::encode(call)));
}

// A length prefix above a field's bound is refused before anything is allocated.
template <class T, class Limit>
void expect_bound(std::size_t bound, Limit&& grow) {
    T value{};
    grow(value, bound);
    EXPECT_TRUE(scale::decode<T>(scale::encode(value)).has_value());
    grow(value, bound + 1);
    const auto decoded = scale::decode<T>(scale::encode(value));
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().error, scale::Error::LengthOverLimit);
}

TEST(Bounds, HoldAtTheLimitAndRefuseOneMore) {
    expect_bound<TaskRequest>(inline_input_bytes_max,
                              [](auto& v, auto n) { v.sealed_input.resize(n); });
    expect_bound<UploadResource>(code_bytes_max, [](auto& v, auto n) { v.resource.resize(n); });
    expect_bound<RegisterWorker>(evidence_bytes_max, [](auto& v, auto n) { v.evidence.resize(n); });
    expect_bound<SubmitTasks>(batch_receipts_max, [](auto& v, auto n) { v.receipts.resize(n); });
    expect_bound<SubmitTasks>(4, [](auto& v, auto n) { v.batches.resize(n); });
    expect_bound<Batch>(quote_bytes_max, [](auto& v, auto n) { v.quote.resize(n); });
    expect_bound<SubmittedReceipt>(actions_max, [](auto& v, auto n) { v.actions.resize(n); });
    expect_bound<MerklePath>(32, [](auto& v, auto n) { v.siblings.resize(n); });
    expect_bound<KeyRequest>(64, [](auto& v, auto n) { v.subjects.resize(n); });
    expect_bound<KeyRequest>(16384, [](auto& v, auto n) { v.evidence.resize(n); });
    expect_bound<KeyResponse>(65536, [](auto& v, auto n) { v.sealed.resize(n); });
    expect_bound<EpochKey>(64, [](auto& v, auto n) { v.holders.resize(n); });
    expect_bound<Query>(1U << 20, [](auto& v, auto n) { v.message.resize(n); });
    expect_bound<QueryReply>(query_bytes_max, [](auto& v, auto n) { v.sealed_answer.resize(n); });
    expect_bound<input::Blocks>(1024, [](auto& v, auto n) { v.blocks.resize(n); });
    expect_bound<input::Proof>(4096, [](auto& v, auto n) { v.nodes.resize(n); });
    expect_bound<ReserveContract>(64, [](auto& v, auto n) { v.salt.resize(n); });
    expect_bound<ProofFile>(4096, [](auto& v, auto n) { v.storage_proof.resize(n); });
}

}  // namespace
}  // namespace cloister::protocol
