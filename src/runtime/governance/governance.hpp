// Governance: one account, named in genesis, whose calls run as root.
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::governance {

enum class Error : std::uint8_t {
    NotAuthority,     // signed by another account than Governance.Authority
    UndecodableCall,  // the enacted bytes are no call of this runtime
};
constexpr Error scale_last(Error) { return Error::UndecodableCall; }
constexpr Pallet pallet_of(Error) { return Pallet::Governance; }

const PalletEntry& declaration();
Bytes authority_key();

}  // namespace cloister::runtime::governance
