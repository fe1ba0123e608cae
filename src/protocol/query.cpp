#include "protocol/query.hpp"

#include "protocol/domains.hpp"
#include "protocol/tagged.hpp"

namespace cloister::protocol {

Bytes signing_bytes(const Session& session) {
    return tagged(domain::session, session.genesis, session.worker, session.session_key);
}

bool verify(const Session& session) {
    return crypto::verify_ed25519(crypto::Ed25519Public(session.worker.view()),
                                  signing_bytes(session), session.signature);
}

Bytes signing_bytes(const BlockHash& genesis, const Certificate& certificate) {
    return tagged(domain::certificate, genesis, certificate.issuer, certificate.delegate,
                  certificate.not_before, certificate.not_after);
}

Bytes signing_bytes(const Session& session, const Query& query) {
    return tagged(domain::query_auth, session.genesis, query.contract, session.worker,
                  session.session_key, query.caller, query.nonce,
                  crypto::blake2b_256(query.message));
}

Bytes associated_data(const Session& session) {
    return scale::encode(session.genesis, session.worker, session.session_key);
}

std::string_view name_of(QueryError error) {
    switch (error) {
        case QueryError::Malformed: return "Malformed";
        case QueryError::DoesNotOpen: return "DoesNotOpen";
        case QueryError::BadSignature: return "BadSignature";
        case QueryError::BadCertificate: return "BadCertificate";
        case QueryError::ReplayedNonce: return "ReplayedNonce";
        case QueryError::NoFreshTicket: return "NoFreshTicket";
        case QueryError::NotReady: return "NotReady";
        case QueryError::NoSuchContract: return "NoSuchContract";
        case QueryError::NotRegistered: return "NotRegistered";
        case QueryError::Stopped: return "Stopped";
    }
    std::unreachable();
}

Bytes signing_bytes(const BlockHash& genesis, const AnswerStatement& statement) {
    return tagged(domain::answer_statement, genesis, statement);
}

Hash256 answer_hash(TaskOutcome outcome, ByteView output) {
    return crypto::blake2b_256(scale::encode(outcome, to_bytes(output)));
}

}  // namespace cloister::protocol
