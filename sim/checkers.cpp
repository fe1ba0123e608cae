#include "sim/checkers.hpp"

#include <cstring>

#include "base/hex.hpp"
#include "protocol/gatekeeper.hpp"
#include "protocol/storage.hpp"

namespace cloister::sim {
namespace {

namespace storage = protocol::storage;

std::string number_text(auto number) { return std::to_string(number.value); }

std::string member_text(std::size_t member) { return "member " + std::to_string(member); }

}  // namespace

void Findings::add(std::string_view checker, std::string text) {
    if (first_) return;
    first_ = Finding{.checker = std::string(checker),
                     .text = std::move(text),
                     .at_ms = world_.now().value,
                     .event = world_.events()};
}

void Heights::see(BlockNumber number, const BlockHash& hash, std::string_view who) {
    const auto [known, fresh] = hashes_.emplace(number, hash);
    if (fresh || known->second == hash) return;
    findings_.add("heights", std::string(who) + " says that block " + number_text(number) +
                                 " is 0x" + base::to_hex(hash.view()) + ", it was 0x" +
                                 base::to_hex(known->second.view()));
}

void Receipts::see(protocol::Receipt receipt, std::string_view who) {
    receipt.worker = WorkerId();
    const auto [known, fresh] = seen_.emplace(receipt.task, receipt);
    if (fresh || known->second == receipt) return;
    findings_.add("receipts", std::string(who) + " has another result of task " +
                                  number_text(receipt.task) + " than was given before");
}

void Markers::add(ByteView secret) {
    CLOISTER_ASSERT(secret.size() >= bytes_min);
    add_text(to_bytes(secret));
    add_text(to_bytes(view_of(base::to_hex(secret))));
}

void Markers::add_text(Bytes text) {
    std::uint64_t first = 0;
    std::memcpy(&first, text.data(), sizeof first);
    begins_[first >> 48 ^ (first & 0xffff)] = true;
    texts_.emplace(first, std::move(text));
}

void Markers::search(std::string_view where, ByteView bytes) {
    for (std::size_t i = 0; i + bytes_min <= bytes.size(); ++i) {
        std::uint64_t first = 0;
        std::memcpy(&first, bytes.data() + i, sizeof first);
        if (!begins_[first >> 48 ^ (first & 0xffff)]) continue;
        const auto [from, to] = texts_.equal_range(first);
        for (auto text = from; text != to; ++text) {
            const Bytes& secret = text->second;
            if (secret.size() > bytes.size() - i ||
                !std::equal(secret.begin(), secret.end(), bytes.data() + i))
                continue;
            return findings_.add("markers", std::string(where) + " carries the secret 0x" +
                                                base::to_hex(secret) + " at byte " +
                                                std::to_string(i));
        }
    }
}

Checkers::Checkers(World& w)
    : world(w),
      findings(w),
      heights(findings),
      receipts(findings),
      markers(findings),
      ledger(findings, w.cluster()) {
    world.hooks.finalised = [this](const node::output::Finalised& block) { finalised(block); };
    world.hooks.crossed = [this](std::string_view link, ByteView bytes) {
        if (link != "to enclave") markers.search(link, bytes);
    };
    world.hooks.born = [this](std::size_t, const enclave::Birth& birth) {
        markers.add(birth.entropy.reveal());
        markers.add(birth.seal_key.reveal());
    };
}

void Checkers::finalised(const node::output::Finalised& block) {
    heights.see(block.number, block.hash, "the node");
    // A block that was written before the power failed is told by nobody, and is final all the
    // same.
    const node::Store& store = world.node().store();
    for (; next_block_ <= block.number; next_block_ = next_block_.next()) {
        const auto hash = store.hash_at(next_block_);
        const auto header = hash ? store.header(*hash) : std::nullopt;
        auto state = hash ? store.state(*hash) : std::nullopt;
        if (!header || !state) {
            return findings.add("heights", "the node lost block " + number_text(next_block_));
        }
        heights.see(next_block_, *hash, "the node's disk");
        if (next_block_.value > 0) {
            heights.see(BlockNumber(next_block_.value - 1), header->parent_hash, "the next block");
        }
        ledger.see(next_block_, doctor ? doctor(std::move(*state)) : *state);
    }
}

void Checkers::pinned(const client::Pinned& pinned) {
    heights.see(pinned.header.number, pinned.hash, "a client");
}

void Checkers::said_call(std::size_t member, const protocol::output::SubmitCall& call) {
    if (call.what != "receipts") return;
    const auto submit = scale::decode<protocol::SubmitTasks>(ByteView(call.call).subspan(2));
    if (!submit) return findings.add("receipts", member_text(member) + " says no receipts");
    for (const protocol::Batch& batch : submit->batches) {
        heights.see(batch.statement.block, batch.statement.block_hash, member_text(member));
    }
    for (const protocol::SubmittedReceipt& submitted : submit->receipts) {
        receipts.see(submitted.receipt, member_text(member));
    }
}

void Checkers::said(std::size_t member, const protocol::HostOutput& message) {
    namespace out = protocol::output;
    if (const auto* call = std::get_if<out::SubmitCall>(&message)) {
        said_call(member, *call);
    } else if (const auto* peer = std::get_if<out::PeerReplyOut>(&message)) {
        const auto reply = scale::decode<protocol::PeerReply>(peer->bytes);
        const auto* ticket = reply ? std::get_if<protocol::Ticket>(&*reply) : nullptr;
        if (ticket) heights.see(ticket->block, ticket->block_hash, member_text(member));
    } else if (const auto* status = std::get_if<out::Status>(&message)) {
        if (member == gatekeeper_index) gatekeeper_.push_back({world.now(), status->followed});
    } else if (std::holds_alternative<out::Stopped>(message)) {
        findings.add("honest", member_text(member) + " saw two finality proofs for one height");
    } else if (const auto* log = std::get_if<out::Log>(&message)) {
        if (log->code == "DivergedState")
            findings.add("honest", member_text(member) + " diverged at " + log->message);
    }
}

// A ticket's block is at least what its gatekeeper knew when the ticket was asked for, at most a
// lifetime before the answer. What the gatekeeper knew is the host's choice: it may be cut off.
void Checkers::answered(std::size_t member, Instant asked,
                        const protocol::AnswerStatement& statement) {
    const auto header = world.node().store().header(statement.block_hash);
    if (!header) {
        return findings.add("heights", member_text(member) + " answers as of an unknown block");
    }
    const std::uint64_t life = protocol::ticket_lifetime_ms;
    const Instant from(asked.value > life ? asked.value - life : 0);
    std::optional<BlockNumber> before;
    BlockNumber least(~std::uint32_t{0});
    for (const Followed& followed : gatekeeper_) {
        if (followed.at <= from) {
            before = followed.number;
        } else {
            least = std::min(least, followed.number);
        }
    }
    least = std::min(least, before.value_or(BlockNumber(0)));
    if (header->number < least) {
        findings.add("fresh", member_text(member) + " answers as of block " +
                                  number_text(header->number) +
                                  ", though its ticket must name block " + number_text(least) +
                                  " or a newer one");
    }
    const auto root = world.node().newest_state()(
        storage::tasks_accepted_root(world.cluster(), statement.sequence));
    if (statement.sequence.value > 0 && (!root || *root != to_bytes(statement.blinded_root.view())))
        findings.add("state", member_text(member) + " answers over a root that the chain did not " +
                                  "accept at sequence " + number_text(statement.sequence));
}

}  // namespace cloister::sim
