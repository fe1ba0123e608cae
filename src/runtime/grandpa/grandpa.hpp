// Grandpa: the authority set whose justifications make blocks final. Fixed in genesis (set 0).
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::grandpa {

const PalletEntry& declaration();

Bytes current_set_id_key();
std::uint64_t current_set_id(const Overlay& state);
std::vector<finality::Authority> authorities(const Overlay& state);
void write_genesis(trie::Entries& entries, const std::vector<finality::Authority>& authorities);

}  // namespace cloister::runtime::grandpa
