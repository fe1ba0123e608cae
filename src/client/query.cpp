#include "client/query.hpp"

#include "protocol/domains.hpp"
#include "protocol/padding.hpp"
#include "protocol/storage.hpp"

namespace cloister::client {
namespace {

namespace storage = protocol::storage;

constexpr std::size_t answer_key_bytes = 32;
constexpr std::size_t answer_nonce_bytes = 12;

std::string hint_for(protocol::QueryError error) {
    switch (error) {
        case protocol::QueryError::NoFreshTicket: return "ask again, or another worker";
        case protocol::QueryError::NotReady:
            return "the worker is catching up: ask again in a moment";
        case protocol::QueryError::NotRegistered:
            return "this worker was replaced: fetch its session again";
        case protocol::QueryError::DoesNotOpen:
            return "the enclave restarted: fetch its session again";
        default: return {};
    }
}

}  // namespace

Result<protocol::Session, Error> check_session(Chain& chain, ByteView session_bytes,
                                               const ContractId& contract) {
    auto session = scale::decode<protocol::Session>(session_bytes);
    if (!session) {
        return err(Error{Code::BadReply, "the worker's session does not decode",
                         "is this a worker's port?"});
    }
    if (session->genesis != chain.genesis()) {
        return err(Error{Code::WrongChain, "the worker serves another chain", {}});
    }
    if (!protocol::verify(*session)) {
        return err(
            Error{Code::BadAnswer, "the session key is not signed by the worker's identity", {}});
    }
    CLOISTER_TRY(const auto worker, chain.read_as<protocol::WorkerInfo>(
                                        storage::registry_worker(session->worker), "this worker"));
    CLOISTER_TRY(const auto info, chain.read_as<protocol::ContractInfo>(
                                      storage::contracts_contract(contract), "this contract"));
    if (worker.cluster != info.cluster || worker.role != protocol::Role::Worker) {
        return err(Error{Code::NotOnChain, "the worker is not in the contract's cluster",
                         "ask another worker"});
    }
    // A registration outlives the approval of its program: what governance removed gets no more
    // plaintext.
    CLOISTER_TRY(const auto approval,
                 chain.read(storage::attestation_approved(worker.measurement)));
    if (!approval) {
        return err(Error{Code::NotOnChain, "the worker's enclave program is no longer approved",
                         "ask another worker"});
    }
    return std::move(*session);
}

Result<SealedQuery, Error> seal_query(const protocol::Session& session, const ContractId& contract,
                                      const crypto::KeyPair& caller, ByteView message,
                                      crypto::Entropy& entropy) {
    protocol::Query query{.contract = contract,
                          .caller = caller.account(),
                          .nonce = {},
                          .message = to_bytes(message),
                          .certificate = {},
                          .signature = {}};
    entropy.fill({query.nonce.data(), Nonce32::size()});
    query.signature = caller.sign(protocol::signing_bytes(session, query));
    const crypto::X25519Key ephemeral(entropy.bytes_32());
    auto sender =
        crypto::hpke_setup_sender(session.session_key, view_of(protocol::domain::query), ephemeral);
    if (!sender) return err(Error{Code::BadKey, "the worker's session key is of small order", {}});
    const SecretBytes plain(scale::encode(query));
    const SecretBytes padded = protocol::pad(plain.reveal());
    const Bytes ciphertext =
        sender->context.seal(protocol::associated_data(session), padded.reveal());
    return SealedQuery{.bytes = concat(sender->enc.view(), ciphertext),
                       .context = std::move(sender->context),
                       .session = session,
                       .contract = contract};
}

Result<protocol::Answer, Error> open_answer(SealedQuery& query, ByteView reply) {
    const auto decoded = scale::decode<protocol::QueryReply>(reply);
    if (!decoded) return err(Error{Code::BadReply, "the worker's reply does not decode", {}});
    if (decoded->error) {
        return err(Error{Code::QueryRefused, std::string(protocol::name_of(*decoded->error)),
                         hint_for(*decoded->error)});
    }
    const SecretBytes material = query.context.export_secret(view_of(protocol::domain::answer),
                                                             answer_key_bytes + answer_nonce_bytes);
    const crypto::AeadNonce nonce(material.reveal().subspan(answer_key_bytes));
    const auto padded =
        crypto::aead_open(crypto::Aead::Aes256Gcm, material.reveal().first(answer_key_bytes), nonce,
                          {}, decoded->sealed_answer);
    const auto plain = padded ? protocol::unpad(padded->reveal()) : std::nullopt;
    if (!plain)
        return err(
            Error{Code::DoesNotOpen, "the answer does not open", "ask again, or another worker"});
    auto answer = scale::decode<protocol::Answer>(plain->reveal());
    if (!answer) return err(Error{Code::BadReply, "the answer does not decode", {}});
    const protocol::AnswerStatement& s = answer->statement;
    const bool fits = s.request_hash == crypto::blake2b_256(query.bytes) &&
                      s.answer_hash == protocol::answer_hash(answer->outcome, answer->output) &&
                      s.contract == query.contract && s.worker == query.session.worker;
    const bool signed_by_worker = crypto::verify_ed25519(
        crypto::Ed25519Public(s.worker.view()), protocol::signing_bytes(query.session.genesis, s),
        answer->signature);
    if (!fits || !signed_by_worker) {
        return err(Error{Code::BadAnswer, "the answer is not a signed answer to this query", {}});
    }
    return std::move(*answer);
}

}  // namespace cloister::client
