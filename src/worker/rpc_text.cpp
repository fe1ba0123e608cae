#include "worker/rpc_text.hpp"

#include "base/hex.hpp"
#include "codec/json/reader.hpp"
#include "codec/json/writer.hpp"

namespace cloister::worker {
namespace {

json::Writer begin(std::uint64_t id, std::string_view method) {
    json::Writer w;
    w.begin_object().key("jsonrpc").string("2.0").key("id").number(id).key("method").string(method);
    w.key("params").begin_array();
    return w;
}

std::string end(json::Writer w) {
    w.end_array().end_object();
    return std::move(w).take();
}

// The raw "result" of a reply, or nothing and the error's words.
std::optional<std::string_view> result_of(std::string_view body, std::string& error) {
    json::Reader reader(body);
    std::optional<std::string_view> result;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "result") result = reader.raw_value();
            if (*key == "error") error = std::string(reader.raw_value());
        }
    }
    if (!reader.finish()) {
        error = "the node's reply is not JSON";
        return std::nullopt;
    }
    if (!result && error.empty()) error = "the node's reply has neither result nor error";
    return result;
}

// Hexadecimal string at the reader; sets `ok` to false if it is none.
Bytes hex_value(json::Reader& reader, bool& ok) {
    auto bytes = base::from_hex(reader.string());
    if (!bytes) ok = false;
    return std::move(bytes).value_or(Bytes{});
}

std::vector<Bytes> hex_list(json::Reader& reader, bool& ok) {
    std::vector<Bytes> out;
    if (!reader.enter_array()) return out;
    while (reader.next_element()) out.push_back(hex_value(reader, ok));
    return out;
}

BlockReply read_block(json::Reader& reader, bool& ok) {
    BlockReply reply;
    if (!reader.enter_object()) return reply;
    while (const auto key = reader.next_member()) {
        if (*key == "number") {
            reply.number =
                BlockNumber(static_cast<std::uint32_t>(reader.unsigned_integer(0xffffffff)));
        } else if (*key == "hash") {
            const auto hash = BlockHash::from(hex_value(reader, ok));
            ok = ok && hash.has_value();
            reply.hash = hash.value_or(BlockHash{});
        } else if (*key == "header") {
            reply.block.header = hex_value(reader, ok);
        } else if (*key == "justification") {
            Bytes justification = hex_value(reader, ok);
            if (!justification.empty()) reply.block.justification = std::move(justification);
        }
    }
    return reply;
}

}  // namespace

std::string call_genesis(std::uint64_t id) { return end(begin(id, "cloister_genesis")); }

std::string call_blocks(std::uint64_t id, BlockNumber after, std::uint32_t max,
                        std::uint64_t wait_ms) {
    json::Writer w = begin(id, "cloister_finalizedBlocks");
    w.number(after.value).number(max).number(wait_ms);
    return end(std::move(w));
}

std::string call_read_proof(std::uint64_t id, const std::vector<Bytes>& keys, const BlockHash& at) {
    json::Writer w = begin(id, "state_getReadProof");
    w.begin_array();
    for (const Bytes& key : keys) w.hex(key);
    w.end_array().hex(at.view());
    return end(std::move(w));
}

std::string call_next_nonce(std::uint64_t id, const AccountId& account) {
    json::Writer w = begin(id, "system_accountNextIndex");
    w.hex(account.view());
    return end(std::move(w));
}

std::string call_submit(std::uint64_t id, ByteView extrinsic) {
    json::Writer w = begin(id, "author_submitExtrinsic");
    w.hex(extrinsic);
    return end(std::move(w));
}

std::optional<GenesisReply> parse_genesis(std::string_view body, std::string& error) {
    const auto result = result_of(body, error);
    if (!result) return std::nullopt;
    json::Reader reader(*result);
    GenesisReply reply;
    bool ok = true;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "header") reply.header = hex_value(reader, ok);
            if (*key == "proof") reply.proof = hex_list(reader, ok);
        }
    }
    if (!reader.finish() || !ok) return std::nullopt;
    return reply;
}

std::optional<std::vector<BlockReply>> parse_blocks(std::string_view body, std::string& error) {
    const auto result = result_of(body, error);
    if (!result) return std::nullopt;
    json::Reader reader(*result);
    std::vector<BlockReply> blocks;
    bool ok = true;
    if (reader.enter_array()) {
        while (reader.next_element()) blocks.push_back(read_block(reader, ok));
    }
    if (!reader.finish() || !ok) return std::nullopt;
    return blocks;
}

std::optional<std::vector<Bytes>> parse_read_proof(std::string_view body, std::string& error) {
    const auto result = result_of(body, error);
    if (!result) return std::nullopt;
    json::Reader reader(*result);
    std::vector<Bytes> nodes;
    bool ok = true;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "proof") nodes = hex_list(reader, ok);
        }
    }
    if (!reader.finish() || !ok) return std::nullopt;
    return nodes;
}

std::optional<std::uint32_t> parse_nonce(std::string_view body, std::string& error) {
    const auto result = result_of(body, error);
    if (!result) return std::nullopt;
    json::Reader reader(*result);
    const auto nonce = static_cast<std::uint32_t>(reader.unsigned_integer(0xffffffff));
    if (!reader.finish()) return std::nullopt;
    return nonce;
}

std::optional<Hash256> parse_submit(std::string_view body, std::string& error) {
    const auto result = result_of(body, error);
    if (!result) return std::nullopt;
    json::Reader reader(*result);
    bool ok = true;
    const Bytes hash = hex_value(reader, ok);
    if (!reader.finish() || !ok) return std::nullopt;
    return Hash256::from(hash);
}

}  // namespace cloister::worker
