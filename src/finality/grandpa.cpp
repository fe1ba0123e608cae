#include "finality/grandpa.hpp"

#include <limits>
#include <map>
#include <set>

namespace cloister::finality {
namespace {

// Encoded: hash, number, signature, id; parent, number, two roots, no digest.
constexpr std::size_t precommit_bytes = 32 + 4 + 64 + 32;
constexpr std::size_t header_bytes_min = 32 + 1 + 32 + 32 + 1;
constexpr std::uint8_t precommit_tag = 1;

// GRANDPA's consensus logs, the first byte of a "FRNK" digest item.
enum class Log : std::uint8_t { ScheduledChange = 1, ForcedChange, OnDisabled, Pause, Resume };

bool is_grandpa_log(const DigestItem& item) {
    return item.kind == DigestItem::Kind::Consensus && item.engine == engine_id("FRNK");
}

// The headers between the target and the votes above it. A header is walked once: `visited_` ends a
// route that an earlier vote has proven.
class Ancestry {
  public:
    Ancestry(const Target& target, const std::vector<Header>& headers) : target_(target) {
        for (const Header& header : headers) {
            if (!headers_.emplace(hash_of(header), &header).second) duplicate_ = true;
        }
    }
    bool has_duplicate() const { return duplicate_; }

    // The hashes from the vote down to the target, or nothing for a vote that does not descend from
    // it.
    std::optional<std::vector<BlockHash>> route(const Precommit& vote) const {
        std::vector<BlockHash> hashes;
        BlockHash hash = vote.target_hash;
        std::uint64_t number = vote.target_number.value;
        while (hash != target_.hash) {
            const auto at = headers_.find(hash);
            if (at == headers_.end() || at->second->number.value != number) return std::nullopt;
            if (number <= target_.number.value) return std::nullopt;
            if (visited_.contains(hash)) return hashes;
            hashes.push_back(hash);
            hash = at->second->parent_hash;
            --number;
        }
        if (number != target_.number.value) return std::nullopt;
        return hashes;
    }
    void mark_visited(const std::vector<BlockHash>& hashes) {
        visited_.insert(hashes.begin(), hashes.end());
    }
    bool all_visited() const { return visited_.size() == headers_.size(); }

  private:
    Target target_;
    std::map<BlockHash, const Header*> headers_;
    std::set<BlockHash> visited_;
    bool duplicate_ = false;
};

enum class Surplus : std::uint8_t { Allowed, Refused };

struct Voter {
    std::uint64_t weight = 0;
    bool voted = false;
};

std::map<crypto::Ed25519Public, Voter> voters_of(const AuthoritySet& set) {
    std::map<crypto::Ed25519Public, Voter> voters;
    for (const Authority& authority : set.authorities) {
        if (authority.weight != 0) voters[authority.id].weight += authority.weight;
    }
    return voters;
}

Result<void, Error> verify_votes(const Justification& justification, const Target& target,
                                 const AuthoritySet& set, Surplus surplus) {
    if (justification.target_hash != target.hash || justification.target_number != target.number) {
        return err(Error::WrongTarget);
    }
    const std::uint64_t threshold = set.threshold();
    if (threshold == 0) return err(Error::EmptyAuthoritySet);
    Ancestry ancestry(target, justification.ancestries);
    if (ancestry.has_duplicate()) return err(Error::DuplicateAncestry);

    auto voters = voters_of(set);
    std::uint64_t weight = 0;
    for (const Precommit& vote : justification.precommits) {
        if (weight >= threshold && surplus == Surplus::Refused) return err(Error::RedundantVote);
        const auto voter = voters.find(vote.id);
        if (voter == voters.end()) return err(Error::UnknownAuthority);
        if (voter->second.voted) return err(Error::DuplicateVote);
        const auto route = ancestry.route(vote);
        if (!route) return err(Error::UnrelatedVote);
        const Bytes message = precommit_message(vote.target_hash, vote.target_number,
                                                justification.round, set.set_id);
        if (!crypto::verify_ed25519(vote.id, message, vote.signature)) {
            return err(Error::BadSignature);
        }
        voter->second.voted = true;
        ancestry.mark_visited(*route);
        weight += voter->second.weight;
    }
    if (weight < threshold) return err(Error::BelowThreshold);
    if (!ancestry.all_visited()) return err(Error::UnusedAncestry);
    return {};
}

}  // namespace

std::string_view name_of(Error error) {
    switch (error) {
        case Error::Malformed: return "Malformed";
        case Error::WrongTarget: return "WrongTarget";
        case Error::UnknownAuthority: return "UnknownAuthority";
        case Error::DuplicateVote: return "DuplicateVote";
        case Error::BadSignature: return "BadSignature";
        case Error::UnrelatedVote: return "UnrelatedVote";
        case Error::DuplicateAncestry: return "DuplicateAncestry";
        case Error::UnusedAncestry: return "UnusedAncestry";
        case Error::RedundantVote: return "RedundantVote";
        case Error::BelowThreshold: return "BelowThreshold";
        case Error::EmptyAuthoritySet: return "EmptyAuthoritySet";
    }
    std::unreachable();
}

std::uint64_t AuthoritySet::threshold() const {
    u128 total = 0;
    for (const Authority& authority : authorities) total += authority.weight;
    if (total == 0 || total > std::numeric_limits<std::uint64_t>::max()) return 0;
    return static_cast<std::uint64_t>(total - (total - 1) / 3);
}

Bytes encode_justification(const Justification& justification) {
    scale::Encoder encoder;
    encoder.write(justification.round);
    encoder.write(justification.target_hash);
    encoder.write(justification.target_number);
    encoder.write(justification.precommits);
    encoder.compact(justification.ancestries.size());
    for (const Header& header : justification.ancestries) encoder.raw(encode_header(header));
    return std::move(encoder).take();
}

Result<Justification, scale::Failure> parse_justification(ByteView bytes) {
    scale::Decoder decoder(bytes);
    Justification justification;
    decoder.read_into(justification.round);
    decoder.read_into(justification.target_hash);
    decoder.read_into(justification.target_number);
    std::size_t count = decoder.length(AuthoritySet::authorities_max, precommit_bytes);
    for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
        decoder.read_into(justification.precommits.emplace_back());
    }
    count = decoder.length(Justification::ancestries_max, header_bytes_min);
    for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
        justification.ancestries.push_back(read_header(decoder));
    }
    if (!decoder.failed() && decoder.remaining() != 0) decoder.fail(scale::Error::TrailingBytes);
    if (decoder.failed()) return err(*decoder.failure());
    return justification;
}

