#include "finality/light_client.hpp"

#include <set>

namespace cloister::finality {
namespace {

constexpr std::uint8_t authorities_version = 1;

// A set that can finalise: some weight, every authority once and none without weight.
bool is_sound(const AuthoritySet& set) {
    std::set<crypto::Ed25519Public> ids;
    for (const Authority& authority : set.authorities) {
        if (authority.weight == 0 || !ids.insert(authority.id).second) return false;
    }
    return set.threshold() != 0;
}

std::optional<AuthoritySet> parse_genesis_authorities(ByteView value) {
    scale::Decoder decoder(value);
    AuthoritySet set;
    const std::uint8_t version = decoder.byte();
    decoder.read_into(scale::bounded<AuthoritySet::authorities_max>(set.authorities));
    if (decoder.failed() || decoder.remaining() != 0 || version != authorities_version) {
        return std::nullopt;
    }
    if (!is_sound(set)) return std::nullopt;
    return set;
}

// The set that follows `current` after this header; nothing if it stays.
Result<std::optional<AuthoritySet>, FollowError> next_authorities(const Header& header,
                                                                  const AuthoritySet& current) {
    if (forces_change(header)) return err(FollowError::BadHeader);
    const auto change = scheduled_change_of(header);
    if (!change) return err(FollowError::BadHeader);
    if (!change->has_value()) return std::nullopt;
    if ((*change)->delay != 0) return err(FollowError::BadHeader);
    AuthoritySet next{.set_id = current.set_id + 1, .authorities = (*change)->next};
    if (!is_sound(next)) return err(FollowError::BadHeader);
    return next;
}

}  // namespace

Bytes grandpa_authorities_key() { return to_bytes(":grandpa_authorities"); }

std::string_view name_of(FollowError error) {
    switch (error) {
        case FollowError::WrongGenesis: return "WrongGenesis";
        case FollowError::BadAuthorities: return "BadAuthorities";
        case FollowError::NotAChild: return "NotAChild";
        case FollowError::BadHeader: return "BadHeader";
        case FollowError::MissingProof: return "MissingProof";
        case FollowError::BadProof: return "BadProof";
        case FollowError::Stopped: return "Stopped";
    }
    std::unreachable();
}

Result<LightClient, FollowError> LightClient::from_genesis(const Header& genesis,
                                                           const BlockHash& expected_hash,
                                                           const trie::Proof& proof) {
    if (hash_of(genesis) != expected_hash || genesis.number != BlockNumber(0)) {
        return err(FollowError::WrongGenesis);
    }
    const auto value = proof.get(Hash256(genesis.state_root.view()), grandpa_authorities_key());
    if (!value || !value->has_value()) return err(FollowError::BadAuthorities);
    auto set = parse_genesis_authorities(**value);
    if (!set) return err(FollowError::BadAuthorities);

    LightClient client;
    client.newest_ = genesis;
    client.newest_hash_ = expected_hash;
    client.genesis_hash_ = expected_hash;
    client.authorities_ = *set;
    client.sets_.emplace(BlockNumber(0), std::move(*set));
    client.history_.emplace(
        BlockNumber(0),
        Followed{.hash = expected_hash, .header = genesis, .justification = std::nullopt});
    return client;
}

Result<void, FollowError> LightClient::import(std::span<const ProvenHeader> headers) {
    if (stopped()) return err(FollowError::Stopped);
    const auto followed = follow(headers);
    // What does not continue our chain may still prove that another one is final.
    if (!followed && !stopped()) weigh(headers);
    if (stopped()) return err(FollowError::Stopped);
    return followed;
}

Result<void, FollowError> LightClient::follow(std::span<const ProvenHeader> headers) {
    Staged staged{.newest = newest_,
                  .newest_hash = newest_hash_,
                  .authorities = authorities_,
                  .blocks = {},
                  .sets = {}};
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (headers[i].header.number <= newest_.number) {
            CLOISTER_CHECK(import_known(headers[i]));
        } else {
            CLOISTER_CHECK(stage(headers[i], i + 1 == headers.size(), staged));
        }
    }
    // A batch that ends in a known header would leave new ones without a proof.
    if (!staged.blocks.empty() && !staged.blocks.back().second.justification) {
        return err(FollowError::MissingProof);
    }
    compare_with_ahead(staged);
    if (stopped()) return err(FollowError::Stopped);
    commit(std::move(staged));
    return {};
}

// From the last header down: a header is final by its own proof, or because the one above it is
// final and names it as its parent.
void LightClient::weigh(std::span<const ProvenHeader> headers) {
    const ProvenHeader* proof = nullptr;
    Target parent;
    for (auto proven = headers.rbegin(); proven != headers.rend() && !stopped(); ++proven) {
        const BlockNumber number = proven->header.number;
        const Target own{.hash = hash_of(proven->header), .number = number};
        if (proof == nullptr || own != parent) {
            if (!proven->justification ||
                !verify(*proven->justification, own, authorities_at(number))) {
                continue;
            }
            proof = &*proven;
            compare(own, *proof);
            if (number > newest_.number && !stopped()) remember(*proof);
        }
        if (number == BlockNumber(0)) continue;
        parent = {.hash = proven->header.parent_hash, .number = BlockNumber(number.value - 1)};
        compare(parent, *proof);
    }
}

