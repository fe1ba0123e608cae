// GRANDPA justifications: parsing, making and the two verdicts, a client's and a bridge's
// (substrate.md 4).
#pragma once

#include <vector>

#include "crypto/ed25519.hpp"
#include "finality/header.hpp"

namespace cloister::finality {

struct Authority {
    crypto::Ed25519Public id;
    std::uint64_t weight = 1;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.id, s.weight); }
    friend bool operator==(const Authority&, const Authority&) = default;
};

struct AuthoritySet {
    static constexpr std::size_t authorities_max = 4096;
    std::uint64_t set_id = 0;
    std::vector<Authority> authorities;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.set_id, scale::bounded<authorities_max>(s.authorities));
    }
    // total - floor((total - 1) / 3); 0 without weight or for a total above 64 bits, which no set
    // may have.
    std::uint64_t threshold() const;
    friend bool operator==(const AuthoritySet&, const AuthoritySet&) = default;
};

struct Precommit {
    BlockHash target_hash;
    BlockNumber target_number;
    crypto::Ed25519Signature signature;
    crypto::Ed25519Public id;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.target_hash, s.target_number, s.signature, s.id);
    }
    friend bool operator==(const Precommit&, const Precommit&) = default;
};

struct Justification {
    static constexpr std::size_t ancestries_max = 1024;
    std::uint64_t round = 0;
    BlockHash target_hash;
    BlockNumber target_number;
    std::vector<Precommit> precommits;
    std::vector<Header> ancestries;
    friend bool operator==(const Justification&, const Justification&) = default;
};

enum class Error : std::uint8_t {
    Malformed,          // no justification: see the scale failure where the caller parsed
    WrongTarget,        // justifies another block than the one asked about
    UnknownAuthority,   // a vote by a key outside the set
    DuplicateVote,      // two votes by one key
    BadSignature,       // a signature that does not verify
    UnrelatedVote,      // a precommit that does not descend from the target by the ancestries
    DuplicateAncestry,  // an ancestry header twice
    UnusedAncestry,     // an ancestry header that no vote needs
    RedundantVote,      // strict only: a vote after the threshold was reached
    BelowThreshold,     // the valid votes' weight is too small
    EmptyAuthoritySet,  // no authority or no weight
};
std::string_view name_of(Error error);

Bytes encode_justification(const Justification& justification);
Result<Justification, scale::Failure> parse_justification(ByteView bytes);

// 53 bytes: 0x01, hash, number, round, set id.
Bytes precommit_message(const BlockHash& hash, BlockNumber number, std::uint64_t round,
                        std::uint64_t set_id);

struct Target {
    BlockHash hash;
    BlockNumber number;
    friend bool operator==(const Target&, const Target&) = default;
};
// A client's verdict (finality-grandpa): surplus valid votes are fine. Unknown voters are refused,
// which finality-grandpa tolerates: our own justifications are minimal.
Result<void, Error> verify(const Justification& justification, const Target& target,
                           const AuthoritySet& set);
// A bridge's verdict (bp-header-chain, strict): exactly the threshold, nothing superfluous.
Result<void, Error> verify_strict(const Justification& justification, const Target& target,
                                  const AuthoritySet& set);

// The one authority's justification of a block; round = block number (DESIGN.md section 5).
Justification justify(const Target& target, std::uint64_t set_id,
                      std::span<const crypto::Ed25519Key* const> signers);

// The GRANDPA scheduled change in a header's digest, if there is one. A failure (its offset counts
// from the log's start) for an undecodable one and for a second one.
struct ScheduledChange {
    std::vector<Authority> next;
    std::uint32_t delay = 0;
};
Result<std::optional<ScheduledChange>, scale::Failure> scheduled_change_of(const Header& header);
// Whether the digest forces an authority change (log 02), which our chain and bridges never accept.
bool forces_change(const Header& header);

}  // namespace cloister::finality
