// Reading System.Events back: what became of each extrinsic.
#include "protocol/storage.hpp"
#include "runtime/system/system.hpp"

namespace cloister::runtime {

namespace {

std::string words_of(const system::events::ErrorOnWire& error) {
    switch (error.index()) {
        case 0: return "Other";
        case 1: return "CannotLookup";
        case 2: return "BadOrigin";
        default: break;
    }
    const auto& module = std::get<3>(error);
    return module_error_name(module.pallet, module.error[0]);
}

const EventEntry* find_event(std::uint8_t pallet_index, std::uint8_t variant) {
    const PalletEntry* pallet = find_pallet(pallet_index);
    if (pallet == nullptr) return nullptr;
    for (const EventEntry& event : pallet->events) {
        if (event.variant == variant) return &event;
    }
    return nullptr;
}

// One EventRecord; an outcome if it is one of the two that end an extrinsic.
std::optional<ExtrinsicOutcome> read_record(scale::Decoder& decoder) {
    ExtrinsicOutcome outcome;
    const std::uint8_t phase = decoder.byte();
    if (phase == 0) outcome.index = decoder.read<std::uint32_t>();
    const std::uint8_t pallet = decoder.byte();
    const std::uint8_t variant = decoder.byte();
    const bool of_system = pallet == static_cast<std::uint8_t>(Pallet::System);
    bool ends = false;
    if (of_system && variant == system::events::ExtrinsicSuccess::variant) {
        decoder.read<system::events::ExtrinsicSuccess>();
        ends = outcome.success = true;
    } else if (of_system && variant == system::events::ExtrinsicFailed::variant) {
        outcome.error = words_of(decoder.read<system::events::ExtrinsicFailed>().error);
        ends = true;
    } else {
        const EventEntry* event = find_event(pallet, variant);
        CLOISTER_ASSERT(event != nullptr);
        event->skip(decoder);
    }
    decoder.read<std::vector<Hash256>>();  // topics
    if (!ends) return std::nullopt;
    return outcome;
}

}  // namespace

std::vector<ExtrinsicOutcome> outcomes(const StateView& after) {
    std::vector<ExtrinsicOutcome> all;
    const auto bytes = after(protocol::storage::system_events());
    if (!bytes) return all;
    scale::Decoder decoder(*bytes);
    const std::size_t count = decoder.length(bytes->size(), 1);
    for (std::size_t i = 0; i < count; ++i) {
        auto outcome = read_record(decoder);
        CLOISTER_ASSERT(!decoder.failed());  // our own writing
        if (outcome) all.push_back(std::move(*outcome));
    }
    return all;
}

std::string module_error_name(std::uint8_t pallet_index, std::uint8_t error) {
    const PalletEntry* pallet = find_pallet(pallet_index);
    if (pallet == nullptr || error >= pallet->errors.size()) {
        return "Unknown." + std::to_string(pallet_index) + "." + std::to_string(error);
    }
    return std::string(pallet->name) + "." + std::string(pallet->errors[error]);
}

}  // namespace cloister::runtime
