#include "sim/faults.hpp"

#include "crypto/hash.hpp"
#include "protocol/gatekeeper.hpp"
#include "sim/byzantine.hpp"

namespace cloister::sim {
namespace {

constexpr std::size_t blob_versions_max = 8;
constexpr std::uint64_t years_ms = 20ULL * 365 * 86'400'000;
constexpr std::uint64_t clone_late_ms = 3'000;

constexpr std::array<std::string_view, fault_count> names{
    "delay",           "loss",       "duplicate", "partition",        "machine crash",
    "enclave restart", "node crash", "blob lost", "blob rolled back", "blob altered",
    "blob swapped",    "freeze",     "clone",     "host clock",       "byzantine host"};

bool touches(const Window& window, Link link, std::size_t member) {
    switch (window.fault) {
        case Fault::Partition: return link == Link::Rpc && window.member == member;
        case Fault::Loss:
            // The channel between host and enclave is a pipe: only a hostile host loses from it.
            return link != Link::ToEnclave && link != Link::FromEnclave;
        case Fault::Delay:
        case Fault::Duplicate: return true;
        default: return false;
    }
}

Window draw_window(Dice& dice, Fault fault, std::size_t workers, std::uint64_t horizon_ms) {
    const std::uint64_t from = dice.below(horizon_ms * 3 / 4);
    Window window{.fault = fault,
                  .member = dice.below(workers + 1),
                  .from_ms = from,
                  .until_ms = from + 1 + dice.below(horizon_ms - from),
                  .strength = 1 + dice.below(96)};
    if (fault == Fault::Delay) window.strength = std::uint64_t{1} << dice.below(13);
    // Long enough that no ticket from before is still good.
    if (fault == Fault::Partition && horizon_ms > protocol::ticket_lifetime_ms) {
        window.from_ms = dice.below(horizon_ms / 8);
        window.until_ms = horizon_ms;
    }
    if (fault == Fault::Byzantine || fault == Fault::Clone) window.member = 1 + dice.below(workers);
    return window;
}

}  // namespace

std::string_view name_of(Fault fault) { return names.at(static_cast<std::size_t>(fault)); }

Dice::Dice(std::uint64_t seed, std::string_view purpose)
    : entropy_(
          Secret<32>(crypto::blake2b_256(concat(view_of(purpose), scale::encode(seed))).view())) {}

std::uint64_t Dice::number() {
    std::array<std::uint8_t, 8> bytes{};
    entropy_.fill(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
}

std::uint64_t Dice::below(std::uint64_t bound) { return number() % bound; }

Plan plan_of(std::uint64_t seed) {
    Dice dice(seed, "plan of faults");
    Plan plan;
    plan.workers = dice.one_in(4) ? 3 : 2;
    // Some outlast every ticket.
    plan.healed_ms = dice.one_in(8) ? 70'000 + dice.below(60'000) : 5'000 + dice.below(15'000);
    if (dice.one_in(16)) return plan;  // nothing goes wrong
    const std::uint64_t share = 1 + dice.below(8);
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (dice.below(16) >= share) continue;
        const std::uint64_t windows = 1 + dice.below(3);
        for (std::uint64_t n = 0; n < windows; ++n) {
            plan.windows.push_back(
                draw_window(dice, static_cast<Fault>(i), plan.workers, plan.healed_ms));
        }
    }
    return plan;
}

std::string text_of(const Plan& plan) {
    std::string text = std::to_string(plan.workers) + " workers, healed at " +
                       std::to_string(plan.healed_ms) + " ms\n";
    for (const Window& window : plan.windows) {
        text += "  " + std::string(name_of(window.fault)) + ", member " +
                std::to_string(window.member) + ", " + std::to_string(window.from_ms) + " to " +
                std::to_string(window.until_ms) + " ms, strength " +
                std::to_string(window.strength) + '\n';
    }
    return text;
}

struct Faults::Impl {
    Impl(World& w, const Plan& p, std::uint64_t seed)
        : world(w), plan(p), dice(seed, "dice of faults"), byzantine(w, seed) {}

    bool open(const Window& window) const {
        return !healed && world.now().value >= window.from_ms &&
               world.now().value < window.until_ms;
    }
    const Window* find(Fault fault, std::size_t member) const {
        const auto found = std::ranges::find_if(plan.windows, [&](const Window& window) {
            return window.fault == fault && window.member == member && open(window);
        });
        return found == plan.windows.end() ? nullptr : &*found;
    }
    Copies carry(Link link, std::size_t member);
    void begin(const Window& window);
    void end(const Window& window);
    void load(std::size_t member, std::string_view name, std::optional<Bytes>& blob);
    void install();

    World& world;
    const Plan& plan;
    Dice dice;
    Byzantine byzantine;
    bool healed = false;
    std::set<std::size_t> to_restart;  // hosts that must start again to be honest
    std::map<std::pair<std::size_t, std::string>, std::vector<Bytes>> versions;
};

