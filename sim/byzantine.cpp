#include "sim/byzantine.hpp"

#include "sim/faults.hpp"

namespace cloister::sim {
namespace {

constexpr std::size_t kept_max = 64;
constexpr std::uint64_t misbehaves_one_in = 3;

void keep(std::vector<Bytes>& kept, Dice& dice, Bytes bytes) {
    if (kept.size() < kept_max) {
        kept.push_back(std::move(bytes));
    } else {
        kept[dice.below(kept_max)] = std::move(bytes);
    }
}

void flip(Dice& dice, Bytes& bytes) {
    if (bytes.empty()) return;
    bytes[dice.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << dice.below(8));
}

template <class T>
void shuffle(Dice& dice, std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[dice.below(i)]);
}

}  // namespace

struct Byzantine::Impl {
    Impl(World& w, std::uint64_t seed) : world(w), dice(seed, "byzantine host") {}

    void bend(protocol::input::Blocks& message);
    template <class Message>
    void alter(Message& message);

    World& world;
    Dice dice;
    std::vector<Bytes> heard;    // encoded HostInput of its own
    std::vector<Bytes> calls;    // of anybody
    std::vector<Bytes> letters;  // to gatekeepers, of anybody
};

void Byzantine::Impl::bend(protocol::input::Blocks& message) {
    if (message.blocks.empty()) return;
    switch (dice.below(4)) {
        case 0: return shuffle(dice, message.blocks);
        case 1: message.blocks.push_back(message.blocks[dice.below(message.blocks.size())]); return;
        case 2: message.blocks.erase(message.blocks.begin()); return;
        default: message.blocks.front().justification.reset();
    }
}

// A flipped bit anywhere, if what comes out is a message still; the real channel refuses others.
template <class Message>
void Byzantine::Impl::alter(Message& message) {
    Bytes bytes = scale::encode(message);
    flip(dice, bytes);
    if (auto bent = scale::decode<Message>(bytes)) message = std::move(*bent);
}

Byzantine::Byzantine(World& world, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(world, seed)) {}
Byzantine::~Byzantine() = default;

Fate Byzantine::to_enclave(std::size_t member, protocol::HostInput& message) {
    Impl& my = *impl_;
    keep(my.heard, my.dice, scale::encode(message));
    if (!my.dice.one_in(misbehaves_one_in)) return Fate::Deliver;
    switch (my.dice.below(4)) {
        case 0: return Fate::Drop;
        case 1: {
            auto again =
                scale::decode<protocol::HostInput>(my.heard[my.dice.below(my.heard.size())]);
            if (again) my.world.inject(member, std::move(*again));
            return Fate::Deliver;
        }
        case 2:
            if (auto* blocks = std::get_if<protocol::input::Blocks>(&message)) {
                my.bend(*blocks);
                return Fate::Deliver;
            }
            [[fallthrough]];
        default: my.alter(message); return Fate::Deliver;
    }
}

Fate Byzantine::from_enclave(std::size_t, protocol::HostOutput& message) {
    Impl& my = *impl_;
    if (!my.dice.one_in(misbehaves_one_in)) return Fate::Deliver;
    auto* call = std::get_if<protocol::output::SubmitCall>(&message);
    auto* letter = std::get_if<protocol::output::ToGatekeeper>(&message);
    switch (my.dice.below(4)) {
        case 0: return Fate::Drop;
        case 1:
        case 2:
            if (call && !my.calls.empty()) call->call = my.calls[my.dice.below(my.calls.size())];
            if (letter && !my.letters.empty())
                letter->bytes = my.letters[my.dice.below(my.letters.size())];
            return Fate::Deliver;
        default:
            if (call) {
                flip(my.dice, call->call);
            } else {
                my.alter(message);
            }
            return Fate::Deliver;
    }
}

void Byzantine::overheard(std::size_t, const protocol::HostOutput& message) {
    Impl& my = *impl_;
    if (const auto* call = std::get_if<protocol::output::SubmitCall>(&message))
        keep(my.calls, my.dice, call->call);
    if (const auto* letter = std::get_if<protocol::output::ToGatekeeper>(&message))
        keep(my.letters, my.dice, letter->bytes);
}

}  // namespace cloister::sim
