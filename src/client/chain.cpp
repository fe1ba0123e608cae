#include "client/chain.hpp"

#include "base/hex.hpp"
#include "client/json_rpc.hpp"
#include "codec/json/writer.hpp"
#include "protocol/storage.hpp"

namespace cloister::client {
namespace {

constexpr std::uint64_t era_period_blocks = 64;
constexpr std::uint64_t poll_ms = 20'000;

Error bad_reply(std::string_view method) {
    return {Code::BadReply, std::string(method) + " gave something else than it promises",
            "is the node of the same version as this program?"};
}

std::string hex_text(ByteView bytes) { return '"' + base::to_hex_0x(bytes) + '"'; }

// A block number as the RPC writes it, "0x1f"; nothing for anything else.
std::optional<BlockNumber> height_of(std::string_view text) {
    if (!text.starts_with("0x") || text.size() < 3 || text.size() > 10) return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : text.substr(2)) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return std::nullopt;
        number = (number << 4) | static_cast<std::uint32_t>(digit);
    }
    return BlockNumber(number);
}

std::string hex_array(const std::vector<Bytes>& items) {
    json::Writer w;
    w.begin_array();
    for (const Bytes& item : items) w.hex(item);
    w.end_array();
    return std::move(w).take();
}

}  // namespace

std::string_view name_of(Code code) {
    switch (code) {
        case Code::Unreachable: return "Unreachable";
        case Code::BadReply: return "BadReply";
        case Code::Refused: return "Refused";
        case Code::WrongChain: return "WrongChain";
        case Code::BadFinalityProof: return "BadFinalityProof";
        case Code::BadStorageProof: return "BadStorageProof";
        case Code::StaleChain: return "StaleChain";
        case Code::RolledBack: return "RolledBack";
        case Code::NotOnChain: return "NotOnChain";
        case Code::BadKey: return "BadKey";
        case Code::CallFailed: return "CallFailed";
        case Code::TimedOut: return "TimedOut";
        case Code::DoesNotOpen: return "DoesNotOpen";
        case Code::BadAnswer: return "BadAnswer";
        case Code::QueryRefused: return "QueryRefused";
        case Code::MalformedProof: return "MalformedProof";
        case Code::InvalidProof: return "InvalidProof";
    }
    std::unreachable();
}

Chain::Chain(Transport transport, Clock clock, BlockHash genesis)
    : transport_(std::move(transport)), clock_(std::move(clock)), genesis_(genesis) {}

Result<std::string, Error> Chain::call(std::string_view method, std::string_view params_json) {
    json::Writer w;
    w.begin_object().key("jsonrpc").string("2.0").key("id").number(next_id_++);
    w.key("method").string(method).key("params").raw(params_json).end_object();
    const auto body = transport_(std::move(w).take());
    if (!body) {
        return err(Error{Code::Unreachable, "the node does not answer",
                         "start one with `cloister dev`, or name its port with --rpc"});
    }
    return result_of(*body);
}

Result<void, Error> Chain::open() {
    CLOISTER_TRY(const std::string reply, call("cloister_genesis", "[]"));
    auto header_bytes = hex_member(reply, "header");
    auto nodes = hex_list(member(reply, "proof").value_or(""));
    if (!header_bytes || !nodes) return err(bad_reply("cloister_genesis"));
    const auto header = finality::parse_header(*header_bytes);
    auto proof = trie::Proof::from_nodes(*nodes);
    if (!header || !proof) return err(bad_reply("cloister_genesis"));
    auto light = finality::LightClient::from_genesis(*header, genesis_, *proof);
    if (!light) {
        return err(Error{Code::WrongChain,
                         "the node's genesis is not 0x" + base::to_hex(genesis_.view()) + ": " +
                             std::string(finality::name_of(light.error())),
                         "check --genesis, or ask another node"});
    }
    const auto root = proof->get(Hash256(header->state_root.view()),
                                 protocol::storage::attestation_simulated_root());
    if (!root)
        return err(
            Error{Code::BadStorageProof, "the genesis proof says nothing about simulation", {}});
    if (*root) simulated_root_ = Hash256::from(**root);
    light_.emplace(std::move(*light));
    genesis_header_ = std::move(*header_bytes);
    genesis_proof_ = std::move(*nodes);
    return {};
}

