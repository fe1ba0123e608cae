// Headers, justifications and the light client that follows them.
#include "bodies.hpp"
#include "finality/light_client.hpp"
#include "parts.hpp"
#include "protocol/fill_test.hpp"

namespace cloister::fuzz {
namespace {

using finality::DigestItem;
using finality::Header;

const crypto::Ed25519Key& authority() {
    static const crypto::Ed25519Key key(Secret<32>(ByteView(Bytes(32, 3))));
    return key;
}
finality::AuthoritySet authorities() {
    return {.set_id = 0, .authorities = {{authority().public_key(), 1}}};
}

Header header(std::uint32_t number, const BlockHash& parent, std::vector<DigestItem> digest = {}) {
    Header h;
    h.parent_hash = parent;
    h.number = BlockNumber(number);
    h.digest = std::move(digest);
    return h;
}
finality::Justification justified(const Header& h) {
    const crypto::Ed25519Key* signers[] = {&authority()};
    return finality::justify({finality::hash_of(h), h.number}, 0, signers);
}

DigestItem scheduled_change(std::uint32_t delay) {
    const std::vector<finality::Authority> next = {{authority().public_key(), 2}};
    return {DigestItem::Kind::Consensus, finality::engine_id("FRNK"),
            concat(Bytes{1}, scale::encode(next, delay))};
}

// Three blocks after a genesis whose state names the authority.
struct Line {
    trie::NodeMap nodes;
    Header genesis;
    std::vector<Header> headers;

    Line() {
        const Bytes value = concat(Bytes{1}, scale::encode(authorities().authorities));
        const trie::FetchNode fetch = [this](const Hash256& hash) -> std::optional<Bytes> {
            const auto found = nodes.find(hash);
            return found == nodes.end() ? std::nullopt : std::optional(found->second);
        };
        auto update =
            trie::apply(fetch, trie::empty_root(), {{finality::grandpa_authorities_key(), value}},
                        trie::StateVersion::V1);
        nodes = update->created;
        genesis.state_root = StateRoot(update->root.view());
        BlockHash parent = finality::hash_of(genesis);
        for (std::uint32_t number = 1; number <= 3; ++number) {
            headers.push_back(header(number, parent));
            parent = finality::hash_of(headers.back());
        }
    }
    finality::LightClient client() const {
        std::vector<Bytes> encodings;
        for (const auto& [hash, bytes] : nodes) encodings.push_back(bytes);
        const auto proof = trie::Proof::from_nodes(encodings);
        return finality::LightClient::from_genesis(genesis, finality::hash_of(genesis), *proof)
            .get();
    }
};
const Line& line() {
    static const Line made;
    return made;
}

}  // namespace

int header_body(ByteView input) {
    const auto parsed = finality::parse_header(input);
    if (!parsed) {
        FUZZ_CHECK(parsed.error().offset <= input.size());
        return 0;
    }
    FUZZ_CHECK(std::ranges::equal(finality::encode_header(*parsed), input));
    const auto change = finality::scheduled_change_of(*parsed);
    static_cast<void>(finality::forces_change(*parsed));
    return change ? 1 : 0;
}

std::vector<Bytes> header_seeds() {
    const std::vector<DigestItem> items = {
        {DigestItem::Kind::PreRuntime, finality::engine_id("BABE"), Bytes(40, 1)},
        {DigestItem::Kind::Other, {}, Bytes{1, 2, 3}},
        {DigestItem::Kind::RuntimeEnvironmentUpdated, {}, {}},
        {DigestItem::Kind::Seal, finality::engine_id("BABE"), Bytes(64, 2)}};
    std::vector<Bytes> seeds;
    for (const auto& digest :
         {std::vector<DigestItem>{}, items, std::vector<DigestItem>{scheduled_change(0)},
          std::vector<DigestItem>{scheduled_change(7)}}) {
        seeds.push_back(finality::encode_header(header(77, {}, digest)));
    }
    const DigestItem forced{DigestItem::Kind::Consensus, finality::engine_id("FRNK"),
                            Bytes{2, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
    seeds.push_back(finality::encode_header(header(9, {}, {forced})));
    return seeds;
}

// A justification of block 3 by the one authority: whatever is altered is refused.
int justification_body(ByteView input) {
    const auto parsed = finality::parse_justification(input);
    if (!parsed) {
        FUZZ_CHECK(parsed.error().offset <= input.size());
        return 0;
    }
    FUZZ_CHECK(std::ranges::equal(finality::encode_justification(*parsed), input));
    const Header& block = line().headers.back();
    const finality::Target target{finality::hash_of(block), block.number};
    const bool accepted = finality::verify(*parsed, target, authorities()).has_value();
    const bool strictly = finality::verify_strict(*parsed, target, authorities()).has_value();
    FUZZ_CHECK(accepted == strictly);
    const bool whole = *parsed == justified(block);
    FUZZ_CHECK(accepted == whole);
    return accepted ? 1 : 0;
}

std::vector<Bytes> justification_seeds() {
    const Header& block = line().headers.back();
    std::vector<Bytes> seeds = {finality::encode_justification(justified(block))};
    finality::Justification with_ancestry = justified(block);
    with_ancestry.ancestries = {line().headers[1]};
    with_ancestry.precommits.push_back(with_ancestry.precommits.front());
    seeds.push_back(finality::encode_justification(with_ancestry));
    seeds.push_back(finality::encode_justification(justified(line().headers[1])));
    return seeds;
}

// Batches of (header, justification): the client moves along the one true line or not at all.
int light_client_body(ByteView input) {
    finality::LightClient client = line().client();
    Parts parts(input);
    while (!parts.empty()) {
        std::vector<finality::ProvenHeader> batch;
        for (std::size_t left = parts.byte() % 4 + 1; left > 0 && !parts.empty(); --left) {
            const auto parsed = finality::parse_header(parts.take());
            const auto proof = finality::parse_justification(parts.take());
            if (!parsed) continue;
            batch.push_back({*parsed, proof ? std::optional(*proof) : std::nullopt});
        }
        static_cast<void>(client.import(batch));
        const std::size_t height = client.newest().number.value;
        FUZZ_CHECK(height <= line().headers.size());
        FUZZ_CHECK(height == 0 || client.newest() == line().headers[height - 1]);
        FUZZ_CHECK(!client.stopped());
    }
    return client.newest().number.value == 3 ? 1 : 0;
}

std::vector<Bytes> light_client_seeds() {
    std::vector<Bytes> seeds;
    Bytes one_by_one;
    Bytes at_once = {2};
    for (const Header& h : line().headers) {
        const Bytes proof = finality::encode_justification(justified(h));
        one_by_one.push_back(0);
        for (Bytes* to : {&one_by_one, &at_once}) {
            append_part(*to, finality::encode_header(h));
            append_part(*to, proof);
        }
    }
    return {one_by_one, at_once, concat(at_once, one_by_one)};
}

}  // namespace cloister::fuzz
