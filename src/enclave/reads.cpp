#include "enclave/reads.hpp"

#include "base/hex.hpp"

namespace cloister::enclave {

const std::optional<Bytes>* Reads::find(const At& at, const Bytes& key) {
    auto block = blocks_.find(at.hash);
    if (block == blocks_.end()) {
        if (blocks_.size() >= blocks_max) return nullptr;
        block = blocks_.emplace(at.hash, Block{at.root, {}, std::nullopt}).first;
    }
    auto slot = block->second.slots.find(key);
    if (slot == block->second.slots.end()) {
        if (block->second.slots.size() >= keys_max) return nullptr;
        slot = block->second.slots.emplace(key, Slot{}).first;
    }
    slot->second.wanted_in = pass_;
    return slot->second.proven ? &slot->second.value : nullptr;
}

bool Reads::outstanding(const BlockHash& hash) const {
    const auto block = blocks_.find(hash);
    if (block == blocks_.end()) return false;
    return std::ranges::any_of(block->second.slots,
                               [this](const auto& entry) { return wanted(entry.second); });
}

void Reads::accept(const protocol::input::Proof& message, Outbox& out) {
    const auto block = blocks_.find(message.block);
    if (block == blocks_.end()) return out.log("UnaskedProof", base::to_hex(message.block.view()));
    const auto proof = trie::Proof::from_nodes(message.nodes);
    if (!proof) return out.log("BadStorageProof", std::string(trie::name_of(proof.error())));
    std::size_t missing = 0;
    std::size_t proven = 0;
    for (auto& [key, slot] : block->second.slots) {
        if (slot.proven) continue;
        auto value = proof->get(block->second.root, key);
        if (!value) {
            if (slot.asked) ++missing;
            continue;
        }
        slot.value = std::move(*value);
        slot.proven = true;
        ++proven;
    }
    if (missing > 0) {
        out.log("PartialProof", std::to_string(missing) + " asked keys are not covered");
    } else if (proven == 0) {
        out.log("UnaskedProof", base::to_hex(message.block.view()));
    }
}

std::optional<Instant> Reads::flush(Instant now, Outbox& out) {
    std::optional<Instant> wake;
    for (auto& [hash, block] : blocks_) {
        // Unproven keys that nobody wants any more are dropped, so that they cost nothing.
        std::erase_if(block.slots, [this](const auto& entry) {
            return !entry.second.proven && entry.second.wanted_in != pass_;
        });
        std::vector<Bytes> keys;
        bool fresh = false;
        for (auto& [key, slot] : block.slots) {
            if (!wanted(slot)) continue;
            keys.push_back(key);
            fresh = fresh || !slot.asked;
        }
        if (keys.empty()) continue;
        const bool late = block.asked_at && now.value >= block.asked_at->value + again_ms;
        if (fresh || late) {
            for (auto& [key, slot] : block.slots) slot.asked = slot.asked || wanted(slot);
            block.asked_at = now;
            out.host(protocol::output::NeedProof{hash, std::move(keys)});
        }
        const Instant again(block.asked_at->value + again_ms);
        wake = wake ? std::min(*wake, again) : again;
    }
    return wake;
}

void Reads::keep_only(const std::set<BlockHash>& blocks) {
    std::erase_if(blocks_, [&](const auto& entry) { return !blocks.contains(entry.first); });
}

}  // namespace cloister::enclave
