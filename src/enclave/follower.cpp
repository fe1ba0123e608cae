#include "enclave/follower.hpp"

#include "base/hex.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave {

namespace {

// A message this short is the chain's head, not a stretch of its history.
constexpr std::size_t head_blocks_max = 8;

protocol::RelayedBlock relayed(const finality::ProvenHeader& block) {
    protocol::RelayedBlock out{finality::encode_header(block.header), std::nullopt};
    if (block.justification)
        out.justification = finality::encode_justification(*block.justification);
    return out;
}

std::optional<finality::ProvenHeader> parse(const protocol::RelayedBlock& block) {
    auto header = finality::parse_header(block.header);
    if (!header) return std::nullopt;
    finality::ProvenHeader out{std::move(*header), std::nullopt};
    if (block.justification) {
        auto justification = finality::parse_justification(*block.justification);
        if (!justification) return std::nullopt;
        out.justification = std::move(*justification);
    }
    return out;
}

}  // namespace

bool Follower::start(const protocol::input::Start& start, Instant now, Outbox& out) {
    const auto refuse = [&](std::string_view code) {
        out.log(code);
        return false;
    };
    const auto header = finality::parse_header(start.genesis_header);
    if (!header) return refuse("MalformedGenesis");
    const auto proof = trie::Proof::from_nodes(start.genesis_proof);
    if (!proof) return refuse("BadGenesisProof");
    auto client = finality::LightClient::from_genesis(*header, start.genesis, *proof);
    if (!client) return refuse(finality::name_of(client.error()));
    const Hash256 root(header->state_root.view());
    const auto simulated = proof->get(root, protocol::storage::attestation_simulated_root());
    if (!simulated) return refuse("BadGenesisProof");
    if (*simulated) {
        simulated_root_ = Hash256::from(**simulated);
        if (!simulated_root_) return refuse("MalformedGenesis");
    }
    client_ = std::move(*client);
    started_at_ = now;
    return true;
}

void Follower::import(const protocol::input::Blocks& message, Instant now, Outbox& out) {
    std::vector<finality::ProvenHeader> headers;
    std::size_t old = 0;
    for (const protocol::RelayedBlock& block : message.blocks) {
        auto parsed = parse(block);
        if (!parsed) return out.log("MalformedBlock");
        const auto known = client_->find_hash(parsed->header.number);
        if (known && *known == finality::hash_of(parsed->header)) {
            ++old;
        } else {
            headers.push_back(std::move(*parsed));
        }
    }
    if (old > 0) out.log("OldBlock", std::to_string(old) + " already followed");
    if (!headers.empty()) {
        const auto imported = client_->import(headers);
        if (client_->conflict()) {
            const finality::Conflict& conflict = *client_->conflict();
            out.log("ConflictingFinality", std::to_string(conflict.first.header.number.value));
            return out.host(
                protocol::output::Stopped{relayed(conflict.first), relayed(conflict.second)});
        }
        if (!imported) {
            return out.log(finality::name_of(imported.error()),
                           "block " + std::to_string(headers.front().header.number.value));
        }
    }
    short_message_ = message.blocks.size() <= head_blocks_max;
    last_import_ = now;
}

At Follower::newest() const {
    const finality::Header& header = client_->newest();
    return {header.number, client_->newest_hash(), Hash256(header.state_root.view())};
}

std::optional<At> Follower::at(BlockNumber number) const {
    if (number == client_->newest().number) return newest();
    const finality::Header* header = client_->find(number);
    const auto hash = client_->find_hash(number);
    if (header == nullptr || !hash) return std::nullopt;
    return At{number, *hash, Hash256(header->state_root.view())};
}

bool Follower::caught_up(Instant now) const {
    if (!last_import_) return now.value >= started_at_.value + nothing_ms;
    return short_message_ || now.value >= last_import_->value + quiet_ms;
}

}  // namespace cloister::enclave
