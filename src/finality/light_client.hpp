// A light client of our chain: from a genesis hash to the newest finalised header, by finality
// proofs alone. Pure: no clock, no network. Used inside the enclave and by every client.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "finality/grandpa.hpp"
#include "trie/trie.hpp"

namespace cloister::finality {

// ":grandpa_authorities": version byte 1 and Vec<(key, weight)>, read from the genesis state.
Bytes grandpa_authorities_key();

enum class FollowError : std::uint8_t {
    WrongGenesis,    // the genesis header does not have the expected hash
    BadAuthorities,  // the authorities in the genesis state are missing, malformed or unproven
    NotAChild,       // a header that does not continue from the newest finalised block
    BadHeader,       // undecodable digest, or an authority change that is not allowed (delay > 0,
                     // forced)
    MissingProof,  // no finality proof for the last header, or for one that changes the authorities
    BadProof,      // a finality proof that does not verify
    Stopped,       // two valid proofs for one height were seen; nothing is accepted any more
};
std::string_view name_of(FollowError error);

struct ProvenHeader {
    Header header;
    std::optional<Justification> justification;
};

// Two finalised blocks at one height: proof that more than a third of the authorities cheated.
struct Conflict {
    ProvenHeader first;
    // Justified. The other block of that height, or a block whose headers, as they were given, lead
    // down to it: who finalises a block finalises what it stands on.
    ProvenHeader second;
};

class LightClient {
  public:
    // `proof` must cover :grandpa_authorities in the genesis state.
    static Result<LightClient, FollowError> from_genesis(const Header& genesis,
                                                         const BlockHash& expected_hash,
                                                         const trie::Proof& proof);

    // Headers that continue the newest finalised block, in order. The last must be justified; those
    // between may be, and must be when they change the authorities. All or nothing. Headers that
    // the client knows already are passed over, so a batch may be given again. A valid proof for
    // another block than the known one at any height is a Conflict: the client stops for ever. That
    // holds for a proof of a block whose given ancestors, or whose parent, are not ours, and for
    // one far above, which is kept until the client comes to its height.
    Result<void, FollowError> import(std::span<const ProvenHeader> headers);

    const Header& newest() const { return newest_; }
    const BlockHash& newest_hash() const { return newest_hash_; }
    const BlockHash& genesis_hash() const { return genesis_hash_; }
    const AuthoritySet& authorities() const { return authorities_; }
    const std::optional<Conflict>& conflict() const { return conflict_; }
    bool stopped() const { return conflict_.has_value(); }
    // The header at a followed height, from the last `history_max` blocks (genesis is always
    // there).
    const Header* find(BlockNumber number) const;
    std::optional<BlockHash> find_hash(BlockNumber number) const;

    static constexpr std::size_t history_max = 65536;
    // Proven blocks above the newest that are kept to be compared; the lowest come first.
    static constexpr std::size_t ahead_max = 64;

  private:
    LightClient() = default;
    struct Followed {
        BlockHash hash;
        Header header;
        std::optional<Justification> justification;
    };
    // What an import would add; nothing of it is visible before the whole batch has passed.
    struct Staged {
        Header newest;
        BlockHash newest_hash;
        AuthoritySet authorities;
        std::vector<std::pair<BlockNumber, Followed>> blocks;
        std::map<BlockNumber, AuthoritySet> sets;
    };
    Result<void, FollowError> follow(std::span<const ProvenHeader> headers);
    void weigh(std::span<const ProvenHeader> headers);
    void compare(const Target& target, const ProvenHeader& proof);
    void remember(const ProvenHeader& proven);
    void compare_with_ahead(const Staged& staged);
    Result<void, FollowError> import_known(const ProvenHeader& proven);
    static Result<void, FollowError> stage(const ProvenHeader& proven, bool last, Staged& staged);
    void commit(Staged&& staged);
    const AuthoritySet& authorities_at(BlockNumber number) const;

    Header newest_;
    BlockHash newest_hash_;
    BlockHash genesis_hash_;
    AuthoritySet authorities_;
    std::map<BlockNumber, Followed> history_;
    // By the first block that each set finalises; as far back as the history.
    std::map<BlockNumber, AuthoritySet> sets_;
    // Above the newest block, proven by the authorities of today, and not followed yet.
    std::map<BlockNumber, ProvenHeader> ahead_;
    std::optional<Conflict> conflict_;
};

}  // namespace cloister::finality