// `target` is final by `proof`: are there others at its height?
void LightClient::compare(const Target& target, const ProvenHeader& proof) {
    if (stopped()) return;
    const auto known = history_.find(target.number);
    if (known != history_.end() && known->second.hash != target.hash) {
        conflict_ = Conflict{
            .first = {.header = known->second.header, .justification = known->second.justification},
            .second = proof};
        return;
    }
    const auto ahead = ahead_.find(target.number);
    if (ahead != ahead_.end() && hash_of(ahead->second.header) != target.hash) {
        conflict_ = Conflict{.first = ahead->second, .second = proof};
    }
}

void LightClient::remember(const ProvenHeader& proven) {
    ahead_.emplace(proven.header.number, proven);
    if (ahead_.size() > ahead_max) ahead_.erase(std::prev(ahead_.end()));
}

void LightClient::compare_with_ahead(const Staged& staged) {
    // Where the authorities change, those of today prove nothing.
    if (!staged.sets.empty()) {
        ahead_.erase(ahead_.lower_bound(staged.sets.begin()->first), ahead_.end());
    }
    if (ahead_.empty()) return;
    for (const auto& [number, block] : staged.blocks) {
        const auto same = ahead_.find(number);
        const auto child = ahead_.find(number.next());
        const bool other = same != ahead_.end() && hash_of(same->second.header) != block.hash;
        const bool orphan = child != ahead_.end() && child->second.header.parent_hash != block.hash;
        if (!other && !orphan) continue;
        conflict_ =
            Conflict{.first = {.header = block.header, .justification = block.justification},
                     .second = other ? same->second : child->second};
        return;
    }
}

Result<void, FollowError> LightClient::import_known(const ProvenHeader& proven) {
    const auto known = history_.find(proven.header.number);
    if (known == history_.end()) return err(FollowError::NotAChild);
    const BlockHash hash = hash_of(proven.header);
    if (hash == known->second.hash) return {};
    // Without a proof of its own another block at a followed height is just not finalised.
    if (!proven.justification) return err(FollowError::NotAChild);
    const BlockNumber number = proven.header.number;
    if (!verify(*proven.justification, {.hash = hash, .number = number}, authorities_at(number))) {
        return err(FollowError::BadProof);
    }
    conflict_ = Conflict{
        .first = {.header = known->second.header, .justification = known->second.justification},
        .second = proven};
    return err(FollowError::Stopped);
}

Result<void, FollowError> LightClient::stage(const ProvenHeader& proven, bool last,
                                             Staged& staged) {
    const Header& header = proven.header;
    if (header.parent_hash != staged.newest_hash || header.number != staged.newest.number.next()) {
        return err(FollowError::NotAChild);
    }
    CLOISTER_TRY(auto next, next_authorities(header, staged.authorities));
    if (!proven.justification && (last || next)) return err(FollowError::MissingProof);
    const Target target{.hash = hash_of(header), .number = header.number};
    if (proven.justification && !verify(*proven.justification, target, staged.authorities)) {
        return err(FollowError::BadProof);
    }
    if (next) {
        staged.sets.insert_or_assign(header.number.next(), *next);
        staged.authorities = std::move(*next);
    }
    staged.blocks.emplace_back(
        header.number,
        Followed{.hash = target.hash, .header = header, .justification = proven.justification});
    staged.newest = header;
    staged.newest_hash = target.hash;
    return {};
}

void LightClient::commit(Staged&& staged) {
    newest_ = std::move(staged.newest);
    newest_hash_ = staged.newest_hash;
    authorities_ = std::move(staged.authorities);
    for (auto& [number, block] : staged.blocks) history_.emplace(number, std::move(block));
    for (auto& [number, set] : staged.sets) sets_.emplace(number, std::move(set));
    ahead_.erase(ahead_.begin(), ahead_.upper_bound(newest_.number));
    // The genesis block stays; it is not one of the last `history_max`.
    while (history_.size() > history_max + 1) history_.erase(std::next(history_.begin()));
    const BlockNumber oldest =
        history_.size() > 1 ? std::next(history_.begin())->first : newest_.number;
    while (sets_.size() > 1 && std::next(sets_.begin())->first <= oldest) {
        sets_.erase(sets_.begin());
    }
}

const AuthoritySet& LightClient::authorities_at(BlockNumber number) const {
    const auto after = sets_.upper_bound(number);
    // Genesis, whose set may be forgotten, is judged by the oldest set that is still known.
    return after == sets_.begin() ? after->second : std::prev(after)->second;
}

const Header* LightClient::find(BlockNumber number) const {
    const auto block = history_.find(number);
    return block == history_.end() ? nullptr : &block->second.header;
}

std::optional<BlockHash> LightClient::find_hash(BlockNumber number) const {
    const auto block = history_.find(number);
    if (block == history_.end()) return std::nullopt;
    return block->second.hash;
}

}  // namespace cloister::finality
