// The methods that begin and end subscriptions. Both spellings of new heads: polkadot-js asks for
// the plural in rpc_methods and calls the singular, subxt calls the plural.
#include <array>

#include "rpc/call.hpp"

namespace cloister::rpc {
namespace {

template <Topic topic>
Ending subscribe(Call&) {
    return Subscribe{.topic = topic};
}

Ending subscribe_storage(Call& call) {
    const Limits& limits = call.limits();
    std::vector<Bytes> keys = call.bytes_list(0, limits.storage_keys_per_connection_max);
    for (const Bytes& key : keys) {
        if (key.size() <= limits.storage_key_bytes_max) continue;
        call.refuse(0,
                    "keys of at most " + std::to_string(limits.storage_key_bytes_max) + " bytes");
    }
    return Subscribe{.topic = Topic::Storage, .keys = std::move(keys)};
}

Ending unsubscribe(Call& call) { return Unsubscribe{.id = call.text(0)}; }

constexpr std::array table{
    MethodEntry{"chain_subscribeAllHeads", subscribe<Topic::AllHeads>},
    MethodEntry{"chain_unsubscribeAllHeads", unsubscribe},
    MethodEntry{"chain_subscribeNewHead", subscribe<Topic::NewHeads>},
    MethodEntry{"chain_unsubscribeNewHead", unsubscribe},
    MethodEntry{"chain_subscribeNewHeads", subscribe<Topic::NewHeads>},
    MethodEntry{"chain_unsubscribeNewHeads", unsubscribe},
    MethodEntry{"chain_subscribeFinalizedHeads", subscribe<Topic::FinalizedHeads>},
    MethodEntry{"chain_unsubscribeFinalizedHeads", unsubscribe},
    MethodEntry{"grandpa_subscribeJustifications", subscribe<Topic::Justifications>},
    MethodEntry{"grandpa_unsubscribeJustifications", unsubscribe},
    MethodEntry{"state_subscribeRuntimeVersion", subscribe<Topic::Runtime>},
    MethodEntry{"state_unsubscribeRuntimeVersion", unsubscribe},
    MethodEntry{"state_subscribeStorage", subscribe_storage},
    MethodEntry{"state_unsubscribeStorage", unsubscribe},
    MethodEntry{
        "author_submitAndWatchExtrinsic",
        [](Call& c) -> Ending { return Watch{.submit = {.id = 0, .extrinsic = c.bytes(0)}}; }},
    MethodEntry{"author_unwatchExtrinsic", unsubscribe},
};

}  // namespace

std::span<const MethodEntry> subscription_methods() { return table; }

}  // namespace cloister::rpc