Bytes precommit_message(const BlockHash& hash, BlockNumber number, std::uint64_t round,
                        std::uint64_t set_id) {
    return scale::encode(precommit_tag, hash, number, round, set_id);
}

Result<void, Error> verify(const Justification& justification, const Target& target,
                           const AuthoritySet& set) {
    return verify_votes(justification, target, set, Surplus::Allowed);
}

Result<void, Error> verify_strict(const Justification& justification, const Target& target,
                                  const AuthoritySet& set) {
    return verify_votes(justification, target, set, Surplus::Refused);
}

Justification justify(const Target& target, std::uint64_t set_id,
                      std::span<const crypto::Ed25519Key* const> signers) {
    Justification justification{.round = target.number.value,
                                .target_hash = target.hash,
                                .target_number = target.number,
                                .precommits = {},
                                .ancestries = {}};
    const Bytes message =
        precommit_message(target.hash, target.number, justification.round, set_id);
    for (const crypto::Ed25519Key* signer : signers) {
        justification.precommits.push_back({.target_hash = target.hash,
                                            .target_number = target.number,
                                            .signature = signer->sign(message),
                                            .id = signer->public_key()});
    }
    return justification;
}

Result<std::optional<ScheduledChange>, scale::Failure> scheduled_change_of(const Header& header) {
    std::optional<ScheduledChange> found;
    for (const DigestItem& item : header.digest) {
        if (!is_grandpa_log(item)) continue;
        scale::Decoder decoder(item.data);
        const std::uint8_t log = decoder.byte();
        if (decoder.failed()) return err(*decoder.failure());
        if (log < static_cast<std::uint8_t>(Log::ScheduledChange) ||
            log > static_cast<std::uint8_t>(Log::Resume)) {
            return err(scale::Failure{scale::Error::InvalidVariant, 0});
        }
        if (log != static_cast<std::uint8_t>(Log::ScheduledChange)) continue;
        if (found) return err(scale::Failure{scale::Error::InvalidVariant, 0});
        found.emplace();
        decoder.read_into(scale::bounded<AuthoritySet::authorities_max>(found->next));
        decoder.read_into(found->delay);
        if (!decoder.failed() && decoder.remaining() != 0) {
            decoder.fail(scale::Error::TrailingBytes);
        }
        if (decoder.failed()) return err(*decoder.failure());
    }
    return found;
}

bool forces_change(const Header& header) {
    return std::ranges::any_of(header.digest, [](const DigestItem& item) {
        return is_grandpa_log(item) && !item.data.empty() &&
               item.data[0] == static_cast<std::uint8_t>(Log::ForcedChange);
    });
}

}  // namespace cloister::finality