Result<Pinned, Error> Chain::pin() {
    if (!light_) CLOISTER_CHECK(open());
    CLOISTER_TRY(const std::string head, call("chain_getFinalizedHead", "[]"));
    CLOISTER_TRY(const std::string json, call("chain_getHeader", '[' + head + ']'));
    const auto height = height_of(text_value(member(json, "number").value_or("")).value_or(""));
    if (!height) return err(bad_reply("chain_getHeader"));
    CLOISTER_TRY(Pinned fresh, fetch(*height));
    CLOISTER_CHECK(check_fresh(fresh));
    newest_seen_ = std::max(newest_seen_, fresh.header.number);
    pinned_ = std::move(fresh);
    return *pinned_;
}

Result<Pinned, Error> Chain::pin_at(BlockNumber number) {
    if (!light_) CLOISTER_CHECK(open());
    CLOISTER_TRY(pinned_, fetch(number));
    return *pinned_;
}

// One finalised block with its proof checked. Genesis needs none: its hash is the trust anchor.
Result<Pinned, Error> Chain::fetch(BlockNumber number) {
    if (number == BlockNumber(0)) {
        return Pinned{.header = light_->newest(), .hash = genesis_, .justification = {}};
    }
    CLOISTER_TRY(const std::string blocks, call("cloister_finalizedBlocks",
                                                '[' + std::to_string(number.value - 1) + ",1,0]"));
    const std::string first = blocks.size() > 2 ? blocks.substr(1, blocks.size() - 2) : "{}";
    const auto header_bytes = hex_member(first, "header");
    auto justification_bytes = hex_member(first, "justification");
    if (!header_bytes || !justification_bytes) return err(bad_reply("cloister_finalizedBlocks"));
    const auto header = finality::parse_header(*header_bytes);
    const auto justification = finality::parse_justification(*justification_bytes);
    if (!header || !justification || header->number != number) {
        return err(bad_reply("cloister_finalizedBlocks"));
    }
    const BlockHash hash = finality::hash_of(*header);
    const auto verdict = finality::verify(*justification, {.hash = hash, .number = header->number},
                                          light_->authorities());
    if (!verdict) {
        return err(Error{Code::BadFinalityProof,
                         "block " + std::to_string(header->number.value) + ": " +
                             std::string(finality::name_of(verdict.error())),
                         "this node lies or follows another chain: ask another one"});
    }
    return Pinned{
        .header = *header, .hash = hash, .justification = std::move(*justification_bytes)};
}

Result<void, Error> Chain::check_fresh(const Pinned& pinned) {
    if (pinned.header.number < newest_seen_) {
        return err(Error{Code::RolledBack,
                         "the node shows block " + std::to_string(pinned.header.number.value) +
                             ", but block " + std::to_string(newest_seen_.value) +
                             " was final before",
                         "wait until the node has caught up, or ask another one"});
    }
    CLOISTER_TRY(const std::optional<Bytes> now,
                 read_at(pinned, protocol::storage::timestamp_now()));
    const auto block_ms =
        now ? scale::decode<std::uint64_t>(*now) : Result<std::uint64_t, scale::Failure>(0);
    if (!block_ms || *block_ms + chain_age_ms_max < clock_.wall().value) {
        return err(Error{Code::StaleChain, "the newest finalised block is older than five minutes",
                         "the node may be cut off, or this machine's clock is wrong"});
    }
    return {};
}

Result<std::optional<Bytes>, Error> Chain::read_at(const Pinned& pinned, const Bytes& key) {
    CLOISTER_TRY(const std::string reply,
                 call("state_getReadProof",
                      '[' + hex_array({key}) + ',' + hex_text(pinned.hash.view()) + ']'));
    const auto nodes = hex_list(member(reply, "proof").value_or(""));
    if (!nodes) return err(bad_reply("state_getReadProof"));
    const auto proof = trie::Proof::from_nodes(*nodes);
    if (!proof)
        return err(Error{Code::BadStorageProof, std::string(trie::name_of(proof.error())), {}});
    auto value = proof->get(Hash256(pinned.header.state_root.view()), key);
    if (!value) {
        return err(Error{Code::BadStorageProof,
                         "the proof does not fit the finalised header: " +
                             std::string(trie::name_of(value.error())),
                         "this node lies: ask another one"});
    }
    return std::move(*value);
}