Copies Faults::Impl::carry(Link link, std::size_t member) {
    Copies copies{0};
    for (const Window& window : plan.windows) {
        if (!open(window) || !touches(window, link, member)) continue;
        switch (window.fault) {
            case Fault::Partition: return {};
            case Fault::Loss:
                if (dice.below(256) < window.strength) return {};
                break;
            case Fault::Duplicate:
                if (dice.below(256) < window.strength) copies.push_back(dice.below(64));
                break;
            default:
                for (std::uint64_t& late : copies) late += dice.below(window.strength);
        }
    }
    return copies;
}

void Faults::Impl::begin(const Window& window) {
    if (healed) return;
    switch (window.fault) {
        case Fault::MachineCrash: return world.crash_machine(window.member);
        case Fault::EnclaveRestart: return world.restart_enclave(window.member);
        case Fault::NodeCrash: return world.crash_node(static_cast<PowerCut>(window.strength % 3));
        case Fault::Freeze:
            // It drops what it should deliver, which no host does that means well.
            to_restart.insert(window.member);
            return world.freeze(window.member);
        case Fault::Clone:
            to_restart.insert(window.member);
            return world.clone_enclave(window.member);
        case Fault::HostClock:
            // A clock that never goes back: it is another from the machine's start on.
            world.crash_machine(window.member);
            world.set_host_clock(window.member, dice.below(years_ms));
            return world.start_machine(window.member);
        case Fault::BlobLost:
        case Fault::BlobRolledBack:
        case Fault::BlobAltered:
        case Fault::BlobSwapped: return world.restart_enclave(window.member);
        case Fault::Byzantine: to_restart.insert(window.member); return;
        default: return;
    }
}

void Faults::Impl::end(const Window& window) {
    if (healed) return;
    switch (window.fault) {
        case Fault::MachineCrash: return world.start_machine(window.member);
        case Fault::NodeCrash: return world.start_node();
        case Fault::Freeze: return world.thaw(window.member);
        default: return;
    }
}

void Faults::Impl::load(std::size_t member, std::string_view name, std::optional<Bytes>& blob) {
    const auto known = versions.find({member, std::string(name)});
    if (find(Fault::BlobLost, member)) blob.reset();
    if (find(Fault::BlobRolledBack, member) && known != versions.end())
        blob = known->second[dice.below(known->second.size())];
    if (find(Fault::BlobSwapped, member)) {
        const std::size_t other = (member + 1) % world.members();
        if (!world.blobs(other).empty()) blob = world.blobs(other).begin()->second;
    }
    if (find(Fault::BlobAltered, member) && blob && !blob->empty())
        (*blob)[dice.below(blob->size())] ^= static_cast<std::uint8_t>(1U << dice.below(8));
}

void Faults::Impl::install() {
    world.hooks.carry = [this](Link link, std::size_t member) { return carry(link, member); };
    world.hooks.route = [this](std::size_t) { return static_cast<Route>(dice.below(3)); };
    world.hooks.load = [this](std::size_t member, std::string_view name,
                              std::optional<Bytes>& blob) { load(member, name, blob); };
    world.hooks.to_enclave = [this](std::size_t member, protocol::HostInput& message) {
        return find(Fault::Byzantine, member) ? byzantine.to_enclave(member, message)
                                              : Fate::Deliver;
    };
    world.hooks.from_enclave = [this](std::size_t member, protocol::HostOutput& message) {
        return find(Fault::Byzantine, member) ? byzantine.from_enclave(member, message)
                                              : Fate::Deliver;
    };
    for (const Window& window : plan.windows) {
        const std::uint64_t now = world.now().value;
        const std::uint64_t clone = window.fault == Fault::Clone ? clone_late_ms : 0;
        world.after(std::max(window.from_ms + clone, now) - now,
                    [this, &window] { begin(window); });
        world.after(std::max(window.until_ms, now) - now, [this, &window] { end(window); });
    }
}

Faults::Faults(World& world, const Plan& plan, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(world, plan, seed)) {
    impl_->install();
}
Faults::~Faults() = default;

void Faults::said(std::size_t member, const protocol::HostOutput& message) {
    impl_->byzantine.overheard(member, message);
    const auto* store = std::get_if<protocol::output::StoreSealed>(&message);
    if (store == nullptr) return;
    auto& versions = impl_->versions[{member, store->name}];
    if (versions.size() < blob_versions_max) versions.push_back(store->blob);
}

void Faults::heal() {
    World& world = impl_->world;
    impl_->healed = true;
    world.hooks.carry = nullptr;
    world.hooks.route = nullptr;
    world.hooks.load = nullptr;
    world.hooks.to_enclave = nullptr;
    world.hooks.from_enclave = nullptr;
    world.start_node();
    for (std::size_t i = 0; i < world.members(); ++i) {
        world.thaw(i);
        if (!world.is_up(i)) {
            world.start_machine(i);
        } else if (impl_->to_restart.contains(i)) {
            world.restart_enclave(i);
        }
    }
}

}  // namespace cloister::sim
