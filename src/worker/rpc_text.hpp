// JSON-RPC bodies that the agent makes and reads. For this folder alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/host_channel.hpp"

namespace cloister::worker {

std::string call_genesis(std::uint64_t id);
std::string call_blocks(std::uint64_t id, BlockNumber after, std::uint32_t max,
                        std::uint64_t wait_ms);
std::string call_read_proof(std::uint64_t id, const std::vector<Bytes>& keys, const BlockHash& at);
std::string call_next_nonce(std::uint64_t id, const AccountId& account);
std::string call_submit(std::uint64_t id, ByteView extrinsic);

struct GenesisReply {
    Bytes header;
    std::vector<Bytes> proof;
};
struct BlockReply {
    BlockNumber number;
    BlockHash hash;
    protocol::RelayedBlock block;
};
// Nothing when the body is no such result; an error reply's words go to `error`.
std::optional<GenesisReply> parse_genesis(std::string_view body, std::string& error);
std::optional<std::vector<BlockReply>> parse_blocks(std::string_view body, std::string& error);
std::optional<std::vector<Bytes>> parse_read_proof(std::string_view body, std::string& error);
std::optional<std::uint32_t> parse_nonce(std::string_view body, std::string& error);
std::optional<Hash256> parse_submit(std::string_view body, std::string& error);

}  // namespace cloister::worker
