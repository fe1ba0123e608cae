#include "runtime/grandpa/grandpa.hpp"

#include "finality/light_client.hpp"
#include "protocol/storage.hpp"

namespace cloister::runtime::grandpa {

namespace {

Bytes zero() { return scale::encode(std::uint64_t{0}); }
Bytes none() { return Bytes{0}; }
constexpr std::array stored{
    StorageEntry{"CurrentSetId", "u64", Hasher::None, "", zero},
    StorageEntry{"Authorities", "Vec<([u8; 32], u64)>", Hasher::None, "", none},
};
Bytes authorities_key() { return protocol::storage::prefix("Grandpa", "Authorities"); }

}  // namespace

const PalletEntry& declaration() {
    static constexpr PalletEntry entry{"Grandpa", Pallet::Grandpa, {}, {}, {}, stored, {}};
    return entry;
}

Bytes current_set_id_key() { return protocol::storage::prefix("Grandpa", "CurrentSetId"); }

std::uint64_t current_set_id(const Overlay& state) {
    return state.load_or(current_set_id_key(), std::uint64_t{0});
}

std::vector<finality::Authority> authorities(const Overlay& state) {
    return state.load_or(authorities_key(), std::vector<finality::Authority>{});
}

void write_genesis(trie::Entries& entries, const std::vector<finality::Authority>& authorities) {
    entries[finality::grandpa_authorities_key()] = scale::encode(std::uint8_t{1}, authorities);
    entries[authorities_key()] = scale::encode(authorities);
    entries[current_set_id_key()] = scale::encode(std::uint64_t{0});
}

}  // namespace cloister::runtime::grandpa
