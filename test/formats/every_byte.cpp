// Every format of docs/formats.md by its vector: every prefix is refused by its decoder, and every
// flipped byte is refused or read as a value that is written as exactly those bytes. What is signed
// or sealed refuses every flip. The table is complete: a vector has a decoder here or is named
// among those that are made and never read.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "attest/policy.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hpke.hpp"
#include "enclave/gatekeeper.hpp"
#include "enclave/sealing.hpp"
#include "io/framing.hpp"
#include "platform/messages.hpp"
#include "protocol/calls.hpp"
#include "protocol/domains.hpp"
#include "protocol/extrinsic.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/host_channel.hpp"
#include "protocol/padding.hpp"
#include "protocol/proof_file.hpp"
#include "protocol/query.hpp"
#include "test/support/cases.hpp"
#include "vectors.hpp"

namespace cloister::formats {
namespace {

using namespace protocol;

// Reads bytes and writes what it read again; nothing for bytes that it refuses.
using Again = std::function<std::optional<Bytes>(ByteView)>;

template <class T>
std::optional<Bytes> scale_again(ByteView bytes) {
    const auto value = scale::decode<T>(bytes);
    if (!value) return std::nullopt;
    return scale::encode(*value);
}
template <class Call>
std::optional<Bytes> call_again(ByteView bytes) {
    if (bytes.size() < 2 || bytes[0] != static_cast<std::uint8_t>(Call::index.pallet) ||
        bytes[1] != Call::index.call) {
        return std::nullopt;
    }
    const auto value = scale::decode<Call>(bytes.subspan(2));
    if (!value) return std::nullopt;
    return encode_call(*value);
}
std::optional<Bytes> extrinsic_again(ByteView bytes) {
    const auto parsed = parse_extrinsic(bytes);
    if (!parsed) return std::nullopt;
    return parsed->signed_part ? encode_signed(parsed->call, *parsed->signed_part)
                               : encode_bare(parsed->call);
}
std::optional<Bytes> padding_again(ByteView bytes) {
    const auto data = unpad(bytes);
    if (!data) return std::nullopt;
    return to_bytes(pad(data->reveal()).reveal());
}
std::optional<Bytes> frame_again(ByteView bytes) {
    io::MessageDecoder decoder(1U << 20);
    std::optional<Bytes> message;
    while (!bytes.empty()) {
        if (message) return std::nullopt;  // bytes behind the frame
        const auto room = decoder.room(bytes.size());
        const std::size_t count = std::min(room.size(), bytes.size());
        std::copy_n(bytes.begin(), count, room.begin());
        auto committed = decoder.commit(count);
        if (!committed) return std::nullopt;
        message = std::move(*committed);
        bytes = bytes.subspan(count);
    }
    if (!message) return std::nullopt;
    return io::frame_of(*message);
}
std::optional<Bytes> contracts_again(ByteView bytes) {
    const auto contracts = enclave::parse_contracts(bytes);
    if (!contracts) return std::nullopt;
    return to_bytes(enclave::encode_contracts(*contracts).reveal());
}

void add_call_formats(std::map<std::string, Again>& out) {
    out["call_remark"] = call_again<SystemRemark>;
    out["call_set"] = call_again<TimestampSet>;
    out["call_transfer_allow_death"] = call_again<TransferAllowDeath>;
    out["call_transfer_keep_alive"] = call_again<TransferKeepAlive>;
    out["call_enact"] = call_again<GovernanceEnact>;
    out["call_submit_collateral"] = call_again<SubmitCollateral>;
    out["call_approve_measurement"] = call_again<ApproveMeasurement>;
    out["call_remove_measurement"] = call_again<RemoveMeasurement>;
    out["call_set_policy"] = call_again<SetPolicy>;
    out["call_register_worker"] = call_again<RegisterWorker>;
    out["call_update_worker_endpoint"] = call_again<UpdateWorkerEndpoint>;
    out["call_publish_epoch_key"] = call_again<PublishEpochKeyCall>;
    out["call_publish_cluster_key"] = call_again<PublishClusterKeyCall>;
    out["call_publish_contract_key"] = call_again<PublishContractKeyCall>;
    out["call_cluster_upload_resource"] = call_again<UploadResource>;
    out["call_reserve_contract"] = call_again<ReserveContract>;
    out["call_request"] = call_again<TaskRequest>;
    out["call_post_draw"] = call_again<PostDraw>;
    out["call_submit"] = call_again<SubmitTasks>;
    out["call_bond"] = call_again<StakeBond>;
    out["call_unbond"] = call_again<StakeUnbond>;
    out["extrinsic_signed"] = extrinsic_again;
    out["extrinsic_bare"] = extrinsic_again;
}

template <class Variant>
void add_channel(std::map<std::string, Again>& out, const std::string& name) {
    for (std::size_t i = 0; i < std::variant_size_v<Variant>; ++i) {
        out[name + "_" + std::to_string(i)] = scale_again<Variant>;
    }
}

void add_record_formats(std::map<std::string, Again>& out) {
    out["request_context"] = scale_again<RequestContext>;
    out["request_record"] = scale_again<RequestRecord>;
    out["assignment"] = scale_again<Assignment>;
    out["pending_draw"] = scale_again<PendingDraw>;
    out["receipts_path"] = scale_again<MerklePath>;
    out["batch"] = scale_again<Batch>;
    out["submitted_receipt"] = scale_again<SubmittedReceipt>;
    out["task_result"] = scale_again<TaskResult>;
    out["accepted_state"] = scale_again<AcceptedState>;
    out["proof_file"] = scale_again<ProofFile>;
    out["registration"] = scale_again<Registration>;
    out["worker_info"] = scale_again<WorkerInfo>;
    out["epoch_key"] = scale_again<EpochKey>;
    out["contract_key"] = scale_again<ContractKey>;
    out["cluster_key"] = scale_again<ClusterKey>;
    out["contract_info"] = scale_again<ContractInfo>;
    out["measurement_approval"] = scale_again<MeasurementApproval>;
    out["draw_vrf"] = scale_again<crypto::PartialEvaluation>;
    out["seed_evaluation"] = scale_again<crypto::PartialEvaluation>;
    out["padded_hello"] = padding_again;
    out["state_plaintext"] = contracts_again;
    out["attest_policy"] = scale_again<attest::Policy>;
}

void add_message_formats(std::map<std::string, Again>& out) {
    out["session"] = scale_again<Session>;
    out["certificate"] = scale_again<Certificate>;
    out["query"] = scale_again<Query>;
    out["answer"] = scale_again<Answer>;
    out["query_reply_error"] = scale_again<QueryReply>;
    out["query_reply_answer"] = scale_again<QueryReply>;
    out["ticket_request"] = scale_again<PeerRequest>;
    out["key_request"] = scale_again<PeerRequest>;
    out["ticket"] = scale_again<PeerReply>;
    out["key_response"] = scale_again<PeerReply>;
    out["gatekeeper_error"] = scale_again<PeerReply>;
    out["key_shares"] = scale_again<KeyShares>;
    add_channel<HostInput>(out, "host_input");
    add_channel<HostOutput>(out, "host_output");
    add_channel<platform::EnclaveRequest>(out, "platform_request");
    add_channel<platform::EnclaveResponse>(out, "platform_response");
    add_channel<platform::LauncherEvent>(out, "launcher_event");
    out["launch_request"] = scale_again<platform::LaunchRequest>;
    out["frame"] = frame_again;
}

std::map<std::string, Again> decoders() {
    std::map<std::string, Again> out;
    add_call_formats(out);
    add_record_formats(out);
    add_message_formats(out);
    return out;
}

// Opened or verified, never decoded: every change of the bytes must be refused.
std::map<std::string, std::function<bool(ByteView)>> seals(const Vectors& vectors) {
    std::map<std::string, std::function<bool(ByteView)>> out;
    out["request_sealed"] = [&vectors](ByteView bytes) {
        return crypto::hpke_open(recipient(),
                                 {view_of(domain::request), vectors.at("request_context")}, bytes)
            .has_value();
    };
    out["sealed_state"] = [&vectors](ByteView bytes) {
        const Secret<32> key(vectors.at("cluster_state_key"));
        return enclave::open_state(key, repeated<ClusterId>(0x01), bytes).has_value();
    };
    out["sealed_share"] = [](ByteView bytes) {
        return enclave::open_share(secret(0x0a), genesis(), bytes).has_value();
    };
    const crypto::Ed25519Key worker(secret(0x05));
    const auto public_key = worker.public_key();
    out["receipt_signature"] = [&vectors, public_key](ByteView bytes) {
        return bytes.size() == 64 &&
               crypto::verify_ed25519(public_key, vectors.at("receipt_signed"),
                                      crypto::Ed25519Signature(bytes));
    };
    out["receipt_signed"] = [&vectors, public_key](ByteView bytes) {
        return crypto::verify_ed25519(public_key, bytes,
                                      crypto::Ed25519Signature(vectors.at("receipt_signature")));
    };
    return out;
}

// Hashes, keys, points, and bytes that are signed, hashed or authenticated as a whole.
bool is_never_read(const std::string& name) {
    static const std::set<std::string> named = {"extrinsic_payload",  "dleq_secret",
                                                "dleq_public",        "draw_message",
                                                "draw_point",         "draw_output",
                                                "drawn_index",        "receipts_root",
                                                "query_associated",   "answer_key_and_nonce",
                                                "contract_id",        "cluster_id_one",
                                                "seed_message",       "seed",
                                                "randomness_seed",    "reply_ephemeral_seed",
                                                "reply_associated",   "state_root",
                                                "state_root_empty",   "blinded_root",
                                                "blinded_root_empty", "key_response_associated",
                                                "cluster_state_key",  "cluster_commitment_key",
                                                "contract_prf_key"};
    const auto ends = [&](std::string_view end) { return name.ends_with(end); };
    const bool key = name.starts_with("key_") && name != "key_request" && name != "key_response" &&
                     name != "key_shares";
    return named.contains(name) || key || ends("_signed") || ends("_hash") ||
           ends("_report_data") || ends("_public");
}

constexpr std::array<std::uint8_t, 5> flips{0x01, 0x02, 0x10, 0x80, 0xff};

TEST(EveryByte, EveryVectorHasADecoderOrIsNeverRead) {
    const Vectors& vectors = computed();
    const auto read = decoders();
    const auto sealed = seals(vectors);
    for (const auto& [name, bytes] : vectors) {
        EXPECT_TRUE(read.contains(name) || sealed.contains(name) || is_never_read(name)) << name;
    }
    for (const auto& [name, again] : read) EXPECT_TRUE(vectors.contains(name)) << name;
    for (const auto& [name, opens] : sealed) EXPECT_TRUE(vectors.contains(name)) << name;
}

TEST(EveryByte, EveryPrefixIsRefusedAndEveryFlippedByteIsRefusedOrCanonical) {
    const Vectors& vectors = computed();
    std::size_t cases = 0;
    for (const auto& [name, again] : decoders()) {
        const Bytes& bytes = vectors.at(name);
        ASSERT_EQ(again(bytes), bytes) << name;
        EXPECT_FALSE(again(concat(bytes, Bytes{0}))) << name << " with a byte more";
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            EXPECT_FALSE(again(ByteView(bytes).first(i))) << name << " cut at " << i;
            for (const std::uint8_t bits : flips) {
                Bytes flipped = bytes;
                flipped[i] = static_cast<std::uint8_t>(flipped[i] ^ bits);
                const auto read = again(flipped);
                if (read) {
                    EXPECT_EQ(*read, flipped) << name << " flipped at " << i;
                }
            }
            cases += 6;
        }
    }
    test::ran_cases(cases);
}

TEST(EveryByte, WhatIsSignedOrSealedRefusesEveryPrefixAndEveryFlippedByte) {
    const Vectors& vectors = computed();
    std::size_t cases = 0;
    for (const auto& [name, opens] : seals(vectors)) {
        const Bytes& bytes = vectors.at(name);
        ASSERT_TRUE(opens(bytes)) << name;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            EXPECT_FALSE(opens(ByteView(bytes).first(i))) << name << " cut at " << i;
            Bytes flipped = bytes;
            flipped[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            EXPECT_FALSE(opens(flipped)) << name << " flipped at " << i;
            cases += 2;
        }
    }
    test::ran_cases(cases);
}

}  // namespace
}  // namespace cloister::formats