Result<std::optional<Bytes>, Error> Chain::read(const Bytes& key) {
    if (!pinned_) CLOISTER_CHECK(pin());
    return read_at(*pinned_, key);
}

Result<std::vector<Bytes>, Error> Chain::prove(const std::vector<Bytes>& keys) {
    if (!pinned_) CLOISTER_CHECK(pin());
    CLOISTER_TRY(const std::string reply,
                 call("state_getReadProof",
                      '[' + hex_array(keys) + ',' + hex_text(pinned_->hash.view()) + ']'));
    auto nodes = hex_list(member(reply, "proof").value_or(""));
    if (!nodes) return err(bad_reply("state_getReadProof"));
    const auto proof = trie::Proof::from_nodes(*nodes);
    if (!proof)
        return err(Error{Code::BadStorageProof, std::string(trie::name_of(proof.error())), {}});
    for (const Bytes& key : keys) {
        if (!proof->get(Hash256(pinned_->header.state_root.view()), key)) {
            return err(Error{
                Code::BadStorageProof, "the proof does not cover a key that was asked for", {}});
        }
    }
    return std::move(*nodes);
}

Result<Submitted, Error> Chain::submit(const crypto::KeyPair& key, const Bytes& call_bytes,
                                       std::uint64_t wait_ms) {
    CLOISTER_TRY(const Pinned at, pin());
    CLOISTER_TRY(const std::string version, call("state_getRuntimeVersion", "[]"));
    CLOISTER_TRY(const std::string nonce_text,
                 call("system_accountNextIndex", '[' + hex_text(key.account().view()) + ']'));
    const auto spec = number_value(member(version, "specVersion").value_or(""));
    const auto transaction = number_value(member(version, "transactionVersion").value_or(""));
    const auto nonce = number_value(nonce_text);
    if (!spec || !transaction || !nonce) return err(bad_reply("state_getRuntimeVersion"));
    const protocol::Extra extra{.era = protocol::Era::mortal(era_period_blocks, at.header.number),
                                .nonce = static_cast<std::uint32_t>(*nonce),
                                .tip = 0,
                                .metadata_mode = 0};
    const protocol::ChainContext context{
        .spec_version = static_cast<std::uint32_t>(*spec),
        .transaction_version = static_cast<std::uint32_t>(*transaction),
        .genesis = genesis_,
        .era_block = at.hash};
    const Bytes extrinsic = protocol::sign_extrinsic(key, call_bytes, extra, context);
    CLOISTER_TRY(const std::string hash,
                 call("author_submitExtrinsic", '[' + hex_text(extrinsic) + ']'));
    const std::uint64_t deadline = clock_.wall().value + wait_ms;
    BlockNumber seen = at.header.number;
    for (;;) {
        CLOISTER_TRY(const std::string status,
                     call("cloister_transactionStatus", '[' + hash + ']'));
        const auto word = text_value(member(status, "status").value_or("")).value_or("");
        if (word == "finalised") {
            const auto number = number_value(member(status, "number").value_or(""));
            const auto block = BlockHash::from(hex_member(status, "block").value_or(Bytes{}));
            if (!number || !block) return err(bad_reply("cloister_transactionStatus"));
            if (member(status, "success") != "true") {
                const auto why =
                    text_value(member(status, "error").value_or("")).value_or("unknown");
                return err(Error{Code::CallFailed, why, {}});
            }
            unpin();
            return Submitted{.transaction = Hash256(ByteView(hex_value(hash).value_or(Bytes(32)))),
                             .block = BlockNumber(static_cast<std::uint32_t>(*number)),
                             .block_hash = *block};
        }
        if (word == "unknown" || clock_.wall().value >= deadline) {
            return err(Error{Code::TimedOut, "the transaction did not make it into a block",
                             "the pool may have dropped it: submit it again"});
        }
        CLOISTER_CHECK(call("cloister_finalizedBlocks", '[' + std::to_string(seen.value) + ",1," +
                                                            std::to_string(poll_ms) + ']'));
        seen = seen.next();
    }
}

}  // namespace cloister::client
