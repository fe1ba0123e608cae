// What can go wrong for a client, with words that say what to do next.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cloister::client {

enum class Code : std::uint8_t {
    Unreachable,       // the node or worker does not answer
    BadReply,          // an answer that is not what the interface promises
    Refused,           // the node refused: its own words are in the message
    WrongChain,        // another genesis than the one asked for
    BadFinalityProof,  // a header without a valid finality proof
    BadStorageProof,   // a storage proof that does not cover or fit the header
    StaleChain,        // the newest finalised block is older than five minutes
    RolledBack,        // older than what this client has already seen
    NotOnChain,        // the thing does not exist in the proven state
    BadKey,            // a published key that nothing can be sealed to
    CallFailed,      // the extrinsic was included and failed: the pallet's error is in the message
    TimedOut,        // nothing happened within the time given
    DoesNotOpen,     // a sealed reply that this key does not open
    BadAnswer,       // an answer whose signature or statement does not fit the query
    QueryRefused,    // the enclave refused: QueryError's name is in the message
    MalformedProof,  // not a proof file
    InvalidProof,  // a proof file whose contents do not hold together: which part is in the message
};
std::string_view name_of(Code code);

struct Error {
    Code code{};
    std::string message;
    std::string hint;  // what to do next; may be empty
};

}  // namespace cloister::client
