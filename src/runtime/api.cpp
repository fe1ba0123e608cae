// Runtime APIs by name (substrate.md 1.9).
#include "runtime/check.hpp"
#include "runtime/grandpa/grandpa.hpp"
#include "runtime/metadata/metadata.hpp"
#include "runtime/system/system.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"

namespace cloister::runtime {

namespace {

using ApiId = FixedBytes<8, struct ApiIdTag>;

// blake2b-64 of the trait's name.
constexpr std::array<std::pair<std::array<std::uint8_t, 8>, std::uint32_t>, 6> apis{{
    {{0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b}, 5},  // Core
    {{0x37, 0xe3, 0x97, 0xfc, 0x7c, 0x91, 0xf5, 0xe4}, 2},  // Metadata
    {{0xbc, 0x9d, 0x89, 0x90, 0x4f, 0x5b, 0x92, 0x3f}, 1},  // AccountNonceApi
    {{0x37, 0xc8, 0xbb, 0x13, 0x50, 0xa9, 0xa2, 0xa8}, 4},  // TransactionPaymentApi
    {{0xd2, 0xbc, 0x98, 0x97, 0xee, 0xd0, 0x8f, 0x15}, 3},  // TaggedTransactionQueue
    {{0xed, 0x99, 0xc5, 0xac, 0xb2, 0x5e, 0xed, 0xf5}, 3},  // GrandpaApi
}};

struct ApiCall {
    const StateView& view;
    const At& at;
    ByteView arguments;
};

std::optional<Bytes> core_version(const ApiCall& call) {
    if (!call.arguments.empty()) return std::nullopt;
    return runtime_version();
}

std::optional<Bytes> account_nonce(const ApiCall& call) {
    const auto who = scale::decode<AccountId>(call.arguments);
    if (!who) return std::nullopt;
    return scale::encode(system::account(Overlay(call.view), *who).nonce);
}

// The length of one extrinsic with its prefix at the start of `bytes`.
std::optional<std::size_t> extrinsic_size(ByteView bytes) {
    scale::Decoder decoder(bytes);
    const std::size_t body = decoder.length(protocol::extrinsic_bytes_max, 1);
    if (decoder.failed()) return std::nullopt;
    return decoder.offset() + body;
}

std::optional<Bytes> query_info(const ApiCall& call) {
    const auto size = extrinsic_size(call.arguments);
    if (!size || call.arguments.size() != *size + 4) return std::nullopt;
    const auto length = scale::decode<std::uint32_t>(call.arguments.subspan(*size));
    const auto parsed = protocol::parse_extrinsic(call.arguments.first(*size));
    if (!parsed) return std::nullopt;
    const CallEntry* entry = find_call(parsed->call);
    if (entry == nullptr) return std::nullopt;
    const auto weight = entry->weigh(parsed->call.subspan(2));
    if (!weight) return std::nullopt;
    const bool pays = parsed->signed_part.has_value();
    const std::uint8_t dispatch_class = pays ? 0 : 2;
    const u128 fee = pays ? transaction_payment::fee_of(length.get(), *weight) : 0;
    return scale::encode(scale::Compact<std::uint64_t>{*weight}, scale::Compact<std::uint64_t>{0},
                         dispatch_class, fee);
}

// sp_runtime's InvalidTransaction; Malformed is Call, an unsupported metadata hash is Custom(1).
Bytes encode_invalid(TransactionError error) {
    const auto invalid = [](auto... bytes) {
        return Bytes{1, 0, static_cast<std::uint8_t>(bytes)...};
    };
    switch (error) {
        case TransactionError::Malformed: return invalid(0);
        case TransactionError::Payment: return invalid(1);
        case TransactionError::Future: return invalid(2);
        case TransactionError::Stale: return invalid(3);
        case TransactionError::BadProof: return invalid(4);
        case TransactionError::AncientBirthBlock: return invalid(5);
        case TransactionError::ExhaustsResources: return invalid(6);
        case TransactionError::MetadataHashUnsupported: return invalid(7, 1);
        case TransactionError::BadMandatory: return invalid(8);
    }
    std::unreachable();
}

std::optional<Bytes> validate_transaction(const ApiCall& call) {
    if (call.arguments.size() < 33 || call.arguments[0] > 2) return std::nullopt;
    const ByteView extrinsic = call.arguments.subspan(1, call.arguments.size() - 33);
    const auto validity = validate(call.view, call.at, extrinsic);
    if (!validity) return encode_invalid(validity.error());
    const auto tag = [&](std::uint32_t nonce) { return scale::encode(validity->signer, nonce); };
    std::vector<Bytes> needed;
    const auto next = system::account(Overlay(call.view), validity->signer).nonce;
    if (validity->nonce > next) needed.push_back(tag(validity->nonce - 1));
    // The priority's upper half is the tip, which decides where there is one.
    const auto tip = static_cast<std::uint64_t>(validity->priority >> 64);
    const std::uint64_t priority = tip != 0 ? tip : static_cast<std::uint64_t>(validity->priority);
    return scale::encode(std::uint8_t{0}, priority, needed,
                         std::vector<Bytes>{tag(validity->nonce)}, validity->longevity_blocks,
                         true);
}

std::optional<Bytes> grandpa_authorities(const ApiCall& call) {
    if (!call.arguments.empty()) return std::nullopt;
    return scale::encode(grandpa::authorities(Overlay(call.view)));
}

std::optional<Bytes> current_set_id(const ApiCall& call) {
    if (!call.arguments.empty()) return std::nullopt;
    return scale::encode(grandpa::current_set_id(Overlay(call.view)));
}

std::optional<Bytes> metadata_versions(const ApiCall& call) {
    if (!call.arguments.empty()) return std::nullopt;
    return scale::encode(
        std::vector<std::uint32_t>(metadata::versions.begin(), metadata::versions.end()));
}

std::optional<Bytes> metadata_at_version(const ApiCall& call) {
    const auto version = scale::decode<std::uint32_t>(call.arguments);
    if (!version) return std::nullopt;
    const bool known = std::ranges::find(metadata::versions, *version) != metadata::versions.end();
    if (!known) return Bytes{0};
    return scale::encode(std::optional(metadata::encode(*version)));
}

std::optional<Bytes> metadata_oldest(const ApiCall& call) {
    if (!call.arguments.empty()) return std::nullopt;
    return scale::encode(metadata::encode(14));
}

struct ApiEntry {
    std::string_view name;
    std::optional<Bytes> (*run)(const ApiCall&);
};
constexpr std::array entries{
    ApiEntry{"Core_version", core_version},
    ApiEntry{"Metadata_metadata", metadata_oldest},
    ApiEntry{"Metadata_metadata_at_version", metadata_at_version},
    ApiEntry{"Metadata_metadata_versions", metadata_versions},
    ApiEntry{"AccountNonceApi_account_nonce", account_nonce},
    ApiEntry{"TransactionPaymentApi_query_info", query_info},
    ApiEntry{"TaggedTransactionQueue_validate_transaction", validate_transaction},
    ApiEntry{"GrandpaApi_grandpa_authorities", grandpa_authorities},
    ApiEntry{"GrandpaApi_current_set_id", current_set_id},
};

}  // namespace

Bytes runtime_version() {
    scale::Encoder encoder;
    encoder.write(std::string(spec_name));
    encoder.write(std::string("cloister"));
    encoder.write(std::uint32_t{1});  // authoring version
    encoder.write(spec_version);
    encoder.write(std::uint32_t{1});  // implementation version
    encoder.compact(apis.size());
    for (const auto& [id, version] : apis) {
        encoder.write(ApiId(id));
        encoder.write(version);
    }
    encoder.write(transaction_version);
    encoder.byte(2);  // system version: V1 nodes for state and extrinsics
    return std::move(encoder).take();
}

std::optional<Bytes> call_api(const StateView& view, const At& at, std::string_view name,
                              ByteView arguments) {
    for (const ApiEntry& entry : entries) {
        if (entry.name == name) return entry.run({view, at, arguments});
    }
    return std::nullopt;
}

}  // namespace cloister::runtime
