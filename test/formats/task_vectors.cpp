// Requests, draws, receipts, queries.
#include "crypto/hpke.hpp"
#include "protocol/domains.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/padding.hpp"
#include "protocol/proof_file.hpp"
#include "protocol/query.hpp"
#include "protocol/registry.hpp"
#include "vectors.hpp"

namespace cloister::formats {

using namespace protocol;
using testing::numbered;

namespace {

Bytes bytes_of(const auto& fixed) { return to_bytes(fixed.view()); }

Bytes sealed(std::string_view info, ByteView associated, ByteView plaintext) {
    const auto message = crypto::hpke_seal(recipient().public_key, {view_of(info), associated},
                                           plaintext, ephemeral());
    CLOISTER_ASSERT(message.has_value());
    return *message;
}

void add_draw(Vectors& out) {
    const auto key = crypto::RistrettoScalar::from_uniform(Bytes(64, 0x07));
    const Bytes message =
        draw_message(genesis(), repeated<ClusterId>(0x01), repeated<BlockHash>(0x02));
    const auto vrf = crypto::evaluate(key, view_of(domain::draw), message);
    CLOISTER_ASSERT(
        crypto::verify_evaluation(key.times_base(), view_of(domain::draw), message, vrf));
    out["dleq_secret"] = to_bytes(key.bytes().reveal());
    out["dleq_public"] = bytes_of(key.times_base());
    out["draw_message"] = message;
    out["draw_point"] = bytes_of(crypto::ristretto_hash(view_of(domain::draw), message));
    out["draw_vrf"] = scale::encode(vrf);
    out["draw_output"] = bytes_of(crypto::output_of(view_of(domain::draw), vrf.value));
    const std::size_t index = drawn_index(vrf.value, TaskId(5), 10);
    out["drawn_index"] = {static_cast<std::uint8_t>(index)};
}

void add_requests(Vectors& out) {
    out["policy_hash"] = bytes_of(hash_of(numbered<ReplicationPolicy>()));
    out["request_context"] = scale::encode(numbered<RequestContext>());
    out["padded_hello"] = to_bytes(pad(view_of("hello")).reveal());
    out["request_sealed"] = sealed(domain::request, out["request_context"], out["padded_hello"]);
    out["request_record"] = scale::encode(numbered<RequestRecord>());
    out["request_hash"] = bytes_of(hash_of(numbered<RequestRecord>()));
}

}  // namespace

void add_tasks(Vectors& out) {
    const crypto::Ed25519Key worker(secret(0x05));
    add_requests(out);
    add_draw(out);
    out["assignment"] = scale::encode(numbered<Assignment>());
    out["pending_draw"] = scale::encode(numbered<PendingDraw>());
    out["receipt_signed"] = signing_bytes(numbered<Receipt>());
    out["receipt_signature"] = bytes_of(worker.sign(out["receipt_signed"]));
    out["actions_hash"] = bytes_of(hash_of_actions({Bytes{1, 1}, Bytes{2}}));
    const std::vector<Bytes> leaves = {scale::encode(numbered<Receipt>()), Bytes{0x01},
                                       Bytes{0x02}};
    out["receipts_root"] = bytes_of(merkle_root(leaves));
    out["receipts_path"] = scale::encode(merkle_path(leaves, 0));
    out["batch_report_data"] = bytes_of(report_data_of(numbered<BatchStatement>()));
    out["batch"] = scale::encode(numbered<Batch>());
    out["submitted_receipt"] = scale::encode(numbered<SubmittedReceipt>());
    out["task_result"] = scale::encode(numbered<TaskResult>());
    out["accepted_state"] = scale::encode(numbered<AcceptedState>());
    out["proof_file"] = scale::encode(numbered<ProofFile>());
}

void add_queries(Vectors& out) {
    const Session session = numbered<Session>();
    out["session"] = scale::encode(session);
    out["session_signed"] = signing_bytes(session);
    out["certificate"] = scale::encode(numbered<Certificate>());
    out["certificate_signed"] = signing_bytes(genesis(), numbered<Certificate>());
    out["query"] = scale::encode(numbered<Query>());
    out["query_signed"] = signing_bytes(session, numbered<Query>());
    out["query_associated"] = associated_data(session);
    const auto sender =
        crypto::hpke_setup_sender(recipient().public_key, view_of(domain::query), ephemeral());
    CLOISTER_ASSERT(sender.has_value());
    out["answer_key_and_nonce"] =
        to_bytes(sender->context.export_secret(view_of(domain::answer), 32 + 12).reveal());
    out["answer_hash"] = bytes_of(answer_hash(TaskOutcome::Ok, Bytes{1, 2}));
    out["answer_statement_signed"] = signing_bytes(genesis(), numbered<AnswerStatement>());
    out["answer"] = scale::encode(numbered<Answer>());
    out["query_reply_error"] = scale::encode(QueryReply{QueryError::NoFreshTicket, {}});
    out["query_reply_answer"] = scale::encode(QueryReply{std::nullopt, Bytes{1, 2}});
}

}  // namespace cloister::formats
