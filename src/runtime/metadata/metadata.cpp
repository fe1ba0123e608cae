#include "runtime/metadata/metadata.hpp"

namespace cloister::runtime::metadata {

namespace {

// frame_metadata's StorageHasher.
std::uint8_t number_of(Hasher hasher) { return hasher == Hasher::Blake2_128Concat ? 2 : 5; }

void write_storage(scale::Encoder& out, Types& types, const PalletEntry& pallet) {
    if (pallet.storage.empty()) return out.byte(0);
    out.byte(1);
    out.write(std::string(pallet.name));
    out.compact(pallet.storage.size());
    for (const StorageEntry& entry : pallet.storage) {
        out.write(std::string(entry.name));
        out.byte(entry.absent != nullptr ? 1 : 0);
        if (entry.hasher == Hasher::None) {
            out.byte(0);
            out.compact(types.id_of(entry.value));
        } else {
            const bool two_keys = entry.key.starts_with('(');
            out.byte(1);
            out.write(std::vector<std::uint8_t>(two_keys ? 2 : 1, number_of(entry.hasher)));
            out.compact(types.id_of(entry.key));
            out.compact(types.id_of(entry.value));
        }
        out.write(entry.absent != nullptr ? entry.absent() : Bytes{0});
        out.compact(0);  // docs
    }
}

void write_optional(scale::Encoder& out, Types& types, bool present, const std::string& type) {
    out.byte(present ? 1 : 0);
    if (present) out.compact(types.id_of(type));
}

void write_pallet(scale::Encoder& out, Types& types, const PalletEntry& pallet,
                  std::uint32_t version) {
    const std::string name(pallet.name);
    out.write(name);
    write_storage(out, types, pallet);
    write_optional(out, types, !pallet.calls.empty(), name + "Call");
    write_optional(out, types, !pallet.events.empty(), name + "Event");
    out.compact(pallet.constants.size());
    for (const ConstantEntry& constant : pallet.constants) {
        out.write(std::string(constant.name));
        out.compact(types.id_of(constant.type));
        out.write(constant.value());
        out.compact(0);  // docs
    }
    write_optional(out, types, !pallet.errors.empty(), name + "Error");
    out.byte(static_cast<std::uint8_t>(pallet.index));
    if (version >= 15) out.compact(0);  // docs
}

struct Extension {
    std::string_view name;
    std::string_view type;
    std::string_view additional;
};
constexpr std::array extensions{
    Extension{"CheckNonZeroSender", "()", "()"},
    Extension{"CheckSpecVersion", "()", "u32"},
    Extension{"CheckTxVersion", "()", "u32"},
    Extension{"CheckGenesis", "()", "H256"},
    Extension{"CheckMortality", "Era", "H256"},
    Extension{"CheckNonce", "Compact<u32>", "()"},
    Extension{"CheckWeight", "()", "()"},
    Extension{"ChargeTransactionPayment", "Compact<u128>", "()"},
    Extension{"CheckMetadataHash", "MetadataMode", "Option<[u8; 32]>"},
};

void write_extrinsic(scale::Encoder& out, Types& types, std::uint32_t version) {
    if (version == 14) out.compact(types.id_of("UncheckedExtrinsic"));
    out.byte(4);
    if (version >= 15) {
        for (const char* part : {"MultiAddress", "RuntimeCall", "MultiSignature", "Extra"}) {
            out.compact(types.id_of(part));
        }
    }
    out.compact(extensions.size());
    for (const Extension& extension : extensions) {
        out.write(std::string(extension.name));
        out.compact(types.id_of(extension.type));
        out.compact(types.id_of(extension.additional));
    }
}

struct Method {
    std::string_view api;
    std::string_view name;
    std::string_view inputs;
    std::string_view output;
};
// In order of api.
constexpr std::array methods{
    Method{"Core", "version", "", "RuntimeVersion"},
    Method{"Metadata", "metadata", "", "Bytes"},
    Method{"Metadata", "metadata_at_version", "version: u32", "Option<Bytes>"},
    Method{"Metadata", "metadata_versions", "", "Vec<u32>"},
    Method{"AccountNonceApi", "account_nonce", "account: AccountId", "u32"},
    Method{"TransactionPaymentApi", "query_info", "uxt: UncheckedExtrinsic, len: u32",
           "RuntimeDispatchInfo"},
    Method{"TaggedTransactionQueue", "validate_transaction",
           "source: TransactionSource, tx: UncheckedExtrinsic, block_hash: H256",
           "Result<ValidTransaction, TransactionValidityError>"},
    Method{"GrandpaApi", "grandpa_authorities", "", "Vec<([u8; 32], u64)>"},
    Method{"GrandpaApi", "current_set_id", "", "u64"},
};

void write_method(scale::Encoder& out, Types& types, const Method& method) {
    out.write(std::string(method.name));
    const auto inputs = split(method.inputs, ',');
    out.compact(inputs.size());
    for (const auto input : inputs) {
        const auto colon = input.find(": ");
        out.write(std::string(input.substr(0, colon)));
        out.compact(types.id_of(input.substr(colon + 2)));
    }
    out.compact(types.id_of(method.output));
    out.compact(0);  // docs
}

void write_apis(scale::Encoder& out, Types& types) {
    std::vector<std::string_view> names;
    for (const Method& method : methods) {
        if (names.empty() || names.back() != method.api) names.push_back(method.api);
    }
    out.compact(names.size());
    for (const auto name : names) {
        const auto of_api = [&](const Method& method) { return method.api == name; };
        out.write(std::string(name));
        out.compact(static_cast<std::size_t>(std::ranges::count_if(methods, of_api)));
        for (const Method& method : methods) {
            if (of_api(method)) write_method(out, types, method);
        }
        out.compact(0);  // docs
    }
}

}  // namespace

Bytes encode(std::uint32_t version) {
    CLOISTER_ASSERT(std::ranges::find(versions, version) != versions.end());
    Types types;
    scale::Encoder content;
    content.compact(pallets().size());
    for (const PalletEntry& pallet : pallets()) write_pallet(content, types, pallet, version);
    write_extrinsic(content, types, version);
    content.compact(types.id_of("()"));  // the runtime itself
    if (version >= 15) {
        write_apis(content, types);
        for (const char* outer : {"RuntimeCall", "RuntimeEvent", "RuntimeError"}) {
            content.compact(types.id_of(outer));
        }
        content.compact(0);  // custom
    }
    scale::Encoder out;
    out.raw(view_of("meta"));
    out.byte(static_cast<std::uint8_t>(version));
    types.write(out);
    out.raw(content.bytes());
    return std::move(out).take();
}

}  // namespace cloister::runtime::metadata
