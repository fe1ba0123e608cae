// Confidential queries: straight to an enclave, never on the chain (DESIGN.md section 2,
// "Queries").
#pragma once

#include <optional>

#include "crypto/keyring.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol {

inline constexpr std::size_t query_bytes_max = (1U << 20) + 8192;

// An enclave makes a session key at every start and signs it with its registered identity.
struct Session {
    BlockHash genesis;
    WorkerId worker;
    crypto::X25519Public session_key;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.genesis, s.worker, s.session_key, s.signature);
    }
    friend bool operator==(const Session&, const Session&) = default;
};
Bytes signing_bytes(const Session& session);
bool verify(const Session& session);

// A caller's certificate: lets a short-lived key sign queries for at most a day of block time.
struct Certificate {
    AccountId issuer;
    AccountId delegate;
    UnixMillis not_before;
    UnixMillis not_after;
    crypto::MultiSignature signature;  // by the issuer
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.issuer, s.delegate, s.not_before, s.not_after, s.signature);
    }
    friend bool operator==(const Certificate&, const Certificate&) = default;
};
inline constexpr std::uint64_t certificate_lifetime_ms_max = 86'400'000;
Bytes signing_bytes(const BlockHash& genesis, const Certificate& certificate);

// The plaintext of a query, padded (padding.hpp), HPKE to the session key, info domain::query,
// associated data SCALE(genesis, worker, session key).
struct Query {
    ContractId contract;
    AccountId caller;
    Nonce32 nonce;  // refused twice per session
    Bytes message;  // selector and arguments
    std::optional<Certificate>
        certificate;  // then the delegate signed, and the caller is its issuer
    crypto::MultiSignature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.contract, s.caller, s.nonce, scale::bounded<(1U << 20)>(s.message),
                             s.certificate, s.signature);
    }
    friend bool operator==(const Query&, const Query&) = default;
};
// domain::query_auth || SCALE(genesis, contract, worker, session key, caller, nonce,
// blake2b-256(message))
Bytes signing_bytes(const Session& session, const Query& query);
Bytes associated_data(const Session& session);

enum class QueryError : std::uint8_t {
    Malformed = 0,    // not a sealed query, or above query_bytes_max
    DoesNotOpen = 1,  // sealed to another session or enclave
    BadSignature = 2,
    BadCertificate = 3,  // expired, too long, or not by the caller
    ReplayedNonce = 4,
    NoFreshTicket =
        5,         // the enclave cannot show that it is not frozen: try again, or another worker
    NotReady = 6,  // no keys yet, or state behind the accepted sequence
    NoSuchContract = 7,
    NotRegistered = 8,  // the chain has a newer registration, or none
    Stopped = 9,        // two finality proofs for one height were seen
};
constexpr QueryError scale_last(QueryError) { return QueryError::Stopped; }
std::string_view name_of(QueryError error);

// What the worker signs: domain::answer_statement || SCALE.
struct AnswerStatement {
    Hash256 request_hash;  // blake2b-256 of the sealed query
    Hash256 answer_hash;   // blake2b-256 of `output`'s SCALE(outcome, output)
    ContractId contract;
    CodeHash code_hash;
    Sequence sequence;     // state as of this accepted command
    BlockHash block_hash;  // newest finalised block followed
    UnixMillis block_time;
    Hash256 blinded_root;
    WorkerId worker;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.request_hash, s.answer_hash, s.contract, s.code_hash, s.sequence,
                             s.block_hash, s.block_time, s.blinded_root, s.worker);
    }
    friend bool operator==(const AnswerStatement&, const AnswerStatement&) = default;
};
Bytes signing_bytes(const BlockHash& genesis, const AnswerStatement& statement);

struct Answer {
    TaskOutcome outcome = TaskOutcome::Ok;
    Bytes output;
    AnswerStatement statement;
    crypto::Ed25519Signature signature;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.outcome, scale::bounded<(1U << 20)>(s.output), s.statement,
                             s.signature);
    }
    friend bool operator==(const Answer&, const Answer&) = default;
};
Hash256 answer_hash(TaskOutcome outcome, ByteView output);

// A reply: the padded SCALE(Answer) under AES-256-GCM with key and nonce (32 + 12 bytes) from the
// query's exporter, context domain::answer, no associated data; or an error in the clear.
struct QueryReply {
    std::optional<QueryError> error;
    Bytes sealed_answer;  // empty with an error
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.error, scale::bounded<query_bytes_max>(s.sealed_answer));
    }
    friend bool operator==(const QueryReply&, const QueryReply&) = default;
};

}  // namespace cloister::protocol
