// The method tables: each entry is a name and a function from a call to its ending.
#include <array>

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/ss58.hpp"
#include "finality/light_client.hpp"
#include "protocol/storage.hpp"
#include "rpc/call.hpp"

namespace cloister::rpc {
namespace {

std::string quoted(std::string_view text) { return json::quote(text); }
std::string hex_json(ByteView bytes) { return '"' + base::to_hex_0x(bytes) + '"'; }

// The APIs and their versions are the runtime's own, in the encoding of Core_version.
struct RuntimeApi {
    FixedBytes<8, struct RuntimeApiTag> id;
    std::uint32_t version = 0;
    static constexpr auto scale_fields(auto& s) { return scale::fields(s.id, s.version); }
};

// sp_version::RuntimeVersion.
struct RuntimeVersion {
    std::string spec_name;
    std::string impl_name;
    std::uint32_t authoring_version = 0;
    std::uint32_t spec_version = 0;
    std::uint32_t impl_version = 0;
    std::vector<RuntimeApi> apis;
    std::uint32_t transaction_version = 0;
    std::uint8_t system_version = 0;
    static constexpr auto scale_fields(auto& s) {
        return scale::fields(s.spec_name, s.impl_name, s.authoring_version, s.spec_version,
                             s.impl_version, s.apis, s.transaction_version, s.system_version);
    }
};

Ending version_json(Call&) { return runtime_version_json(); }

std::optional<AccountId> account_of(Call& call, std::size_t index) {
    const std::string text = call.text(index);
    if (const auto address = crypto::parse_ss58(text)) return address->account;
    if (const auto bytes = base::from_hex(text)) return AccountId::from(*bytes);
    return std::nullopt;
}

Ending account_next_index(Call& call) {
    const auto account = account_of(call, 0);
    if (!account) {
        call.refuse(0, "an SS58 address or a 32-byte account as hexadecimal");
        return std::string("0");
    }
    return std::to_string(call.node().next_nonce(*account));
}

constexpr std::array system_table{
    MethodEntry{"system_name", [](Call&) -> Ending { return quoted("Cloister node"); }},
    MethodEntry{"system_version", [](Call& c) -> Ending { return quoted(c.info().node_version); }},
    MethodEntry{"system_chain", [](Call& c) -> Ending { return quoted(c.info().chain); }},
    MethodEntry{"system_chainType", [](Call& c) -> Ending { return quoted(c.info().chain_type); }},
    MethodEntry{"system_properties",
                [](Call&) -> Ending {
                    return std::string(
                        R"({"ss58Format":42,"tokenDecimals":12,"tokenSymbol":"CLO"})");
                }},
    MethodEntry{"system_health",
                [](Call&) -> Ending {
                    return std::string(R"({"peers":0,"isSyncing":false,"shouldHavePeers":false})");
                }},
    MethodEntry{"system_accountNextIndex", account_next_index},
    MethodEntry{"account_nextIndex", account_next_index},
    MethodEntry{"rpc_methods",
                [](Call&) -> Ending {
                    json::Writer w;
                    w.begin_object().key("methods").begin_array();
                    for (const std::string_view name : method_names()) w.string(name);
                    w.end_array().end_object();
                    return std::move(w).take();
                }},
};

Ending get_block_hash(Call& call) {
    if (!call.has(0)) return hex_json(call.node().newest().hash.view());
    const auto number = call.number(0, 0xffffffff);
    const auto hash = call.node().store().hash_at(BlockNumber(static_cast<std::uint32_t>(number)));
    return hash ? hex_json(hash->view()) : std::string("null");
}

Ending get_header(Call& call) {
    const auto header = call.node().store().header(call.block_or_newest(0));
    return header ? header_json(*header) : std::string("null");
}

Ending get_block(Call& call) {
    const BlockHash hash = call.block_or_newest(0);
    const auto header = call.node().store().header(hash);
    const auto block = call.node().store().block(hash);
    if (!header || !block) return std::string("null");
    json::Writer w;
    w.begin_object().key("block").begin_object();
    w.key("header").raw(header_json(*header)).key("extrinsics").begin_array();
    for (const Bytes& extrinsic : block->extrinsics) w.hex(extrinsic);
    w.end_array().end_object().key("justifications");
    if (block->justification.empty()) {
        w.null();
    } else {
        w.begin_array().begin_array().begin_array();
        for (const char letter : std::string_view("FRNK"))
            w.number(static_cast<std::uint8_t>(letter));
        w.end_array().begin_array();
        for (const std::uint8_t byte : block->justification) w.number(byte);
        w.end_array().end_array().end_array();
    }
    w.end_object();
    return std::move(w).take();
}

// FinalityProof { block: H256, justification: Vec<u8>, unknown_headers: Vec<Header> }
Ending prove_finality(Call& call) {
    const auto number = call.number(0, 0xffffffff);
    const auto hash = call.node().store().hash_at(BlockNumber(static_cast<std::uint32_t>(number)));
    if (!hash) return std::string("null");
    const auto block = call.node().store().block(*hash);
    if (!block || block->justification.empty()) return std::string("null");
    return hex_json(scale::encode(*hash, block->justification, std::uint8_t{0}));
}

constexpr std::array chain_table{
    MethodEntry{"chain_getBlockHash", get_block_hash},
    MethodEntry{"chain_getHeader", get_header},
    MethodEntry{"chain_getBlock", get_block},
    MethodEntry{"chain_getFinalizedHead",
                [](Call& c) -> Ending { return hex_json(c.node().newest().hash.view()); }},
    MethodEntry{"grandpa_proveFinality", prove_finality},
};

Ending with_value(Call& call, std::string (*make)(const std::optional<Bytes>&)) {
    const Bytes key = call.bytes(0);
    const auto view = call.node().store().state(call.block_or_newest(1));
    if (!view) return unknown_block();
    return make((*view)(key));
}

Ending get_keys_paged(Call& call) {
    const Bytes prefix = call.has(0) ? call.bytes(0) : Bytes{};
    const auto count = call.number(1, 1000);
    std::optional<Bytes> start;
    if (call.has(2)) start = call.bytes(2);
    const auto header = call.node().store().header(call.block_or_newest(3));
    if (!header) return unknown_block();
    const std::optional<ByteView> after = start ? std::optional<ByteView>(*start) : std::nullopt;
    const auto keys = trie::keys_with_prefix(
        call.node().store().nodes(), Hash256(header->state_root.view()), prefix, after, count);
    CLOISTER_ASSERT(keys.has_value());
    json::Writer w;
    w.begin_array();
    for (const Bytes& key : *keys) w.hex(key);
    w.end_array();
    return std::move(w).take();
}

Ending query_storage_at(Call& call) {
    const auto keys = call.bytes_list(0, 1000);
    const BlockHash hash = call.block_or_newest(1);
    const auto view = call.node().store().state(hash);
    if (!view) return unknown_block();
    std::size_t written = 0;
    json::Writer w;
    w.begin_array().begin_object().key("block").hex(hash.view()).key("changes").begin_array();
    for (const Bytes& key : keys) {
        const auto value = (*view)(key);
        w.begin_array().hex(key);
        value ? w.hex(*value) : w.null();
        w.end_array();
        written += key.size() + (value ? value->size() : 0);
        if (2 * written > call.limits().reply_bytes_max) return reply_too_large(call.limits());
    }
    w.end_array().end_object().end_array();
    return std::move(w).take();
}

Ending get_read_proof(Call& call) {
    const auto keys = call.bytes_list(0, 1000);
    const BlockHash hash = call.block_or_newest(1);
    const auto header = call.node().store().header(hash);
    if (!header) return unknown_block();
    const auto proof =
        trie::prove(call.node().store().nodes(), Hash256(header->state_root.view()), keys);
    CLOISTER_ASSERT(proof.has_value());
    json::Writer w;
    w.begin_object().key("at").hex(hash.view()).key("proof").begin_array();
    for (const Bytes& node : *proof) w.hex(node);
    w.end_array().end_object();
    return std::move(w).take();
}

Ending state_call(Call& call) {
    const std::string name = call.text(0);
    const Bytes arguments = call.has(1) ? call.bytes(1) : Bytes{};
    const BlockHash hash = call.block_or_newest(2);
    const auto header = call.node().store().header(hash);
    const auto view = call.node().store().state(hash);
    if (!header || !view) return unknown_block();
    const runtime::At at{
        .number = header->number, .hash = hash, .genesis = call.node().genesis_hash()};
    const auto result = runtime::call_api(*view, at, name, arguments);
    if (!result) {
        return Error{.code = ErrorCode::UnknownBlock,
                     .message = "Client error: Execution failed",
                     .data = "no runtime API " + name + " for these arguments"};
    }
    return hex_json(*result);
}

constexpr std::array state_table{
    MethodEntry{"state_getRuntimeVersion", version_json},
    MethodEntry{"state_getStorage",
                [](Call& c) {
                    return with_value(
                        c, [](const std::optional<Bytes>& v) { return v ? hex_json(*v) : "null"; });
                }},
    MethodEntry{"state_getStorageHash",
                [](Call& c) {
                    return with_value(c, [](const std::optional<Bytes>& v) {
                        return v ? hex_json(crypto::blake2b_256(*v).view()) : std::string("null");
                    });
                }},
    MethodEntry{"state_getStorageSize",
                [](Call& c) {
                    return with_value(c, [](const std::optional<Bytes>& v) {
                        return v ? std::to_string(v->size()) : std::string("null");
                    });
                }},
    MethodEntry{"state_getKeysPaged", get_keys_paged},
    MethodEntry{"state_queryStorageAt", query_storage_at},
    MethodEntry{"state_getReadProof", get_read_proof},
    MethodEntry{"state_call", state_call},
};

constexpr std::array author_table{
    MethodEntry{
        "author_submitExtrinsic",
        [](Call& c) -> Ending { return node::input::Submit{.id = 0, .extrinsic = c.bytes(0)}; }},
    MethodEntry{"author_pendingExtrinsics",
                [](Call& c) -> Ending {
                    json::Writer w;
                    w.begin_array();
                    // In hexadecimal twice the pool's bytes; the excuse is made before the work.
                    if (2 * c.node().pool().bytes() > c.limits().reply_bytes_max)
                        return reply_too_large(c.limits());
                    for (const Bytes& extrinsic : c.node().pool().all()) w.hex(extrinsic);
                    w.end_array();
                    return std::move(w).take();
                }},
};

// {"status":"unknown"|"pooled"|"finalised","block","number","index","success","error"}
Ending transaction_status(Call& call) {
    const auto hash = Hash256::from(call.bytes(0));
    if (!hash) {
        call.refuse(0, "the blake2b-256 hash of an extrinsic");
        return std::string("null");
    }
    json::Writer w;
    w.begin_object();
    const auto place = call.node().store().transaction(*hash);
    if (!place) {
        w.key("status")
            .string(call.node().pool().contains(*hash) ? "pooled" : "unknown")
            .end_object();
        return std::move(w).take();
    }
    const auto block = call.node().store().hash_at(place->number);
    const auto view = call.node().store().state(*block);
    w.key("status").string("finalised").key("block").hex(block->view());
    w.key("number").number(place->number.value).key("index").number(place->index);
    for (const auto& outcome : runtime::outcomes(*view)) {
        if (outcome.index != place->index) continue;
        w.key("success").boolean(outcome.success).key("error");
        if (outcome.success) {
            w.null();
        } else {
            w.string(outcome.error);
        }
    }
    w.end_object();
    return std::move(w).take();
}

// Blocks after a number with their finality proofs; waits up to so many milliseconds for the first.
Ending finalised_blocks(Call& call) {
    const auto after = call.number(0, 0xffffffff);
    const auto max = call.number(1, 256);
    const auto wait = call.has(2) ? call.number(2, 60'000) : 0;
    return WaitFor{.after = BlockNumber(static_cast<std::uint32_t>(after)),
                   .blocks_max = static_cast<std::uint32_t>(max),
                   .wait_ms = wait};
}

// What a light client starts from: {"hash","header","proof"}; the proof covers the authorities and
// whether the chain is simulated, in the genesis state.
Ending genesis(Call& call) {
    const BlockHash& hash = call.node().genesis_hash();
    const auto header = call.node().store().header(hash);
    CLOISTER_ASSERT(header.has_value());
    const std::vector<Bytes> keys{finality::grandpa_authorities_key(),
                                  protocol::storage::attestation_simulated_root()};
    const auto proof =
        trie::prove(call.node().store().nodes(), Hash256(header->state_root.view()), keys);
    CLOISTER_ASSERT(proof.has_value());
    json::Writer w;
    w.begin_object()
        .key("hash")
        .hex(hash.view())
        .key("header")
        .hex(finality::encode_header(*header));
    w.key("proof").begin_array();
    for (const Bytes& node : *proof) w.hex(node);
    w.end_array().end_object();
    return std::move(w).take();
}

constexpr std::array cloister_table{
    MethodEntry{"cloister_genesis", genesis},
    MethodEntry{"cloister_finalizedBlocks", finalised_blocks},
    MethodEntry{"cloister_transactionStatus", transaction_status},
};

}  // namespace

std::string runtime_version_json() {
    const auto version = scale::decode<RuntimeVersion>(runtime::runtime_version()).get();
    json::Writer w;
    w.begin_object();
    w.key("specName").string(version.spec_name).key("implName").string(version.impl_name);
    w.key("authoringVersion").number(version.authoring_version);
    w.key("specVersion").number(version.spec_version);
    w.key("implVersion").number(version.impl_version);
    w.key("transactionVersion").number(version.transaction_version);
    // Substrate writes both names.
    w.key("stateVersion").number(version.system_version);
    w.key("systemVersion").number(version.system_version);
    w.key("apis").begin_array();
    for (const RuntimeApi& api : version.apis) {
        w.begin_array().hex(api.id.view()).number(api.version).end_array();
    }
    w.end_array().end_object();
    return std::move(w).take();
}

std::span<const MethodEntry> system_methods() { return system_table; }
std::span<const MethodEntry> chain_methods() { return chain_table; }
std::span<const MethodEntry> state_methods() { return state_table; }
std::span<const MethodEntry> author_methods() { return author_table; }
std::span<const MethodEntry> cloister_methods() { return cloister_table; }

}  // namespace cloister::rpc
