// Timestamp: the block's wall clock, set by its first extrinsic, always later than the parent's.
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::timestamp {

enum class Error : std::uint8_t {
    NotLater,  // the block's time does not lie after its parent's
};
constexpr Error scale_last(Error) { return Error::NotLater; }
constexpr Pallet pallet_of(Error) { return Pallet::Timestamp; }

const PalletEntry& declaration();

}  // namespace cloister::runtime::timestamp
