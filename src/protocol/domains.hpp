// Domain tags: every signed, hashed or sealed byte string begins with one, so that bytes made for
// one purpose never serve another. docs/formats.md lists each with a vector.
#pragma once

#include <string_view>

namespace cloister::protocol::domain {

inline constexpr std::string_view request = "cloister/request/1";  // HPKE info, user -> enclave
inline constexpr std::string_view reply = "cloister/reply/1";      // HPKE info, enclave -> user
inline constexpr std::string_view query = "cloister/query/1";      // HPKE info, user -> session
inline constexpr std::string_view answer = "cloister/answer/1";    // HPKE exporter context
inline constexpr std::string_view query_auth = "cloister/query-auth/1";    // signed by the caller
inline constexpr std::string_view certificate = "cloister/certificate/1";  // signed by the caller
inline constexpr std::string_view answer_statement =
    "cloister/answer-statement/1";                                 // signed by the worker
inline constexpr std::string_view session = "cloister/session/1";  // signed by the worker
inline constexpr std::string_view request_record = "cloister/request-record/1";  // hashed
inline constexpr std::string_view policy = "cloister/policy/1";                  // hashed
inline constexpr std::string_view actions = "cloister/actions/1";                // hashed
inline constexpr std::string_view receipt = "cloister/receipt/1";            // signed by the worker
inline constexpr std::string_view batch = "cloister/batch/1";                // report data
inline constexpr std::string_view registration = "cloister/registration/1";  // report data
inline constexpr std::string_view key_request =
    "cloister/key-request/1";                                          // report data and signature
inline constexpr std::string_view key_share = "cloister/key-share/1";  // HPKE info, and signed
inline constexpr std::string_view ticket = "cloister/ticket/1";        // signed by a gatekeeper
inline constexpr std::string_view epoch_key = "cloister/epoch-key/1";  // signed by a gatekeeper
inline constexpr std::string_view contract_key = "cloister/contract-key/1";  // signed by the worker
inline constexpr std::string_view cluster_key = "cloister/cluster-key/1";    // signed by the worker
inline constexpr std::string_view seed = "cloister/seed/1";                  // threshold PRF
inline constexpr std::string_view draw = "cloister/draw/1";                  // VRF of a cluster
inline constexpr std::string_view state = "cloister/state/1";  // sealed state, key derivation
inline constexpr std::string_view commitment = "cloister/commitment/1";  // blinded roots
inline constexpr std::string_view randomness = "cloister/randomness/1";  // PRF inside a command
inline constexpr std::string_view ephemeral = "cloister/ephemeral/1";  // PRF for a reply's HPKE key
inline constexpr std::string_view share_seal =
    "cloister/share-seal/1";                                   // gatekeeper's share on disk
inline constexpr std::string_view proof = "cloister/proof/1";  // exported proof file

}  // namespace cloister::protocol::domain
