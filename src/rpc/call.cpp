#include "rpc/call.hpp"

#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "codec/json/reader.hpp"

namespace cloister::rpc {

bool Call::has(std::size_t index) const {
    return index < params_.size() && params_[index] != "null";
}

void Call::refuse(std::size_t index, std::string_view expected) {
    if (bad_params_) return;
    bad_params_ = "parameter " + std::to_string(index + 1) + " must be " + std::string(expected);
}

Error Call::bad_params_error() const {
    return {.code = ErrorCode::InvalidParams, .message = "Invalid params", .data = *bad_params_};
}

std::string Call::text(std::size_t index) {
    if (!has(index)) {
        refuse(index, "a string");
        return {};
    }
    json::Reader reader(params_[index]);
    std::string value = reader.string();
    if (!reader.finish()) refuse(index, "a string");
    return value;
}

Bytes Call::bytes(std::size_t index) {
    const std::string hex = text(index);
    const auto value = base::from_hex(hex);
    if (!value) refuse(index, "bytes as 0x and hexadecimal digits");
    return value.value_or(Bytes{});
}

std::uint64_t Call::number(std::size_t index, std::uint64_t max) {
    if (!has(index)) {
        refuse(index, "a number");
        return 0;
    }
    if (params_[index].starts_with('"')) {
        // polkadot-js writes large numbers as "0x..." strings, big-endian.
        const Bytes digits = bytes(index);
        std::uint64_t value = 0;
        for (const std::uint8_t b : digits) value = (value << 8) | b;
        if (digits.size() > 8 || value > max)
            refuse(index, "a number up to " + std::to_string(max));
        return value;
    }
    json::Reader reader(params_[index]);
    const std::uint64_t value = reader.unsigned_integer(max);
    if (!reader.finish()) refuse(index, "a number up to " + std::to_string(max));
    return value;
}

std::vector<Bytes> Call::bytes_list(std::size_t index, std::size_t max) {
    std::vector<Bytes> out;
    if (!has(index)) {
        refuse(index, "an array of 0x strings");
        return out;
    }
    json::Reader reader(params_[index]);
    if (reader.enter_array()) {
        while (reader.next_element()) {
            auto value = base::from_hex(reader.string());
            if (!value || out.size() >= max) {
                refuse(index, "an array of at most " + std::to_string(max) + " 0x strings");
                return {};
            }
            out.push_back(std::move(*value));
        }
    }
    if (!reader.finish()) refuse(index, "an array of 0x strings");
    return out;
}

BlockHash Call::block_or_newest(std::size_t index) {
    if (!has(index)) return node_.newest().hash;
    const auto hash = BlockHash::from(bytes(index));
    if (!hash) refuse(index, "a block hash");
    return hash.value_or(BlockHash{});
}

Error unknown_block() {
    return {.code = ErrorCode::UnknownBlock,
            .message = "Client error: UnknownBlock",
            .data = "no block with this hash: ask chain_getFinalizedHead for the newest"};
}

Error reply_too_large(const Limits& limits) {
    return {.code = ErrorCode::ReplyTooLarge,
            .message = "Response is too big",
            .data = "ask for less at once: a reply has at most " +
                    std::to_string(limits.reply_bytes_max) + " bytes"};
}

std::string header_json(const finality::Header& header) {
    json::Writer w;
    w.begin_object();
    w.key("parentHash").hex(header.parent_hash.view());
    std::string number = "0x";
    bool leading = true;
    for (int shift = 28; shift >= 0; shift -= 4) {
        const auto digit = (header.number.value >> shift) & 15;
        if (leading && digit == 0 && shift != 0) continue;
        leading = false;
        number.push_back("0123456789abcdef"[digit]);
    }
    w.key("number").string(number);
    w.key("stateRoot").hex(header.state_root.view());
    w.key("extrinsicsRoot").hex(header.extrinsics_root.view());
    w.key("digest").begin_object().key("logs").begin_array();
    // A header's encoding ends with its digest, so each item is cut out of a header of that item
    // alone.
    const finality::Header bare{
        .parent_hash = {}, .number = {}, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    const std::size_t prefix_bytes = finality::encode_header(bare).size();
    for (const finality::DigestItem& item : header.digest) {
        finality::Header one = bare;
        one.digest.push_back(item);
        w.hex(ByteView(finality::encode_header(one)).subspan(prefix_bytes));
    }
    w.end_array().end_object().end_object();
    return std::move(w).take();
}

std::string blocks_json(const node::Node& node, BlockNumber after, std::uint32_t max) {
    json::Writer w;
    w.begin_array();
    const BlockNumber newest = node.newest().number;
    for (std::uint32_t i = 0; i < max && after.value < newest.value; ++i) {
        after = after.next();
        const auto hash = node.store().hash_at(after);
        CLOISTER_ASSERT(hash.has_value());
        const auto block = node.store().block(*hash);
        w.begin_object();
        w.key("number").number(after.value);
        w.key("hash").hex(hash->view());
        w.key("header").hex(block->header);
        w.key("justification").hex(block->justification);
        w.end_object();
    }
    w.end_array();
    return std::move(w).take();
}

namespace {

std::array<std::span<const MethodEntry>, 6> tables() {
    return {system_methods(), chain_methods(),    state_methods(),
            author_methods(), cloister_methods(), subscription_methods()};
}

}  // namespace

std::vector<std::string_view> method_names() {
    std::vector<std::string_view> names;
    for (const auto table : tables()) {
        for (const MethodEntry& entry : table) names.push_back(entry.name);
    }
    std::ranges::sort(names);
    return names;
}

const MethodEntry* find_method(std::string_view name) {
    for (const auto table : tables()) {
        for (const MethodEntry& entry : table) {
            if (entry.name == name) return &entry;
        }
    }
    return nullptr;
}

}  // namespace cloister::rpc
