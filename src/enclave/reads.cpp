#include "enclave/reads.hpp"

#include "base/hex.hpp"

namespace cloister::enclave {

const std::optional<Bytes>* Reads::find(const At& at, const Bytes& key, Ask ask) {
    auto block = blocks_.find(at.hash);
    if (block == blocks_.end()) {
        if (blocks_.size() >= blocks_max) return nullptr;
        block = blocks_.emplace(at.hash, Block{at.root, {}, 0}).first;
    }
    auto& [root, slots, strangers] = block->second;
    auto slot = slots.find(key);
    if (slot == slots.end()) {
        const bool strange = ask == Ask::Stranger;
        if (strange ? strangers >= strangers_max : slots.size() - strangers >= keys_max)
            return nullptr;
        slot = slots.emplace(key, Slot{}).first;
        slot->second.ask = ask;
        strangers += strange ? 1 : 0;
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
    std::map<std::uint64_t, std::size_t> missing;  // by the message that asked
    std::set<std::uint64_t> answered;
    for (auto& [key, slot] : block->second.slots) {
        if (slot.proven) continue;
        auto value = proof->get(block->second.root, key);
        if (!value) {
            if (slot.asked_at) ++missing[slot.asked_with];
            continue;
        }
        slot.value = std::move(*value);
        slot.proven = true;
        answered.insert(slot.asked_with);
    }
    if (answered.empty() && missing.empty()) {
        return out.log("UnaskedProof", base::to_hex(message.block.view()));
    }
    // Other messages are still to be answered; one answered in part is the host's fault.
    std::size_t left_out = 0;
    for (const auto& [asked_with, count] : missing) {
        if (answered.empty() || answered.contains(asked_with)) left_out += count;
    }
    if (left_out > 0) {
        out.log("PartialProof", std::to_string(left_out) + " asked keys are not covered");
    }
}

void Reads::forget_unwanted(Block& block) const {
    std::erase_if(block.slots, [this](const auto& entry) {
        const Slot& slot = entry.second;
        return (!slot.proven || slot.ask != Ask::Own) && slot.wanted_in != pass_;
    });
    block.strangers = static_cast<std::size_t>(std::ranges::count_if(
        block.slots, [](const auto& entry) { return entry.second.ask == Ask::Stranger; }));
}

void Reads::ask(const BlockHash& hash, Block& block, Instant now, Outbox& out) {
    std::vector<Bytes> keys;
    const auto send = [&] {
        if (!keys.empty()) out.host(protocol::output::NeedProof{hash, std::exchange(keys, {})});
        ++messages_;
    };
    send();
    for (auto& [key, slot] : block.slots) {
        if (!wanted(slot) || slot.ask == Ask::Large) continue;
        if (slot.asked_at && now.value < slot.asked_at->value + again_ms) continue;
        // Asked again, it still belongs to the message that asked first: its answer may yet come.
        if (!slot.asked_at) slot.asked_with = messages_;
        slot.asked_at = now;
        keys.push_back(key);
        if (keys.size() >= message_keys_max) send();
    }
    send();
    for (auto& [key, slot] : block.slots) {
        if (!wanted(slot) || slot.ask != Ask::Large) continue;
        if (slot.asked_at && now.value < slot.asked_at->value + again_ms) continue;
        if (!slot.asked_at) slot.asked_with = messages_;
        slot.asked_at = now;
        keys.push_back(key);
        send();
    }
}

std::optional<Instant> Reads::flush(Instant now, Outbox& out) {
    std::optional<Instant> wake;
    for (auto& [hash, block] : blocks_) {
        forget_unwanted(block);
        ask(hash, block, now, out);
        for (const auto& [key, slot] : block.slots) {
            if (!wanted(slot)) continue;
            const Instant again(slot.asked_at->value + again_ms);
            wake = wake ? std::min(*wake, again) : again;
        }
    }
    return wake;
}

void Reads::keep_only(const std::set<BlockHash>& blocks) {
    const auto looked_at = [this](const auto& entry) { return entry.second.wanted_in == pass_; };
    std::erase_if(blocks_, [&](const auto& entry) {
        return !blocks.contains(entry.first) && std::ranges::none_of(entry.second.slots, looked_at);
    });
}

}  // namespace cloister::enclave
