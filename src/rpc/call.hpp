// One JSON-RPC call on its way: parameters by position, and the ways in which it can end. For this
// folder alone.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/json/writer.hpp"
#include "node/node.hpp"
#include "rpc/server.hpp"

namespace cloister::rpc {

// Codes of the JSON-RPC 2.0 specification and of Substrate's RPC.
enum class ErrorCode : std::int32_t {
    ParseError = -32700,
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    InvalidParams = -32602,
    TooBusy = -32000,
    TooManySubscriptions = -32006,
    ReplyTooLarge = -32008,
    InvalidTransaction = 1010,
    AlreadyImported = 1013,
    PriorityTooLow = 1014,
    ImmediatelyDropped = 1016,
    UnknownBlock = 4003,
};

struct Error {
    ErrorCode code = ErrorCode::InvalidParams;
    std::string message;
    std::string data;  // "": none
};

struct WaitFor {
    BlockNumber after;
    std::uint32_t blocks_max = 1;
    std::uint64_t wait_ms = 0;
};

enum class Topic : std::uint8_t {
    AllHeads,
    NewHeads,
    FinalizedHeads,
    Justifications,
    Runtime,
    Storage
};

struct Subscribe {
    Topic topic = Topic::NewHeads;
    std::vector<Bytes> keys{};  // of Storage
};
struct Unsubscribe {
    std::string id;
};
struct Watch {
    node::input::Submit submit;
};

// A call ends with a result, an error, a submission to the node, a wait for a block, or a
// subscription that begins or ends.
using Ending =
    std::variant<std::string, Error, node::input::Submit, WaitFor, Subscribe, Unsubscribe, Watch>;

class Call {
  public:
    Call(const node::Node& node, const ChainInfo& info, const Limits& limits,
         std::vector<std::string_view> params)
        : node_(node), info_(info), limits_(limits), params_(std::move(params)) {}

    const node::Node& node() const { return node_; }
    const ChainInfo& info() const { return info_; }
    const Limits& limits() const { return limits_; }

    // A missing trailing parameter and an explicit null are the same.
    bool has(std::size_t index) const;
    // The typed readers set `bad_params` and return an empty value when the parameter is something
    // else.
    Bytes bytes(std::size_t index);
    std::string text(std::size_t index);
    std::uint64_t number(std::size_t index, std::uint64_t max);
    std::vector<Bytes> bytes_list(std::size_t index, std::size_t max);
    // The block hash at `index`, or the newest block's when it is missing.
    BlockHash block_or_newest(std::size_t index);
    std::string_view raw(std::size_t index) const { return params_[index]; }

    bool bad_params() const { return bad_params_.has_value(); }
    Error bad_params_error() const;
    void refuse(std::size_t index, std::string_view expected);

  private:
    const node::Node& node_;
    const ChainInfo& info_;
    const Limits& limits_;
    std::vector<std::string_view> params_;
    std::optional<std::string> bad_params_;
};

using Method = Ending (*)(Call&);
struct MethodEntry {
    std::string_view name;
    Method method;
};

// The tables, one per source file.
std::span<const MethodEntry> system_methods();
std::span<const MethodEntry> chain_methods();
std::span<const MethodEntry> state_methods();
std::span<const MethodEntry> author_methods();
std::span<const MethodEntry> cloister_methods();
std::span<const MethodEntry> subscription_methods();

const MethodEntry* find_method(std::string_view name);

// Every name that is served, sorted.
std::vector<std::string_view> method_names();

Error unknown_block();
Error reply_too_large(const Limits& limits);
std::string runtime_version_json();
std::string header_json(const finality::Header& header);
// {"number","hash","header","justification"} of up to `max` blocks after `after`, as a JSON array.
std::string blocks_json(const node::Node& node, BlockNumber after, std::uint32_t max);

}  // namespace cloister::rpc
