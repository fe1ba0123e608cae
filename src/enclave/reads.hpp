// Storage reads with proof. A step asks for the values it needs; what is not proven yet is
// collected, asked of the host once for each block, and the step runs again when the proof is
// there. Absence is a proven fact as well: a value that no proof covers is never taken as absent.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "enclave/outbox.hpp"

namespace cloister::enclave {

// A followed block and the root of the state after it.
struct At {
    BlockNumber number;
    BlockHash hash;
    Hash256 root;
};

// `ready` says that the value, or its absence, is proven.
template <class T>
struct Read {
    bool ready = false;
    std::optional<T> value;
};

// How a value is asked for.
enum class Ask : std::uint8_t {
    Own,       // small, with others in one proof
    Large,     // up to megabytes: in a proof of its own, and kept only while it is wanted
    Stranger,  // small, named by somebody else's message: has a budget of its own and is kept only
               // while it is wanted, so that no stranger takes the room of our own reads
};

class Reads {
  public:
    static constexpr std::size_t blocks_max = 64;
    static constexpr std::size_t keys_max = 1024;       // of one block, strangers' apart
    static constexpr std::size_t strangers_max = 1024;  // of one block
    static constexpr std::size_t message_keys_max = 128;
    static constexpr std::uint64_t again_ms = 1000;

    // Starts a pass over all steps: what the pass before wanted and this one does not is forgotten.
    void begin_pass() { ++pass_; }
    // The proven value; nullptr while it is not proven, and then it is wanted.
    const std::optional<Bytes>* find(const At& at, const Bytes& key, Ask ask = Ask::Own);
    // Decoded. Proven bytes that are no T never become ready: the chain speaks another language.
    template <class T>
    Read<T> get(const At& at, const Bytes& key, Ask ask = Ask::Own) {
        const std::optional<Bytes>* bytes = find(at, key, ask);
        if (bytes == nullptr) return {};
        if (!*bytes) return {.ready = true, .value = std::nullopt};
        auto decoded = scale::decode<T>(**bytes);
        if (!decoded) return {};
        return {.ready = true, .value = std::move(*decoded)};
    }

    // Whether the pass wants something of this block that is not proven.
    bool outstanding(const BlockHash& block) const;
    void accept(const protocol::input::Proof& message, Outbox& out);
    // Asks for what is newly wanted, and again for what was asked `again_ms` ago. No answer to one
    // message is longer than one large value, or message_keys_max small ones, and their paths.
    // Returns when to come back.
    std::optional<Instant> flush(Instant now, Outbox& out);
    // Drops everything that was proven of other blocks, but those that this pass looked at.
    void keep_only(const std::set<BlockHash>& blocks);

  private:
    struct Slot {
        Ask ask = Ask::Own;
        std::uint64_t wanted_in = 0;      // the last pass that asked
        std::optional<Instant> asked_at;  // of the host
        std::uint64_t asked_with = 0;     // the keys of one message share it
        bool proven = false;
        std::optional<Bytes> value;
    };
    struct Block {
        Hash256 root;
        std::map<Bytes, Slot> slots;
        std::size_t strangers = 0;  // among the slots
    };
    bool wanted(const Slot& slot) const { return !slot.proven && slot.wanted_in == pass_; }
    void forget_unwanted(Block& block) const;
    void ask(const BlockHash& hash, Block& block, Instant now, Outbox& out);

    std::uint64_t pass_ = 0;
    std::uint64_t messages_ = 0;
    std::map<BlockHash, Block> blocks_;
};

}  // namespace cloister::enclave
